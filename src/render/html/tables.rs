//! The tables of the dashboard.

use maud::{Markup, html};

use super::dashboard::Dashboard;
use super::{moment, name};
use crate::render::grouped;
use crate::report::cluster::{PageTotal, Sighting};

/// How many of the busiest pages are shown.
const PAGES: usize = 10;

/// The pages that were visited most, each with a link to a dashboard of its own.
pub fn busiest(dashboard: &Dashboard) -> Markup {
    let pages = &dashboard.overview.whole.pages;
    let row = |page: &PageTotal| {
        html! {
            tr {
                th scope="row" {
                    a href=(dashboard.link(dashboard.cluster, Some(&page.page), None)) { (name(page.page.as_str())) }
                }
                td class="number" { @if !page.exact { "at least " } (grouped(page.visits)) }
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
                    tbody { @for page in pages.iter().take(PAGES) { (row(page)) } }
                }
            }
        }
    }
}

/// The latest visits, the latest first.
pub fn latest(dashboard: &Dashboard) -> Markup {
    let latest = &dashboard.overview.whole.latest;
    // What would be the same in each row is left out.
    let (pages, replicas) = (dashboard.page.is_none(), dashboard.of_several());
    let row = |sighting: &Sighting| {
        html! {
            tr {
                th scope="row" { (moment(&sighting.visit.at)) }
                @if pages { td { (name(sighting.visit.page.as_str())) } }
                @if replicas { td class="replica" { (name(&sighting.replica)) } }
            }
        }
    };
    let empty = dashboard.overview.whole.total == 0 && dashboard.page.is_none();
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
                    tbody { @for sighting in latest.iter().rev() { (row(sighting)) } }
                }
            }
            @if dashboard.earlier.is_some() {
                p { a href=(dashboard.link(false, dashboard.page.as_ref(), dashboard.earlier)) { "Earlier visits" } }
            }
        }
    }
}

/// A row a replica, and one for each that is missing.
pub fn replicas(dashboard: &Dashboard) -> Markup {
    let overview = &dashboard.overview;
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
                    @for replica in &overview.whole.replicas {
                        tr {
                            th scope="row" { (name(&replica.replica)) }
                            td class="number" { (grouped(replica.visits)) }
                            td class="number" { (grouped(replica.today)) }
                            td { @if let Some(visit) = &replica.latest { (moment(&visit.at)) } @else { "none" } }
                        }
                    }
                    @for (replica, reason) in &overview.reasons {
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
