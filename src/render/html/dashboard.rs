//! The page of `/visits`: its numbers and its charts.

use maud::{Markup, html};

use super::layout::{self, coarse, name};
use super::view::Dashboard;
use super::{silent, snippets, tables};
use crate::bucket::Bucket;
use crate::render::labels::{bucket_label, bucket_title, group_thousands};
use crate::render::svg;
use crate::report::BucketCount;
use crate::zone;

/// The dashboard.
pub fn dashboard(dashboard: &Dashboard) -> String {
    let summary = &dashboard.summary.merged;
    let title = match &dashboard.page {
        Some(page) => format!("Visits to {}", page.as_str()),
        None => "Visits".to_owned(),
    };
    let body = html! {
        body {
            header {
                h1 {
                    "Visits"
                    @if let Some(page) = &dashboard.page { " to " (name(page.as_str())) }
                }
                p { time datetime=(zone::rfc3339(&dashboard.now)) { (zone::human(&dashboard.now, &summary.timezone)) } }
                (navigation(dashboard))
            }
            main {
                (silent::notes(&dashboard.summary, &dashboard.counts()))
                (numbers(dashboard))
                (coarse(summary.coarse_before, "shown"))
                section class="charts" aria-label="Charts" {
                    (figure("Last 24 hours", Bucket::Hour, &summary.hours))
                    (figure("Last 7 days", Bucket::Day, last(&summary.days, 7)))
                    (figure("Last 30 days", Bucket::Day, &summary.days))
                }
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
        }
    };
    layout::page(&format!("{title} – Footfall"), &body)
}

/// Links to the dashboards of all replicas, of this one, and of all pages.
fn navigation(dashboard: &Dashboard) -> Markup {
    let page = dashboard.page.as_ref();
    html! {
        @if dashboard.has_peers || page.is_some() {
            nav aria-label="What is shown" {
                @if dashboard.has_peers {
                    a href=(dashboard.link(true, page, None)) aria-current=[dashboard.cluster.then_some("page")] {
                        "All replicas"
                    }
                    a href=(dashboard.link(false, page, None)) aria-current=[(!dashboard.cluster).then_some("page")] {
                        (name(&dashboard.replica)) " alone"
                    }
                }
                @if page.is_some() { a href=(dashboard.link(dashboard.cluster, None, None)) { "All pages" } }
            }
        }
    }
}

/// Tells how far back each kind of detail goes.
fn oldest(dashboard: &Dashboard) -> Markup {
    let known = dashboard.oldest.details().into_iter().filter_map(|(detail, at)| Some((detail, at?)));
    let known: Vec<_> = known.map(|(detail, at)| (detail.replace('_', " "), dashboard.zone.local(at))).collect();
    html! {
        @if !known.is_empty() {
            p {
                (name(&dashboard.replica)) " has"
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

fn numbers(dashboard: &Dashboard) -> Markup {
    let summary = &dashboard.summary.merged;
    // Its own report comes first: other replicas may have the same name.
    let own = summary.replicas.first();
    let sum = |counts: &[BucketCount]| counts.iter().map(|count| count.visits).sum::<i64>();
    let number = |label: Markup, number: i64| html! { div { dt { (label) } dd { (group_thousands(number)) } } };
    html! {
        dl class="numbers" {
            @if dashboard.shows_several_replicas() { (number(html! { "All replicas" }, summary.total)) }
            @if dashboard.has_peers {
                @if let Some(own) = own { (number(name(&own.count.replica), own.count.visits)) }
            } @else {
                (number(html! { "All time" }, summary.total))
            }
            (number(html! { "Today" }, sum(last(&summary.days, 1))))
            (number(html! { "7 days" }, sum(last(&summary.days, 7))))
            (number(html! { "30 days" }, sum(&summary.days)))
        }
    }
}

/// A chart, and a table with the same numbers for people who do not see it.
fn figure(title: &str, bucket: Bucket, bars: &[BucketCount]) -> Markup {
    html! {
        figure {
            figcaption { h2 { (title) } }
            (svg::chart(bucket, bars, &format!("Visits, {}", title.to_ascii_lowercase()), None))
            details {
                summary { "As a table" span class="hidden" { ": " (title.to_ascii_lowercase()) } }
                table aria-label={ "Visits, " (title.to_ascii_lowercase()) } {
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
                                td class="number" { (group_thousands(bar.visits)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn last(counts: &[BucketCount], number: usize) -> &[BucketCount] {
    &counts[counts.len().saturating_sub(number)..]
}
