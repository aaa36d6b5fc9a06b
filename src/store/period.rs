//! The periods that slots of long ago are merged into.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

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
        match self {
            Self::Day => Bucket::Day.latest(zone, 1, at),
            Self::Month => Bucket::Month.latest(zone, 1, at),
            Self::Year => {
                let month = Bucket::Month.latest(zone, 1, at);
                // In the middle of a month is no doubt about its year.
                let year = zone.local(month.0 + (month.1 - month.0) / 2).year();
                let first = |year| NaiveDate::from_ymd_opt(year, 1, 1).map(|date| zone.midnight(date));
                first(year).zip(first(year + 1)).unwrap_or(month)
            }
        }
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
