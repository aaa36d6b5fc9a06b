//! What a page shows, as far as its links keep it; and the links and forms that change that.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use maud::{Markup, html};

use super::layout::name;
use crate::bucket::Bucket;
use crate::limits::MAX_SEARCH_CHARACTERS;
use crate::range::{Named, Range};
use crate::uri::path_and_query;
use crate::zone::Zone;

/// A parameter of a link or a form; `None` where it is left out.
pub type Parameter = (&'static str, Option<String>);

/// What is shown: which replicas, and which time.
pub struct Filter {
    /// The replica that answers.
    pub replica: String,
    /// Whether it has peers.
    pub has_peers: bool,
    /// Whether the numbers are those of all replicas.
    pub cluster: bool,
    /// The range.
    pub range: Range,
    /// Its name, if it has one.
    pub named: Option<Named>,
    /// The zone of the times.
    pub zone: Zone,
    /// The name of the zone, if the request has one.
    pub tz: Option<String>,
}

impl Filter {
    /// The parameters that say the same.
    pub fn parameters(&self) -> Vec<Parameter> {
        let range = match self.named {
            Some(named) => named_range(named),
            None => given_range(&self.zone, self.range),
        };
        let scope = (!self.cluster).then(|| "replica".to_owned());
        range.into_iter().chain([("tz", self.tz.clone()), ("scope", scope)]).collect()
    }

    /// The range in words.
    pub fn title(&self) -> String {
        if let Some(named) = self.named {
            return title(named).to_owned();
        }
        let text = |at: DateTime<Utc>, date: Option<NaiveDate>| {
            date.map_or_else(|| self.zone.local(at).format("%Y-%m-%d %H:%M").to_string(), |date| date.to_string())
        };
        let since = self.range.since.map(|at| text(at, first_day(&self.zone, at)));
        let until = self.range.until.map(|at| text(at, last_day(&self.zone, at)));
        match (since, until) {
            (Some(since), Some(until)) if since == until => since,
            (Some(since), Some(until)) => format!("{since} to {until}"),
            (Some(since), None) => format!("Since {since}"),
            (None, Some(until)) => format!("Until {until}"),
            (None, None) => title(Named::All).to_owned(),
        }
    }

    /// The period before the range in words.
    pub fn previous_title(&self) -> &'static str {
        match self.named {
            Some(Named::Today) => "yesterday",
            Some(Named::SevenDays) => "in the 7 days before",
            Some(Named::ThirtyDays) => "in the 30 days before",
            Some(Named::TwelveMonths) => "in the 12 months before",
            Some(Named::All) | None => "in the period before",
        }
    }

    /// Links to other ranges, and a form for any two dates. `path` is that of the page, and `all` are the parameters that
    /// say what it shows.
    pub fn ranges(&self, path: &str, all: &[Parameter]) -> Markup {
        let ranges = Named::ALL.map(|named| {
            let link = link(path, all, &named_range(named));
            html! { a href=(link) aria-current=[(self.named == Some(named)).then_some("page")] { (title(named)) } }
        });
        let kept = all.iter().filter(|(name, _)| !["range", "since", "until"].contains(name));
        let (first, last) = self.range.local(&self.zone);
        let last = last.map(|until| until - TimeDelta::microseconds(1));
        let date = |label: &str, name: &str, value: Option<DateTime<FixedOffset>>| {
            html! {
                label {
                    (label) " "
                    input type="date" name=(name) value=[value.map(|at| at.date_naive())] required;
                }
            }
        };
        html! {
            div class="ranges" {
                nav aria-label="Range" { @for range in ranges { (range) } }
                form method="get" action=(path) aria-label="Two dates" {
                    (hidden(kept))
                    (date("From", "since", first))
                    (date("to", "until", last))
                    button { "Show" }
                }
            }
        }
    }

    /// Links to the same page of all replicas, and of this one alone.
    pub fn replicas(&self, path: &str, all: &[Parameter]) -> Markup {
        let current = |is_shown: bool| is_shown.then_some("page");
        html! {
            a href=(link(path, all, &[("scope", None)])) aria-current=[current(self.cluster)] { "All replicas" }
            a href=(link(path, all, &[("scope", Some("replica".to_owned()))])) aria-current=[current(!self.cluster)] {
                (name(&self.replica)) " alone"
            }
        }
    }
}

/// A link to a page with the parameters `all`, but for those that are `changed`. All links are relative, since a proxy may
/// have taken a prefix from the path.
pub fn link(path: &str, all: &[Parameter], changed: &[Parameter]) -> String {
    let kept = all.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    path_and_query(path, &kept.chain(changed).cloned().collect::<Vec<_>>())
}

/// A form for a part of the names of pages, which leads to their list. It keeps the other parameters.
pub fn search(all: &[Parameter], search: &str) -> Markup {
    html! {
        form class="search" role="search" method="get" action="pages" {
            (hidden(all.iter().filter(|(name, _)| *name != "search")))
            input type="search" name="search" aria-label="A part of the name" value=(search) dir="auto"
                maxlength=(MAX_SEARCH_CHARACTERS);
            button { "Search" }
        }
    }
}

/// The inputs of a form that keep these parameters.
fn hidden<'a>(parameters: impl Iterator<Item = &'a Parameter>) -> Markup {
    let given = parameters.filter_map(|(name, value)| Some((name, value.as_deref()?)));
    html! { @for (name, value) in given { input type="hidden" name=(name) value=(value); } }
}

/// The parameters of a range that has a name.
pub fn named_range(named: Named) -> [Parameter; 3] {
    [("range", Some(named.name().to_owned())), ("since", None), ("until", None)]
}

/// The parameters of another one: dates where it begins or ends with a day.
pub fn given_range(zone: &Zone, range: Range) -> [Parameter; 3] {
    let text = |at: DateTime<Utc>, date: Option<NaiveDate>| {
        date.map_or_else(|| zone.local(at).to_rfc3339(), |date| date.to_string())
    };
    let since = range.since.map(|at| text(at, first_day(zone, at)));
    let until = range.until.map(|at| text(at, last_day(zone, at)));
    [("range", None), ("since", since), ("until", until)]
}

fn title(named: Named) -> &'static str {
    match named {
        Named::Today => "Today",
        Named::SevenDays => "7 days",
        Named::ThirtyDays => "30 days",
        Named::TwelveMonths => "12 months",
        Named::All => "All time",
    }
}

/// The day that begins at a time.
fn first_day(zone: &Zone, at: DateTime<Utc>) -> Option<NaiveDate> {
    (Bucket::Day.latest(zone, 1, at).0 == at).then(|| zone.local(at).date_naive())
}

/// The day that ends at a time.
fn last_day(zone: &Zone, at: DateTime<Utc>) -> Option<NaiveDate> {
    let last = at - TimeDelta::microseconds(1);
    (Bucket::Day.latest(zone, 1, last).1 == at).then(|| zone.local(last).date_naive())
}
