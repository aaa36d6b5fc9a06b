//! The page of `/pages`: all pages with their visits in a range.

use chrono::{DateTime, FixedOffset, Utc};
use maud::{Markup, html};

use super::layout::{self, coarse, name};
use super::silent;
use crate::bucket::Bucket;
use crate::limits::{DEFAULT_LIST, MAX_SEARCH_CHARACTERS};
use crate::render::labels::group_thousands;
use crate::report::{Cluster, MergedPages, PageCount, Sort};
use crate::uri::path_and_query;
use crate::zone::{self, Zone};

/// A list of pages, and the parameters of its request.
pub struct PagesView {
    /// The part of the list that is shown.
    pub pages: Cluster<MergedPages>,
    /// The replica that answers.
    pub replica: String,
    /// Whether it has peers.
    pub has_peers: bool,
    /// Whether the numbers are those of all replicas.
    pub cluster: bool,
    /// What the pages have in their names.
    pub search: String,
    /// The order.
    pub sort: Sort,
    /// How many pages come before.
    pub offset: usize,
    /// The number of pages, if the request has one.
    pub limit: Option<usize>,
    /// When the request came.
    pub now: DateTime<Utc>,
    /// The zone of its times.
    pub zone: Zone,
    /// The name of the zone, if the request has one.
    pub tz: Option<String>,
}

