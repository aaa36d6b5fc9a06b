//! Ranges of time: those that have a name, and what a range is drawn in and compared with.

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, TimeDelta, Utc};

use crate::bucket::Bucket;
use crate::limits::{MAX_BARS, MAX_DAYS_DRAWN, MAX_HOURS_DRAWN, MAX_MINUTES_DRAWN};
use crate::zone::Zone;

/// A range of time, from `since` (inclusive) until `until` (exclusive).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Range {
    /// The beginning; `None` for the first visit.
    pub since: Option<DateTime<Utc>>,
    /// The end; `None` for the last visit.
    pub until: Option<DateTime<Utc>>,
}

/// A range that moves with the time. It ends with the day or the month that the time is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The day so far.
    Today,
    /// Today, and the 6 days before.
    SevenDays,
    /// Today, and the 29 days before.
    ThirtyDays,
    /// This month, and the 11 months before.
    TwelveMonths,
    /// From the first visit on.
    All,
}

impl Named {
    /// All of them, from the shortest on.
    pub const ALL: [Self; 5] = [Self::Today, Self::SevenDays, Self::ThirtyDays, Self::TwelveMonths, Self::All];

    /// Parses its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::SevenDays => "7d",
            Self::ThirtyDays => "30d",
            Self::TwelveMonths => "12mo",
            Self::All => "all",
        }
    }

    /// The range at the time `now`.
    pub fn range(self, zone: &Zone, now: DateTime<Utc>) -> Range {
        let latest = |bucket: Bucket, number| {
            let (since, until) = bucket.latest(zone, number, now);
            Range { since: Some(since), until: Some(until) }
        };
        match self {
            Self::Today => latest(Bucket::Day, 1),
            Self::SevenDays => latest(Bucket::Day, 7),
            Self::ThirtyDays => latest(Bucket::Day, 30),
            Self::TwelveMonths => latest(Bucket::Month, 12),
            Self::All => Range::default(),
        }
    }
}

impl Range {
    /// All time up to its end, if it is over at the time `now`, and else all time.
    #[must_use]
    pub fn until_its_end(self, now: DateTime<Utc>) -> Self {
        Self { since: None, until: self.until.filter(|until| *until <= now) }
    }

    /// Its bounds in a zone.
    pub fn local(self, zone: &Zone) -> (Option<DateTime<FixedOffset>>, Option<DateTime<FixedOffset>>) {
        let local = |at: Option<DateTime<Utc>>| at.map(|at| zone.local(at));
        (local(self.since), local(self.until))
    }

    /// The buckets that it is drawn in, and the part of it that is drawn: the latest [`MAX_BARS`] months at most, and
    /// nothing after the day that `now` is in, or of minutes and months after that minute or month.
    pub fn drawn(self, zone: &Zone, now: DateTime<Utc>) -> (Bucket, DateTime<Utc>, DateTime<Utc>) {
        let until = |bucket: Bucket| {
            let end = bucket.latest(zone, 1, now).1;
            self.until.map_or(end, |until| until.min(end))
        };
        let limits = [
            (Bucket::Minute, until(Bucket::Minute), MAX_MINUTES_DRAWN),
            (Bucket::Hour, until(Bucket::Day), MAX_HOURS_DRAWN),
            (Bucket::Day, until(Bucket::Day), MAX_DAYS_DRAWN),
        ];
        let finest = self.since.and_then(|since| limits.into_iter().find(|(_, until, limit)| *until - since <= *limit));
        let (bucket, until) =
            finest.map_or_else(|| (Bucket::Month, until(Bucket::Month)), |(bucket, until, _)| (bucket, until));
        let earliest = Bucket::Month.latest(zone, MAX_BARS, until - TimeDelta::microseconds(1)).0;
        (bucket, self.since.map_or(earliest, |since| since.max(earliest)), until)
    }

    /// The period before: as many months before whole months, as many days before whole days, else as much time. Of a
    /// range that is not over at the time `now`, it goes up to the same time of the month or the day, so that the two can be
    /// compared. A range without a beginning has none, nor has one that is yet to come.
    pub fn previous(self, zone: &Zone, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let since = self.since.filter(|since| *since < now)?;
        let until = self.until.unwrap_or_else(|| Bucket::Day.latest(zone, 1, now).1);
        let are_bounds = |bucket: Bucket| [since, until].iter().all(|at| bucket.latest(zone, 1, *at).0 == *at);
        let (first, end) = (zone.local(since).date_naive(), zone.local(until).date_naive());
        let months = (end.year() - first.year()) * 12 + end.month0().cast_signed() - first.month0().cast_signed();
        let (months, days) = (u32::try_from(months).ok()?, u64::try_from((end - first).num_days()).ok()?);
        let earlier = |at: DateTime<Utc>| {
            let date = zone.local(at).date_naive();
            let date = if are_bounds(Bucket::Month) {
                date.checked_sub_months(Months::new(months))?
            } else if are_bounds(Bucket::Day) {
                date.checked_sub_days(Days::new(days))?
            } else {
                return at.checked_sub_signed(until - since);
            };
            Some(zone.midnight(date) + (at - Bucket::Day.latest(zone, 1, at).0))
        };
        let end = if now < until { earlier(now)?.min(since) } else { since };
        Some((earlier(since)?, end))
    }
}

#[cfg(test)]
mod tests;
