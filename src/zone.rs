//! Time: zones, the slots that visits are tallied in, and the times that `since` and `until` take.
//!
//! The rules of zones are jiff's, whose database takes a sixth of the room that the one for chrono takes. All else is
//! chrono's.

use std::fmt::Display;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Offset, SecondsFormat, TimeDelta, TimeZone, Utc};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// The length of a slot in microseconds: a quarter of an hour, because every zone's days begin on one.
pub const SLOT: i64 = 15 * 60 * 1_000_000;

/// A time zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(jiff::tz::TimeZone::UTC);

    /// Finds a zone by its name in the IANA database, such as `Europe/Moscow`.
    pub fn parse(name: &str) -> Option<Self> {
        let zone = Self(jiff::tz::TimeZone::get(name).ok()?);
        (zone.name() == name).then_some(zone)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What its clocks show at a moment. In years of five digits, that is what those of UTC show.
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        let offset = timestamp(at).map_or(0, |at| self.0.to_offset(at).seconds());
        at.with_timezone(&FixedOffset::east_opt(offset).unwrap_or(Utc.fix()))
    }

    /// The first moment of a day, which is not midnight where the clocks skip that.
    pub fn midnight(&self, date: NaiveDate) -> DateTime<Utc> {
        let found = || {
            let year = i16::try_from(date.year()).ok()?;
            let date = Date::new(year, i8::try_from(date.month()).ok()?, i8::try_from(date.day()).ok()?).ok()?;
            let midnight = self.0.to_ambiguous_timestamp(date.at(0, 0, 0, 0));
            let skipped = matches!(midnight.offset(), jiff::tz::AmbiguousOffset::Gap { .. });
            let at = utc(midnight.compatible().ok()?)?;
            // What stands for a time that is skipped comes after the change that skips it.
            if skipped { self.change(at - TimeDelta::days(2), at) } else { Some(at) }
        };
        found().unwrap_or(date.and_time(NaiveTime::MIN).and_utc())
    }

    /// When the clocks change, from after one moment to another.
    pub fn change(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let before = self.local(after).offset().local_minus_utc();
        let mut changes = self.0.following(timestamp(after)?);
        // The database also has changes of names alone.
        let change = changes.find(|change| change.offset().seconds() != before)?;
        utc(change.timestamp()).filter(|change| *change <= until)
    }
}

fn timestamp(at: DateTime<Utc>) -> Option<Timestamp> {
    Timestamp::from_microsecond(at.timestamp_micros()).ok()
}

fn utc(timestamp: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(timestamp.as_microsecond())
}

/// Reads a point in time: RFC 3339, or an age before `now` in seconds, minutes, hours, days or weeks, such as `90m`.
/// What comes before the year 1 is taken for its beginning, and what comes after the year 9999 for its end, so that RFC
/// 3339 can write every time that is shown, in any zone.
pub fn parse_time(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let time = match parse_age(text) {
        Some(age) => now.checked_sub_signed(age)?,
        None => DateTime::parse_from_rfc3339(text).ok()?.to_utc(),
    };
    let limit = |year, month, day| Utc.with_ymd_and_hms(year, month, day, 0, 0, 0).single();
    Some(time.clamp(limit(1, 1, 1)?, limit(9999, 12, 1)?))
}

fn parse_age(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().next_back()?;
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok()?;
    match unit {
        's' => TimeDelta::try_seconds(number),
        'm' => TimeDelta::try_minutes(number),
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        'w' => TimeDelta::try_weeks(number),
        _ => None,
    }
}

/// Writes a time as RFC 3339 with microseconds and the offset of its zone.
pub fn rfc3339<Z: TimeZone<Offset: Display>>(time: &DateTime<Z>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// [`rfc3339`] for serde.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<Z: TimeZone<Offset: Display>, S: Serializer>(
    time: &DateTime<Z>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(time))
}

/// The other way round.
///
/// # Errors
/// What is no time in RFC 3339.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<FixedOffset>, D::Error> {
    let text = String::deserialize(deserializer)?;
    DateTime::parse_from_rfc3339(&text).map_err(Error::custom)
}

