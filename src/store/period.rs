//! The periods that slots of long ago are merged into.

use chrono::{DateTime, Datelike, Months, Utc};

use crate::bucket::Bucket;
use crate::zone::Zone;

/// A kind of period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A day of the local time.
    Day,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl Period {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Year];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The beginning of the period that a time is in, and its end.
    pub fn around(self, zone: &Zone, at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let (start, end) = Bucket::Day.latest(zone, 1, at);
        // In the middle of a day is no doubt about its date.
        let date = zone.local(start + (end - start) / 2).date_naive();
        let (first, months) = match self {
            Self::Day => return (start, end),
            Self::Month => (date.with_day(1), 1),
            Self::Year => (date.with_ordinal(1), 12),
        };
        let next = first.and_then(|first| first.checked_add_months(Months::new(months)));
        first.zip(next).map_or((start, end), |(first, next)| (zone.midnight(first), zone.midnight(next)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_goes_from_midnight_to_midnight_of_its_zone() {
        for (zone, at, day, month, year) in [
            (
                "UTC",
                "2026-11-26T20:18:00Z",
                ["2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z"],
                ["2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"],
                ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
            ),
            (
                "Europe/Berlin",
                "2026-03-31T22:30:00Z",
                ["2026-03-31T22:00:00Z", "2026-04-01T22:00:00Z"],
                ["2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"],
                ["2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"],
            ),
        ] {
            let time = |text: &str| DateTime::parse_from_rfc3339(text).expect("a time").to_utc();
            let zone = Zone::parse(zone).expect("a zone");
            for (period, expected) in Period::ALL.into_iter().zip([day, month, year]) {
                let (start, end) = period.around(&zone, time(at));
                assert_eq!([start, end], expected.map(time), "{period:?} around {at}");
            }
        }
    }
}
