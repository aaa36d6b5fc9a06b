//! Time: zones, the slots that visits are tallied in, and the times that `since` and `until` take.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serializer;

/// The length of a slot in microseconds: a quarter of an hour, because every zone's days begin on one.
pub const SLOT: i64 = 15 * 60 * 1_000_000;

/// Finds a zone by its name in the IANA database, such as `Europe/Moscow`.
pub fn parse_zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// Reads a point in time: RFC 3339, or an age before `now` in seconds, minutes, hours, days or weeks, such as `90m`.
pub fn parse_time(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if let Some(age) = parse_age(text) {
        return now.checked_sub_signed(age);
    }
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
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
pub fn rfc3339(time: &DateTime<Tz>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// [`rfc3339`] for serde.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(time: &DateTime<Tz>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(time))
}

/// Shows a time to a person: its date, its clock with the offset, and its zone.
pub fn human(time: &DateTime<Tz>) -> String {
    format!("{} {}", time.format("%Y-%m-%d %H:%M:%S%:z"), time.timezone())
}

#[cfg(test)]
mod tests {
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
            let zone = parse_zone(zone).expect("a zone");
            assert_eq!(human(&utc("2026-03-29T01:30:00Z").with_timezone(&zone)), shown);
        }
    }

    #[test]
    fn a_zone_has_an_iana_name() {
        assert_eq!(parse_zone("Pacific/Apia"), Some(Tz::Pacific__Apia));
        for name in ["", "Mars/Olympus", "UTC+3", "../UTC", "europe/moscow"] {
            assert_eq!(parse_zone(name), None, "{name}");
        }
    }

    #[test]
    fn json_has_microseconds_and_the_offset() {
        let time = utc("2026-03-29T01:30:00.000001Z").with_timezone(&Tz::Asia__Kathmandu);
        assert_eq!(rfc3339(&time), "2026-03-29T07:15:00.000001+05:45");
    }
}