/// Shows a time to a person: its date, its clock with the offset, and its zone.
pub fn human(time: &DateTime<FixedOffset>, zone: &str) -> String {
    format!("{} {zone}", time.format("%Y-%m-%d %H:%M:%S%:z"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("a valid time").to_utc()
    }

    #[test]
    fn an_age_counts_back_from_now() {
        let now = utc("2026-03-29T12:00:00Z");
        for (age, time) in [
            ("0s", "2026-03-29T12:00:00Z"),
            ("30s", "2026-03-29T11:59:30Z"),
            ("90m", "2026-03-29T10:30:00Z"),
            ("24h", "2026-03-28T12:00:00Z"),
            ("7d", "2026-03-22T12:00:00Z"),
            ("2w", "2026-03-15T12:00:00Z"),
            ("95000000d", "0001-01-01T00:00:00Z"),
        ] {
            assert_eq!(parse_time(age, now), Some(utc(time)), "{age}");
        }
    }

    #[test]
    fn a_time_is_rfc_3339() {
        let now = utc("2026-03-29T12:00:00Z");
        for (text, time) in [
            ("2026-03-29T01:59:59Z", "2026-03-29T01:59:59Z"),
            ("2026-03-29T01:59:59.5+05:45", "2026-03-28T20:14:59.5Z"),
            ("1969-12-31T23:00:00Z", "1969-12-31T23:00:00Z"),
        ] {
            assert_eq!(parse_time(text, now), Some(utc(time)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_time() {
        let now = utc("2026-03-29T12:00:00Z");
        for text in [
            "",
            "m",
            "-1h",
            "+1h",
            "1.5h",
            "1 h",
            "1y",
            "24",
            "1é",
            "²d",
            "now",
            "2026-03-29",
            "2026-03-29T12:00:00",
            "2026-02-30T12:00:00Z",
            "99999999999999999999s",
            "9223372036854775807w",
            "300000000d",
        ] {
            assert_eq!(parse_time(text, now), None, "{text}");
        }
    }

    #[test]
    fn a_time_is_shown_with_the_offset_of_its_zone() {
        for (zone, shown) in [
            ("UTC", "2026-03-29 01:30:00+00:00 UTC"),
            ("Europe/Berlin", "2026-03-29 03:30:00+02:00 Europe/Berlin"),
            ("Asia/Kathmandu", "2026-03-29 07:15:00+05:45 Asia/Kathmandu"),
            ("America/New_York", "2026-03-28 21:30:00-04:00 America/New_York"),
        ] {
            let time = Zone::parse(zone).expect("a zone").local(utc("2026-03-29T01:30:00Z"));
            assert_eq!(human(&time, zone), shown);
        }
    }

    #[test]
    fn a_zone_has_an_iana_name() {
        for name in ["UTC", "Pacific/Apia", "US/Eastern", "Etc/GMT+3", "America/Argentina/Buenos_Aires"] {
            assert_eq!(Zone::parse(name).as_ref().map(Zone::name), Some(name));
        }
        for name in ["", "Mars/Olympus", "UTC+3", "../UTC", "europe/moscow", "Etc/Unknown"] {
            assert_eq!(Zone::parse(name), None, "{name}");
        }
    }

    #[test]
    fn any_time_has_a_place_in_any_zone() {
        let zone = Zone::parse("Asia/Kathmandu").expect("a zone");
        for text in ["0000-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1900-01-01T00:00:00Z"] {
            let time = parse_time(text, Utc::now()).expect("a time");
            assert_eq!(zone.local(time), time, "{text}");
            assert!((zone.midnight(time.date_naive()) - time).abs() < TimeDelta::days(2), "{text}");
            zone.change(time, time);
        }
    }

    #[test]
    fn json_has_microseconds_and_the_offset() {
        let zone = Zone::parse("Asia/Kathmandu").expect("a zone");
        let time = zone.local(utc("2026-03-29T01:30:00.000001Z"));
        assert_eq!(rfc3339(&time), "2026-03-29T07:15:00.000001+05:45");
    }

    proptest! {
        #[test]
        fn any_text_is_a_time_or_none(text in "\\PC*", digits in "[0-9]{1,25}[smhdwé]") {
            let now = utc("2026-03-29T12:00:00Z");
            for text in [text, digits] {
                if let Some(time) = parse_time(&text, now) {
                    prop_assert!((0..=9999).contains(&time.year()), "{text}");
                }
            }
        }

        #[test]
        fn a_time_is_read_as_it_is_written(micros in 0..253_402_000_000_000_000_i64, offset in -56..=56_i32) {
            let time = DateTime::from_timestamp_micros(micros).expect("a time");
            let shown = time.with_timezone(&FixedOffset::east_opt(offset * 900).expect("an offset"));
            prop_assert_eq!(parse_time(&rfc3339(&shown), Utc::now()), Some(time));
        }

        #[test]
        fn any_name_is_a_zone_or_none(name in "\\PC*") {
            prop_assert!(Zone::parse(&name).is_none_or(|zone| zone.name() == name));
        }
    }
}
