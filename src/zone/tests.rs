use proptest::prelude::*;
use serde::de::value::StrDeserializer;

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
fn a_leap_second_is_parsed_as_the_second_after_it() {
    let now = utc("2026-03-29T12:00:00Z");
    let time = parse_time("2016-12-31T23:59:60.5Z", now).expect("a time");
    // Unlike with chrono's leap seconds, equal times are also ordered as equals.
    assert_eq!(time, utc("2017-01-01T00:00:00.5Z"));
    assert_eq!(rfc3339(&time), "2017-01-01T00:00:00.500000+00:00");
}

#[test]
fn a_time_out_of_range_is_not_deserialized() {
    let read = |text| deserialize(StrDeserializer::<serde::de::value::Error>::new(text)).ok();
    for text in ["0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T00:00:00Z", "yesterday", ""] {
        assert_eq!(read(text), None, "{text}");
    }
    for (text, time) in [
        ("2026-03-29T01:30:00.0000019+05:45", "2026-03-29T01:30:00.000001+05:45"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000+00:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000+00:00"),
    ] {
        assert_eq!(read(text).as_ref().map(rfc3339).as_deref(), Some(time), "{text}");
    }
}

#[test]
fn any_other_text_is_not_a_time() {
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
fn a_time_for_people_has_the_offset_and_the_name_of_its_zone() {
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
fn a_zone_is_found_by_its_iana_name() {
    for name in ["UTC", "Pacific/Apia", "US/Eastern", "Etc/GMT+3", "America/Argentina/Buenos_Aires"] {
        assert_eq!(Zone::parse(name).as_ref().map(Zone::name), Some(name));
    }
    for name in ["", "Mars/Olympus", "UTC+3", "../UTC", "europe/moscow", "Etc/Unknown"] {
        assert_eq!(Zone::parse(name), None, "{name}");
    }
}

#[test]
fn times_at_the_limits_have_local_times_and_midnights() {
    // In 1800, clocks in New York were 4 hours, 56 minutes and 2 seconds behind.
    let zone = Zone::parse("America/New_York").expect("a zone");
    for text in ["0000-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1800-01-01T00:00:00Z"] {
        let time = parse_time(text, Utc::now()).expect("a time");
        assert_eq!(parse_time(&rfc3339(&zone.local(time)), Utc::now()), Some(time), "{text}");
        assert!((zone.midnight(time.date_naive()) - time).abs() < TimeDelta::days(2), "{text}");
        zone.transition(time, time);
    }
}

#[test]
fn rfc_3339_has_microseconds_and_the_offset() {
    let zone = Zone::parse("Asia/Kathmandu").expect("a zone");
    let time = zone.local(utc("2026-03-29T01:30:00.000001Z"));
    assert_eq!(rfc3339(&time), "2026-03-29T07:15:00.000001+05:45");
}

/// Times in RFC 3339, with leap seconds, and dates and times that do not exist.
fn times() -> impl Strategy<Value = String> {
    "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]{1,9})?(Z|[+-][01][0-9]:[0-5][0-9])"
}

/// The zones of the database.
fn names() -> Vec<String> {
    let names = jiff::tz::db().available().map(|name| name.to_string());
    names.filter(|name| Zone::parse(name).is_some_and(|zone| zone.name() == name)).collect()
}

#[test]
fn every_zone_of_the_database_is_found_by_its_name() {
    assert_eq!(names().len(), jiff::tz::db().available().filter(|name| name.as_str() != "Etc/Unknown").count());
}

proptest! {
    #[test]
    fn a_parsed_time_is_within_the_limits(text in "\\PC*", digits in "[0-9]{1,25}[smhdwé]") {
        let now = utc("2026-03-29T12:00:00Z");
        for text in [text, digits] {
            if let Some(time) = parse_time(&text, now) {
                prop_assert!((0..=9999).contains(&time.year()), "{text}");
            }
        }
    }

    #[test]
    fn a_time_is_parsed_as_it_is_written(micros in 0..253_402_000_000_000_000_i64, offset in -56..=56_i32) {
        let time = DateTime::from_timestamp_micros(micros).expect("a time");
        let shown = time.with_timezone(&FixedOffset::east_opt(offset * 900).expect("an offset"));
        prop_assert_eq!(parse_time(&rfc3339(&shown), Utc::now()), Some(time));
    }

    #[test]
    fn a_zone_has_the_name_that_it_is_found_by(name in "\\PC*") {
        prop_assert!(Zone::parse(&name).is_none_or(|zone| zone.name() == name));
    }

    #[test]
    fn an_age_is_subtracted_from_now(number in 0..100_000_i64, unit in 0..5_usize) {
        let now = utc("2026-03-29T12:00:00Z");
        let (letter, seconds) = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)][unit];
        let expected = (now - TimeDelta::seconds(number * seconds)).max(utc("0001-01-01T00:00:00Z"));
        prop_assert_eq!(parse_time(&format!("{number}{letter}"), now), Some(expected));
    }

    #[test]
    fn parsing_preserves_the_order_of_times(one in times(), other in times()) {
        let read = |text: &str| parse_time(text, Utc::now());
        if let (Some(one), Some(other)) = (read(&one), read(&other)) {
            let nanos = |time: DateTime<Utc>| (time.timestamp(), time.timestamp_subsec_nanos());
            prop_assert_eq!(one.cmp(&other), nanos(one).cmp(&nanos(other)));
            prop_assert!(nanos(one).1 < 1_000_000_000, "a leap second");
            prop_assert_eq!(read(&one.to_rfc3339()), Some(one));
        }
    }

    #[test]
    fn a_local_time_is_the_same_instant(zone in prop::sample::select(names()), micros in -62_135_596_800_000_000..253_000_000_000_000_000_i64) {
        let zone = Zone::parse(&zone).expect("a zone");
        let time = DateTime::from_timestamp_micros(micros).expect("a time");
        prop_assert_eq!(zone.local(time), time);
        prop_assert_eq!(parse_time(&rfc3339(&zone.local(time)), Utc::now()), Some(time));
        prop_assert_eq!(zone.local(time).offset().local_minus_utc() % 60, 0);
    }
}