/// A parameter of a link or a form; `None` where it is left out.
type Parameter = (&'static str, Option<String>);

impl PagesView {
    /// The parameters of the list that is shown, from its beginning on.
    fn parameters(&self) -> [Parameter; 7] {
        let time = |at: Option<DateTime<FixedOffset>>| at.map(|at| at.to_rfc3339());
        [
            ("search", Some(self.search.clone()).filter(|search| !search.is_empty())),
            ("since", time(self.pages.merged.since)),
            ("until", time(self.pages.merged.until)),
            ("sort", (self.sort != Sort::default()).then(|| self.sort.name().to_owned())),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("tz", self.tz.clone()),
            ("scope", (!self.cluster).then(|| "replica".to_owned())),
        ]
    }

    /// A link to a list that differs in these parameters only. All links are relative, since a proxy may have taken a
    /// prefix from the path.
    fn link(&self, others: &[Parameter]) -> String {
        let kept = self.parameters().into_iter().filter(|(name, _)| others.iter().all(|(other, _)| other != name));
        path_and_query("pages", &kept.chain(others.iter().cloned()).collect::<Vec<_>>())
    }

    /// The ranges that are offered, each with its beginning: midnights, so that they are those of the dashboard.
    fn ranges(&self) -> [(&'static str, Option<DateTime<FixedOffset>>); 5] {
        let since = |bucket: Bucket, number| Some(self.zone.local(bucket.latest(&self.zone, number, self.now).0));
        [
            ("Today", since(Bucket::Day, 1)),
            ("7 days", since(Bucket::Day, 7)),
            ("30 days", since(Bucket::Day, 30)),
            ("12 months", since(Bucket::Month, 12)),
            ("All time", None),
        ]
    }
}

/// The list.
pub fn pages(view: &PagesView) -> String {
    let merged = &view.pages.merged;
    let body = html! {
        body {
            header {
                h1 { "Pages" }
                p { (range(view)) }
                (navigation(view))
            }
            main {
                (silent::notes(&view.pages, &merged.replicas.iter().collect::<Vec<_>>()))
                (coarse(merged.coarse_before, "listed"))
                (search(view))
                p class="note" {
                    (counted(merged.total, "visit")) " to "
                    (counted(i64::try_from(merged.number_of_pages).unwrap_or(i64::MAX), "page"))
                    @if !view.search.is_empty() { " with “" (name(&view.search)) "” in the name" }
                    "."
                }
                @if !merged.pages.is_empty() { (table(view)) }
                (parts(view))
            }
            footer { p { a href="visits" { "All visits" } } }
        }
    };
    layout::page("Pages – Footfall", &body)
}

fn counted(number: i64, what: &str) -> String {
    format!("{} {what}{}", group_thousands(number), if number == 1 { "" } else { "s" })
}

/// The range in words.
fn range(view: &PagesView) -> Markup {
    let MergedPages { since, until, timezone, .. } = &view.pages.merged;
    let time = |at: &DateTime<FixedOffset>| html! { time datetime=(zone::rfc3339(at)) { (zone::human(at, timezone)) } };
    html! {
        @match (since, until) {
            (None, None) => "Visits of all time",
            (Some(since), None) => { "Visits since " (time(since)) },
            (None, Some(until)) => { "Visits until " (time(until)) },
            (Some(since), Some(until)) => { "Visits from " (time(since)) " until " (time(until)) },
        }
    }
}

/// Links to other ranges, and to the lists of all replicas and of this one.
fn navigation(view: &PagesView) -> Markup {
    let (since, is_open) = (view.pages.merged.since, view.pages.merged.until.is_none());
    let current = |is_shown: bool| is_shown.then_some("page");
    let ranges = view.ranges().map(|(title, from)| {
        let link = view.link(&[("since", from.map(|from| from.to_rfc3339())), ("until", None)]);
        html! { a href=(link) aria-current=[current(is_open && since == from)] { (title) } }
    });
    html! {
        nav aria-label="Range" { @for range in ranges { (range) } }
        @if view.has_peers {
            nav aria-label="What is shown" {
                a href=(view.link(&[("scope", None)])) aria-current=[current(view.cluster)] { "All replicas" }
                a href=(view.link(&[("scope", Some("replica".to_owned()))])) aria-current=[current(!view.cluster)] {
                    (name(&view.replica)) " alone"
                }
            }
        }
    }
}

/// A form for a part of the names. It keeps what else is asked for.
fn search(view: &PagesView) -> Markup {
    let others = view.parameters().into_iter().filter(|(name, _)| *name != "search");
    html! {
        form class="search" role="search" method="get" action="pages" {
            @for (name, value) in others {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
            input type="search" name="search" aria-label="A part of the name" value=(view.search) dir="auto"
                maxlength=(MAX_SEARCH_CHARACTERS);
            button { "Search" }
        }
    }
}

fn table(view: &PagesView) -> Markup {
    let heading = |sort: Sort, title: &str, direction: &'static str| {
        let is_current = sort == view.sort;
        let sort = (sort != Sort::default()).then(|| sort.name().to_owned());
        html! {
            th scope="col" class=[(title == "Visits").then_some("number")] aria-sort=[is_current.then_some(direction)] {
                @if is_current { (title) } @else { a href=(view.link(&[("sort", sort)])) { (title) } }
            }
        }
    };
    let row = |PageCount { page, visits }: &PageCount| {
        let scope = (!view.cluster).then(|| "replica".to_owned());
        let parameters = [("page", Some(page.as_str().to_owned())), ("tz", view.tz.clone()), ("scope", scope)];
        html! {
            tr {
                th scope="row" { a href=(path_and_query("visits", &parameters)) { (name(page.as_str())) } }
                td class="number" { (group_thousands(*visits)) }
            }
        }
    };
    html! {
        table aria-label="Pages" {
            thead { tr { (heading(Sort::Name, "Page", "ascending")) (heading(Sort::Visits, "Visits", "descending")) } }
            tbody { @for page in &view.pages.merged.pages { (row(page)) } }
        }
    }
}

/// Links to the parts of the list before and after this one.
fn parts(view: &PagesView) -> Markup {
    let link = |offset: usize| view.link(&[("offset", (offset > 0).then(|| offset.to_string()))]);
    let previous = (view.offset > 0).then(|| view.offset.saturating_sub(view.limit.unwrap_or(DEFAULT_LIST)));
    let next = view.pages.merged.next;
    html! {
        @if previous.is_some() || next.is_some() {
            nav aria-label="Parts of the list" {
                @if let Some(offset) = previous { a href=(link(offset)) rel="prev" { "Previous pages" } }
                @if let Some(offset) = next { a href=(link(offset)) rel="next" { "Next pages" } }
            }
        }
    }
}
