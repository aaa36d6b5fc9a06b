//! The parameters that are times.

use chrono::{DateTime, Utc};

use super::Query;
use crate::bucket::Bucket;
use crate::range::{Named, Range};
use crate::web::problem::Problem;
use crate::zone::{self, Zone};

/// The beginning and the end of a day.
type Day = (DateTime<Utc>, DateTime<Utc>);

impl Query {
    /// `now`: the time to answer for.
    pub fn now(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
        Ok(self.time("now", now)?.unwrap_or(now))
    }

    /// `since` and `until`: the range. A date is a whole day of the zone.
    pub fn range(&self, zone: &Zone, now: DateTime<Utc>) -> Result<Range, Problem> {
        let (since, until) = (self.day_or_time("since", zone, now)?, self.day_or_time("until", zone, now)?);
        if let (Some((since, _)), Some((day, until))) = (since, until) {
            // A day does not end before it begins, but as the day before does.
            let is_empty = day < until && since == until;
            if since > until || is_empty {
                return Err(Problem::BadParameter { parameter: "since", expected: "no later than until" });
            }
        }
        Ok(Range { since: since.map(|(start, _)| start), until: until.map(|(_, end)| end) })
    }

    /// `range`, or `since` and `until`: the range, and its name if it has one. It is `default` where none of them is given.
    pub fn range_or(&self, default: Named, zone: &Zone, now: DateTime<Utc>) -> Result<(Range, Option<Named>), Problem> {
        let named = self.parse_one("range", "today, 7d, 30d, 12mo or all", Named::parse)?;
        match (named, self.given(&["since", "until"])) {
            (Some(_), Some(parameter)) => {
                Err(Problem::BadParameter { parameter, expected: "left out where range is given" })
            }
            (None, Some(_)) => Ok((self.range(zone, now)?, None)),
            (named, None) => {
                let named = named.unwrap_or(default);
                Ok((named.range(zone, now), Some(named)))
            }
        }
    }

    fn time(&self, parameter: &'static str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Problem> {
        let expected = "a time in RFC 3339 such as 2026-03-29T12:00:00Z, or an age such as 90m, 24h or 7d";
        self.parse_one(parameter, expected, |value| zone::parse_time(value, now))
    }

    /// A day, or a time, which begins and ends at once.
    fn day_or_time(&self, parameter: &'static str, zone: &Zone, now: DateTime<Utc>) -> Result<Option<Day>, Problem> {
        let expected = "a date such as 2026-03-29, a time in RFC 3339 such as 2026-03-29T12:00:00Z, \
                        or an age such as 90m, 24h or 7d";
        self.parse_one(parameter, expected, |value| match zone::parse_date(value) {
            Some(date) => Some(Bucket::Day.latest(zone, 1, zone.midnight(date))),
            None => zone::parse_time(value, now).map(|at| (at, at)),
        })
    }
}
