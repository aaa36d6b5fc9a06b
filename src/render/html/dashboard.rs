//! The page of `/visits`: its numbers and its chart.

use maud::{Markup, PreEscaped, html};

use super::filter::given_range;
use super::layout::{self, coarse, name};
use super::numbers::numbers;
use super::view::Dashboard;
use super::{silent, snippets, tables};
use crate::bucket::Bucket;
use crate::range::Range;
use crate::render::labels::{bucket_label, bucket_title, group_thousands};
use crate::render::svg;
use crate::report::BucketCount;
use crate::zone;

/// The script that brings the numbers up to date. The Content Security Policy has its hash.
pub const UPDATE: &str = include_str!("update.js");

/// The dashboard.
pub fn dashboard(dashboard: &Dashboard) -> String {
    let summary = &dashboard.summary.merged;
    let title = match &dashboard.page {
        Some(page) => format!("Visits to {}", page.as_str()),
        None => "Visits".to_owned(),
    };
    let has_none = summary.total == 0 && dashboard.page.is_none();
    let body = html! {
        body {
            header {
                h1 {
                    "Visits"
                    @if let Some(page) = &dashboard.page { " to " (name(page.as_str())) }
                }
                p {
                    time id="now" data-update datetime=(zone::rfc3339(&dashboard.now)) {
                        (zone::human(&dashboard.now, &summary.timezone))
                    }
                    span id="failed" role="status" hidden { ". The numbers could not be brought up to date since." }
                }
                (dashboard.filter.ranges("visits", &dashboard.parameters()))
                (navigation(dashboard))
            }
            main {
                div id="notes" data-update {
                    (silent::notes(&dashboard.summary, &dashboard.counts()))
                    @if has_none { (first_visit(dashboard)) }
                }
                (numbers(dashboard))
                (coarse(summary.coarse_before, "shown"))
                (figure(dashboard))
                div class="tables" {
                    @if dashboard.page.is_none() { (tables::busiest(dashboard)) }
                    (tables::latest(dashboard))
                    (tables::replicas(dashboard))
                }
                (snippets::snippets(dashboard))
            }
            footer {
                (oldest(dashboard))
                p {
                    a href=(dashboard.json_link()) { "These numbers as JSON" }
                    " · "
                    a href="version" { "Version" }
                }
            }
            script { (PreEscaped(UPDATE)) }
        }
    };
    layout::page(&format!("{title} – Footfall"), &body)
}

/// Links to the dashboards of all replicas, of this one, and of all pages.
fn navigation(dashboard: &Dashboard) -> Markup {
    let is_of_page = dashboard.page.is_some();
    html! {
        @if dashboard.filter.has_peers || is_of_page {
            nav aria-label="What is shown" {
                @if dashboard.filter.has_peers { (dashboard.filter.replicas("visits", &dashboard.parameters())) }
                @if is_of_page { a href=(dashboard.page_link(None)) { "All pages" } }
            }
        }
    }
}

/// How to get a first visit.
fn first_visit(dashboard: &Dashboard) -> Markup {
    html! {
        section class="first" aria-labelledby="first" {
            h2 id="first" { "No visits yet" }
            p { "Open " a href="./" { (dashboard.address) } ": that is the first one. Or record it from a terminal:" }
            pre { code { "curl " (dashboard.address) } }
            p { "To count visits to your own pages, put one of the snippets below into them." }
        }
    }
}

/// Tells how far back each kind of detail goes.
fn oldest(dashboard: &Dashboard) -> Markup {
    let known = dashboard.oldest.details().into_iter().filter_map(|(detail, at)| Some((detail, at?)));
    let zone = &dashboard.filter.zone;
    let known: Vec<_> = known.map(|(detail, at)| (detail.replace('_', " "), zone.local(at))).collect();
    html! {
        @if !known.is_empty() {
            p {
                (name(&dashboard.filter.replica)) " has"
                @for (index, (detail, at)) in known.iter().enumerate() {
                    @if index > 0 { "," }
                    " each " (detail) " since "
                    time datetime=(zone::rfc3339(at)) { (at.format("%Y-%m-%d")) }
                }
                "."
            }
        }
    }
}

/// The chart, and a table with the same numbers, each with a link to the dashboard of that time.
fn figure(dashboard: &Dashboard) -> Markup {
    let (bucket, bars) = (dashboard.range.bucket, &dashboard.range.buckets);
    let title = format!("{}, by the {}", dashboard.filter.title(), bucket.name());
    let number = |bar: &BucketCount| {
        let (since, until) = bucket.latest(&dashboard.filter.zone, 1, bar.start.to_utc());
        let range = given_range(&dashboard.filter.zone, Range { since: Some(since), until: Some(until) });
        html! {
            // The log is not shown by the second.
            @if bucket == Bucket::Minute { (group_thousands(bar.visits)) }
            @else { a href=(dashboard.link(&range)) { (group_thousands(bar.visits)) } }
        }
    };
    html! {
        figure id="chart" data-update {
            figcaption { h2 { (title) } }
            (svg::chart(bucket, bars, &format!("Visits, {title}")))
            details id="buckets" {
                summary { "As a table" }
                table aria-label={ "Visits, " (title) } {
                    thead {
                        tr {
                            th scope="col" { (bucket_title(bucket)) }
                            th scope="col" class="number" { "Visits" }
                        }
                    }
                    tbody {
                        @for bar in bars.iter().rev() {
                            tr {
                                th scope="row" { (bucket_label(bucket, &bar.start)) }
                                td class="number" { (number(bar)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
