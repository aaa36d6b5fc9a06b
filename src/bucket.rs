//! Buckets: the minutes, hours, days, weeks and months of a zone, in which a histogram counts visits.
//!
//! Each bucket begins where the previous one ends, so that a visit is in exactly one. Where clocks change, buckets are
//! shorter or longer, or skipped.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

use crate::limits::{
    DEFAULT_DAYS, DEFAULT_HOURS, DEFAULT_MINUTES, DEFAULT_MONTHS, DEFAULT_WEEKS, MAX_BARS, MAX_RANGE_IN_DAYS,
    MAX_RANGE_IN_HOURS, MAX_RANGE_IN_MINUTES,
};
use crate::zone::Zone;

const HOUR: TimeDelta = TimeDelta::hours(1);
const DAY: TimeDelta = TimeDelta::hours(24);

/// The length of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bucket {
    /// A minute.
    Minute,
    /// An hour of the local time.
    Hour,
    /// A day of the local time, from midnight to midnight.
    Day,
    /// A week of such days, from Monday on (ISO 8601).
    Week,
    /// A month of such days.
    Month,
}

impl Bucket {
    /// All of them, from the shortest on.
    pub const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Parses its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bucket| bucket.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// How many buckets a histogram has by default.
    pub fn default_number(self) -> usize {
        match self {
            Self::Minute => DEFAULT_MINUTES,
            Self::Hour => DEFAULT_HOURS,
            Self::Day => DEFAULT_DAYS,
            Self::Week => DEFAULT_WEEKS,
            Self::Month => DEFAULT_MONTHS,
        }
    }

    /// The longest range that a histogram can have.
    pub fn max_range(self) -> TimeDelta {
        match self {
            Self::Minute => MAX_RANGE_IN_MINUTES,
            Self::Hour => MAX_RANGE_IN_HOURS,
            Self::Day | Self::Week | Self::Month => MAX_RANGE_IN_DAYS,
        }
    }

    /// The starts of the buckets that a range touches, and the end of the last one; nothing if the range is empty.
    pub fn bounds(self, zone: &Zone, since: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let mut bounds = Vec::new();
        if since < until {
            bounds.push(self.start(zone, since));
            while let Some(bound) = bounds.last().copied().filter(|bound| *bound < until) {
                bounds.push(self.next(zone, bound));
            }
        }
        bounds
    }

    /// The bucket in which a range can be drawn: this one, or the next coarser one that has at most [`MAX_BARS`].
    #[must_use]
    pub fn for_bars(self, zone: &Zone, since: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        let fits = |bucket: &Self| bucket.bounds(zone, since, until).len() <= MAX_BARS + 1;
        Self::ALL.into_iter().skip_while(|bucket| *bucket != self).find(fits).unwrap_or(Self::Month)
    }

    /// The range of this number of buckets, up to the one that `now` is in.
    pub fn latest(self, zone: &Zone, number: usize, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let last = self.start(zone, now);
        let before = |start: DateTime<Utc>| self.start(zone, start - TimeDelta::microseconds(1));
        let first = (1..number).fold(last, |start, _| before(start));
        (first, self.next(zone, last))
    }

    fn start(self, zone: &Zone, at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Minute => at - since_full_minute(&at),
            Self::Hour => {
                let start = at - since_full_hour(&zone.local(at));
                zone.transition(start, at).unwrap_or(start)
            }
            Self::Day => {
                let start = zone.midnight(zone.local(at).date_naive());
                // Where clocks are set back over midnight, the end of a day is repeated after the next day has begun.
                Some(self.next(zone, start)).filter(|next| *next <= at).unwrap_or(start)
            }
            Self::Week | Self::Month => {
                let start = zone.midnight(self.first_day(date(zone, at)));
                // The zone may skip the first day of a week, which then begins with the one before it.
                Some(self.next(zone, start)).filter(|next| *next <= at).unwrap_or(start)
            }
        }
    }

    fn next(self, zone: &Zone, start: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Minute => start + TimeDelta::minutes(1),
            Self::Hour => {
                let next = start + HOUR - since_full_hour(&zone.local(start));
                zone.transition(start, next).unwrap_or(next)
            }
            Self::Day => {
                let date = zone.local(start).date_naive();
                // A day that is skipped begins at the same time as the day after it.
                let later = (1..=3).filter_map(|days| date.checked_add_days(Days::new(days)));
                later.map(|date| zone.midnight(date)).find(|next| *next > start).unwrap_or(start + DAY)
            }
            Self::Week | Self::Month => {
                // Far enough for the next one, and not for the one after it.
                let days = if self == Self::Week { 7 } else { 31 };
                let next =
                    date(zone, start).checked_add_days(Days::new(days)).map(|date| zone.midnight(self.first_day(date)));
                next.filter(|next| *next > start).unwrap_or(start + DAY * 7)
            }
        }
    }

    /// The first day of the week or month that a day is in.
    fn first_day(self, date: NaiveDate) -> NaiveDate {
        let days = if self == Self::Week { date.weekday().num_days_from_monday() } else { date.day0() };
        date.checked_sub_days(Days::new(days.into())).unwrap_or(date)
    }
}

/// The date of the day that a time is in. In the middle of a day is no doubt about it.
fn date(zone: &Zone, at: DateTime<Utc>) -> NaiveDate {
    let (start, end) = Bucket::Day.latest(zone, 1, at);
    zone.local(start + (end - start) / 2).date_naive()
}

fn since_full_minute(time: &impl Timelike) -> TimeDelta {
    TimeDelta::seconds(time.second().into()) + TimeDelta::nanoseconds(time.nanosecond().into())
}

fn since_full_hour(time: &impl Timelike) -> TimeDelta {
    TimeDelta::minutes(time.minute().into()) + since_full_minute(time)
}

#[cfg(test)]
mod tests;
