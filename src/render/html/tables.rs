//! The tables of the dashboard.

use maud::{Markup, html};

use super::layout::{name, time};
use super::silent;
use super::view::Dashboard;
use crate::limits::DASHBOARD_PAGES;
use crate::render::labels::group_thousands;
use crate::report::{PageTotal, ReplicaVisit, State};

/// The busiest pages, each with a link to the dashboard of that page.
pub fn busiest(dashboard: &Dashboard) -> Markup {
    let pages = &dashboard.summary.merged.pages;
    let row = |page: &PageTotal| {
        html! {
            tr {
                th scope="row" {
                    a href=(dashboard.link(dashboard.cluster, Some(&page.page), None)) { (name(page.page.as_str())) }
                }
                td class="number" { @if !page.exact { "at least " } (group_thousands(page.visits)) }
            }
        }
    };
    html! {
        section aria-labelledby="pages" {
            h2 id="pages" { "Busiest pages" }
            @if pages.is_empty() {
                p { "No page has been visited yet." }
            } @else {
                table aria-labelledby="pages" {
                    thead { tr { th scope="col" { "Page" } th scope="col" class="number" { "Visits" } } }
                    tbody { @for page in pages.iter().take(DASHBOARD_PAGES) { (row(page)) } }
                }
                p { a href=(dashboard.pages_link()) { "All pages" } }
            }
        }
    }
}

/// The latest visits, the latest first.
pub fn latest(dashboard: &Dashboard) -> Markup {
    let latest = &dashboard.summary.merged.latest;
    // A column whose rows would all be the same is left out.
    let (pages, replicas) = (dashboard.page.is_none(), dashboard.shows_several_replicas());
    let row = |entry: &ReplicaVisit| {
        html! {
            tr {
                th scope="row" { (time(&entry.visit.at)) }
                @if pages { td { (name(entry.visit.page.as_str())) } }
                @if replicas { td class="replica" { (name(&entry.replica)) } }
            }
        }
    };
    let empty = dashboard.summary.merged.total == 0 && dashboard.page.is_none();
    html! {
        section class="latest" aria-labelledby="latest" {
            h2 id="latest" { "Latest visits" }
            @if latest.is_empty() {
                p { @if empty { "No visits yet." } @else { "The log has no such visits." } }
            } @else {
                table aria-labelledby="latest" {
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
            @if dashboard.earlier.is_some() {
                p { a href=(dashboard.link(false, dashboard.page.as_ref(), dashboard.earlier)) { "Earlier visits" } }
            }
        }
    }
}

/// A row for each replica, and for each whose number is not known.
pub fn replicas(dashboard: &Dashboard) -> Markup {
    let summary = &dashboard.summary;
    html! {
        section aria-labelledby="replicas" {
            h2 id="replicas" { "Replicas" }
            table aria-labelledby="replicas" {
                thead {
                    tr {
                        th scope="col" { "Replica" }
                        th scope="col" class="number" { "Visits" }
                        th scope="col" class="number" { "Today" }
                        th scope="col" { "Latest visit" }
                    }
                }
                tbody {
                    @for replica in &summary.merged.replicas {
                        tr {
                            th scope="row" { (name(&replica.count.replica)) }
                            td class="number" { (group_thousands(replica.count.visits)) }
                            @if let Some(today) = replica.today {
                                td class="number" { (group_thousands(today)) }
                                td { @if let Some(visit) = &replica.latest { (time(&visit.at)) } @else { "none" } }
                            } @else {
                                td colspan="2" {
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
                            td colspan="3" { "missing: " (reason) }
                        }
                    }
                }
            }
        }
    }
}
