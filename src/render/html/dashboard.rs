//! The dashboard: the numbers, the charts with their tables, the busiest pages, the latest visits, and the replicas.

use chrono::{DateTime, FixedOffset};
use maud::{Markup, html};

use super::{name, tables};
use crate::bucket::Bucket;
use crate::render::{grouped, label, svg, target};
use crate::report::Bar;
use crate::report::cluster::{Cluster, Overview};
use crate::visit::Page;
use crate::zone;

/// What a dashboard shows, and what was asked for.
pub struct Dashboard {
    /// The numbers.
    pub overview: Cluster<Overview>,
    /// The replica that answers.
    pub own: String,
    /// Whether there are others.
    pub has_peers: bool,
    /// Whether the numbers are those of all.
    pub cluster: bool,
    /// The page that alone is counted, if it is one.
    pub page: Option<Page>,
    /// When this was asked, in the zone that it is shown in.
    pub now: DateTime<FixedOffset>,
    /// The zone, if that was asked for.
    pub tz: Option<String>,
    /// How many of the latest visits are shown, if that was asked for.
    pub tail: Option<u32>,
    /// The id before which the log has more, if it may have.
    pub earlier: Option<i64>,
}

impl Dashboard {
    /// Whether the numbers are those of several replicas.
    pub(super) fn of_several(&self) -> bool {
        self.cluster && self.has_peers
    }

    /// Another dashboard like this one.
    pub(super) fn link(&self, cluster: bool, page: Option<&Page>, before: Option<i64>) -> String {
        let scope = if cluster { None } else { Some("replica".to_owned()) };
        target(
            "/visits",
            &[
                ("scope", scope),
                ("page", page.map(|page| page.as_str().to_owned())),
                ("tz", self.tz.clone()),
                ("tail", self.tail.map(|tail| tail.to_string())),
                ("before", before.map(|before| before.to_string())),
            ],
        )
    }
}

/// The page.
pub fn dashboard(dashboard: &Dashboard) -> String {
    let overview = &dashboard.overview.whole;
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
                p { time datetime=(zone::rfc3339(&dashboard.now)) { (zone::human(&dashboard.now, &overview.timezone)) } }
                (navigation(dashboard))
            }
            main {
                (missing(&dashboard.overview))
                (numbers(dashboard))
                section class="charts" aria-label="Charts" {
                    (figure("Last 24 hours", Bucket::Hour, &overview.hours))
                    (figure("Last 7 days", Bucket::Day, last(&overview.days, 7)))
                    (figure("Last 30 days", Bucket::Day, &overview.days))
                }
                div class="tables" {
                    @if dashboard.page.is_none() { (tables::busiest(dashboard)) }
                    (tables::latest(dashboard))
                    (tables::replicas(dashboard))
                }
            }
            footer {
                p {
                    a href=(target("/visits/summary", &parameters(dashboard))) { "These numbers as JSON" }
                    " · "
                    a href="/version" { "Version" }
                }
            }
        }
    };
    super::page(&format!("{title} – Footfall"), &body)
}

fn parameters(dashboard: &Dashboard) -> [(&'static str, Option<String>); 3] {
    [
        ("scope", dashboard.cluster.then(|| "cluster".to_owned())),
        ("page", dashboard.page.as_ref().map(|page| page.as_str().to_owned())),
        ("tz", dashboard.tz.clone()),
    ]
}

/// Whose visits, and to which page.
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
                        (name(&dashboard.own)) " alone"
                    }
                }
                @if page.is_some() { a href=(dashboard.link(dashboard.cluster, None, None)) { "All pages" } }
            }
        }
    }
}

/// Says plainly what the numbers lack.
fn missing<T>(cluster: &Cluster<T>) -> Markup {
    html! {
        @if !cluster.complete {
            div class="missing" role="status" {
                @for (replica, reason) in &cluster.reasons {
                    p { strong { (name(replica)) " is missing: " } (reason) ". Its visits are not in these numbers." }
                }
            }
        }
    }
}

fn numbers(dashboard: &Dashboard) -> Markup {
    let overview = &dashboard.overview.whole;
    let own = overview.replicas.iter().find(|replica| replica.replica == dashboard.own);
    let sum = |bars: &[Bar]| bars.iter().map(|bar| bar.visits).sum::<i64>();
    let number = |label: Markup, number: i64| html! { div { dt { (label) } dd { (grouped(number)) } } };
    html! {
        dl class="numbers" {
            @if dashboard.of_several() { (number(html! { "All replicas" }, overview.total)) }
            @if dashboard.has_peers {
                @if let Some(own) = own { (number(name(&own.replica), own.visits)) }
            } @else {
                (number(html! { "All time" }, overview.total))
            }
            (number(html! { "Today" }, sum(last(&overview.days, 1))))
            (number(html! { "7 days" }, sum(last(&overview.days, 7))))
            (number(html! { "30 days" }, sum(&overview.days)))
        }
    }
}

/// A chart, and behind it the table for those who do not see it.
fn figure(title: &str, bucket: Bucket, bars: &[Bar]) -> Markup {
    html! {
        figure {
            figcaption { h2 { (title) } }
            (svg::chart(bucket, bars, &format!("Visits, {}", title.to_lowercase()), None))
            details {
                summary { "As a table" span class="hidden" { ": " (title.to_lowercase()) } }
                table aria-label={ "Visits, " (title.to_lowercase()) } {
                    thead {
                        tr {
                            th scope="col" { @if bucket == Bucket::Day { "Day" } @else { "Hour" } }
                            th scope="col" class="number" { "Visits" }
                        }
                    }
                    tbody {
                        @for bar in bars.iter().rev() {
                            tr {
                                th scope="row" { (label(bucket, &bar.start)) }
                                td class="number" { (grouped(bar.visits)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn last(bars: &[Bar], number: usize) -> &[Bar] {
    &bars[bars.len().saturating_sub(number)..]
}
