//! The tables of the dashboard.

use maud::{Markup, html};

use super::filter::search;
use super::layout::{name, time};
use super::silent;
use super::view::Dashboard;
use crate::limits::DASHBOARD_PAGES;
use crate::range::Named;
use crate::render::labels::group_thousands;
use crate::report::{PageTotal, ReplicaVisit, State};

/// The busiest pages of the range, each with a link to the dashboard of that page; and a search for others.
pub fn busiest(dashboard: &Dashboard) -> Markup {
    let pages = &dashboard.range.pages;
    let row = |page: &PageTotal| {
        let link = dashboard.page_link(Some(&page.page));
        html! {
            tr {
                th scope="row" { a href=(link) { (name(page.page.as_str())) } }
                td class="number" {
                    @if !page.exact { "at least " }
                    a href=(link) { (group_thousands(page.visits)) }
                }
            }
        }
    };
    html! {
        section id="pages" data-update aria-labelledby="pages-title" {
            h2 id="pages-title" { "Pages" }
            @if pages.is_empty() {
                p { "No page was visited in this time." }
            } @else {
                (search(&dashboard.filter.parameters(), ""))
                table aria-labelledby="pages-title" {
                    thead { tr { th scope="col" { "Page" } th scope="col" class="number" { "Visits" } } }
                    tbody { @for page in pages.iter().take(DASHBOARD_PAGES) { (row(page)) } }
                }
                p { a href=(dashboard.pages_link()) { "All pages" } }
            }
        }
    }
}

/// The latest visits up to the end of the range, the latest first.
pub fn latest(dashboard: &Dashboard) -> Markup {
    let latest = &dashboard.summary.merged.latest;
    // A column whose rows would all be the same is left out.
    let (pages, replicas) = (dashboard.page.is_none(), dashboard.shows_several_replicas());
    let row = |entry: &ReplicaVisit| {
        let page = &entry.visit.page;
        html! {
            tr {
                th scope="row" { (time(&entry.visit.at)) }
                @if pages { td { a href=(dashboard.page_link(Some(page))) { (name(page.as_str())) } } }
                @if replicas { td class="replica" { (name(&entry.replica)) } }
            }
        }
    };
    let empty = dashboard.summary.merged.total == 0 && dashboard.page.is_none();
    html! {
        section id="latest" data-update class="latest" aria-labelledby="latest-title" {
            h2 id="latest-title" { "Latest visits" }
            @if latest.is_empty() {
                p { @if empty { "No visits yet." } @else { "The log has no such visits." } }
            } @else {
                table aria-labelledby="latest-title" {
                    thead {
                        tr {
                            th scope="col" { "Time" }
                            @if pages { th scope="col" { "Page" } }
                            @if replicas { th scope="col" { "Replica" } }
                        }
                    }
                    tbody { @for entry in latest.iter().rev() { (row(entry)) } }
                }
            }
            @if let Some(earlier) = dashboard.earlier {
                @let before = ("before", Some(earlier.to_string()));
                p { a href=(dashboard.link(&[("scope", Some("replica".to_owned())), before])) { "Earlier visits" } }
            }
        }
    }
}

/// A row for each replica, and for each whose number is not known.
pub fn replicas(dashboard: &Dashboard) -> Markup {
    let summary = &dashboard.summary;
    // All time has one column.
    let has_range = dashboard.filter.named != Some(Named::All);
    let number = |visits: i64, link: String| {
        html! { td class="number" { a href=(link) { (group_thousands(visits)) } } }
    };
    html! {
        section id="replicas" data-update aria-labelledby="replicas-title" {
            h2 id="replicas-title" { "Replicas" }
            table aria-labelledby="replicas-title" {
                thead {
                    tr {
                        th scope="col" { "Replica" }
                        th scope="col" class="number" { "All time" }
                        @if has_range { th scope="col" class="number" { (dashboard.filter.title()) } }
                        th scope="col" { "Latest visit" }
                    }
                }
                tbody {
                    // Its own report comes first.
                    @for (index, replica) in summary.merged.replicas.iter().enumerate() {
                        @let link = |in_range| dashboard.replica_link(index == 0, in_range);
                        tr {
                            th scope="row" { (name(&replica.count.replica)) }
                            (number(replica.count.visits, link(false)))
                            @if let Some(visits) = replica.in_range {
                                @if has_range { (number(visits, link(true))) }
                                td { @if let Some(visit) = &replica.latest { (time(&visit.at)) } @else { "none" } }
                            } @else {
                                td colspan=(if has_range { 2 } else { 1 }) {
                                    @match replica.count.state {
                                        State::Ended => "ended by ",
                                        State::Retired => "retired, as of ",
                                        State::Imported => "imported, as of ",
                                        _ => "no answer, as of ",
                                    }
                                    (time(&replica.count.as_of))
                                }
                            }
                        }
                    }
                    @for (replica, reason) in silent::unknown(summary, &dashboard.counts()) {
                        tr class="missing" {
                            th scope="row" { (name(replica)) }
                            td colspan=(if has_range { 3 } else { 2 }) { "missing: " (reason) }
                        }
                    }
                }
            }
        }
    }
}
