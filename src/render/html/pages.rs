//! The page of `/pages`: all pages with their visits in a range.

use chrono::{DateTime, FixedOffset};
use maud::{Markup, html};

use super::filter::{Filter, Parameter, link, search};
use super::layout::{self, coarse, name};
use super::silent;
use crate::limits::DEFAULT_LIST;
use crate::render::labels::group_thousands;
use crate::report::{Cluster, MergedPages, PageCount, Sort};
use crate::zone;

/// A list of pages, and the parameters of its request.
pub struct PagesView {
    /// Which replicas and which range.
    pub filter: Filter,
    /// The part of the list that is shown.
    pub pages: Cluster<MergedPages>,
    /// What the pages have in their names.
    pub search: String,
    /// The order.
    pub sort: Sort,
    /// How many pages come before.
    pub offset: usize,
    /// The number of pages, if the request has one.
    pub limit: Option<usize>,
}

impl PagesView {
    /// The parameters of the list that is shown, from its beginning on.
    fn parameters(&self) -> Vec<Parameter> {
        let list = [
            ("search", Some(self.search.clone()).filter(|search| !search.is_empty())),
            ("sort", (self.sort != Sort::default()).then(|| self.sort.name().to_owned())),
            ("limit", self.limit.map(|limit| limit.to_string())),
        ];
        list.into_iter().chain(self.filter.parameters()).collect()
    }

    /// A link to a list that differs in these parameters only.
    fn link(&self, changed: &[Parameter]) -> String {
        link("pages", &self.parameters(), changed)
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
                (view.filter.ranges("pages", &view.parameters()))
                @if view.filter.has_peers {
                    nav aria-label="What is shown" { (view.filter.replicas("pages", &view.parameters())) }
                }
            }
            main {
                (silent::notes(&view.pages, &merged.replicas.iter().collect::<Vec<_>>()))
                (coarse(merged.coarse_before, "listed"))
                (search(&view.parameters(), &view.search))
                p class="note" {
                    (counted(merged.total, "visit")) " to "
                    (counted(i64::try_from(merged.number_of_pages).unwrap_or(i64::MAX), "page"))
                    @if !view.search.is_empty() { " with “" (name(&view.search)) "” in the name" }
                    "."
                }
                @if !merged.pages.is_empty() { (table(view)) }
                (parts(view))
            }
            footer { p { a href=(link("visits", &view.filter.parameters(), &[])) { "All visits" } } }
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
        let link = link("visits", &view.filter.parameters(), &[("page", Some(page.as_str().to_owned()))]);
        html! {
            tr {
                th scope="row" { a href=(link) { (name(page.as_str())) } }
                td class="number" { a href=(link) { (group_thousands(*visits)) } }
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
    let part = |offset: usize| view.link(&[("offset", (offset > 0).then(|| offset.to_string()))]);
    let previous = (view.offset > 0).then(|| view.offset.saturating_sub(view.limit.unwrap_or(DEFAULT_LIST)));
    let next = view.pages.merged.next;
    html! {
        @if previous.is_some() || next.is_some() {
            nav aria-label="Parts of the list" {
                @if let Some(offset) = previous { a href=(part(offset)) rel="prev" { "Previous pages" } }
                @if let Some(offset) = next { a href=(part(offset)) rel="next" { "Next pages" } }
            }
        }
    }
}
