//! The numbers at the top of the dashboard, each with a link to what it is made of.

use maud::{Markup, html};

use super::filter::{given_range, named_range};
use super::view::Dashboard;
use crate::range::{Named, Range};
use crate::render::labels::group_thousands;
use crate::report::Period;

/// The visits of the range, compared with the period before; of today; and of all time.
pub fn numbers(dashboard: &Dashboard) -> Markup {
    let summary = &dashboard.summary.merged;
    let named = |named: Named| dashboard.link(&named_range(named));
    let number = |label: &str, number: i64, link: &str, change: Option<Markup>| {
        html! {
            div {
                dt { (label) }
                dd { a href=(link) { (group_thousands(number)) } }
                @if let Some(change) = change { dd class="change" { (change) } }
            }
        }
    };
    // What all visits are made of are pages, and those to one page are the bars of its chart.
    let parts = if dashboard.page.is_none() { dashboard.pages_link() } else { "#buckets".to_owned() };
    let today = summary.days.last().map_or(0, |day| day.visits);
    let shown = dashboard.filter.named;
    // All time has the last known numbers of replicas that do not answer, too.
    let visits = if shown == Some(Named::All) { summary.total } else { dashboard.range.visits };
    html! {
        dl id="numbers" data-update class="numbers" {
            (number(&dashboard.filter.title(), visits, &parts, change(dashboard)))
            @if shown != Some(Named::Today) { (number("Today", today, &named(Named::Today), None)) }
            @if shown != Some(Named::All) { (number("All time", summary.total, &named(Named::All), None)) }
        }
    }
}

/// How much more or less it is than in the period before. Of a range that goes on, the period before goes up to the same
/// time.
fn change(dashboard: &Dashboard) -> Option<Markup> {
    let previous = dashboard.range.previous.filter(|previous| (previous.visits, dashboard.range.visits) != (0, 0));
    let Period { since, until, visits } = previous?;
    let range = Range { since: Some(since.to_utc()), until: Some(until.to_utc()) };
    let link = dashboard.link(&given_range(&dashboard.filter.zone, range));
    let goes_on = dashboard.range.until.is_none_or(|end| end > dashboard.now);
    Some(html! {
        (compare(dashboard.range.visits, visits)) " "
        (dashboard.filter.previous_title())
        @if goes_on { ", up to the same time" }
        " (" a href=(link) { (group_thousands(visits)) } ")"
    })
}

/// A number compared with an earlier one, in words that a period follows.
fn compare(visits: i64, earlier: i64) -> String {
    if visits == earlier {
        return "as many as".to_owned();
    }
    // Numbers of visits are far from where this overflows.
    let difference = (visits - earlier).abs();
    let direction = if visits > earlier { "more" } else { "fewer" };
    // Rounded to the nearest percent.
    match difference.saturating_mul(100).saturating_add(earlier / 2).checked_div(earlier) {
        None => format!("{} more than", group_thousands(difference)),
        Some(0) => format!("a little {direction} than"),
        Some(1000..) => format!("{} times as many as", group_thousands((visits + earlier / 2) / earlier)),
        Some(percent) => format!("{}% {direction} than", group_thousands(percent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_in_percent_of_the_earlier_one() {
        for (visits, earlier, expected) in [
            (0, 0, "as many as"),
            (7, 7, "as many as"),
            (7, 0, "7 more than"),
            (3, 2, "50% more than"),
            (1, 3, "67% fewer than"),
            (0, 5, "100% fewer than"),
            (1001, 1000, "a little more than"),
            (1994, 2000, "a little fewer than"),
            (1990, 2000, "1% fewer than"),
            (109, 10, "990% more than"),
            (115, 10, "12 times as many as"),
            (1 << 53, 1, "9,007,199,254,740,992 times as many as"),
        ] {
            assert_eq!(compare(visits, earlier), expected, "{visits} after {earlier}");
        }
    }
}
