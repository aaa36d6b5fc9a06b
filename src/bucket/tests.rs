use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// The starts of the buckets of a range, in local time.
fn starts(bucket: Bucket, zone: &str, since: &str, until: &str) -> Vec<String> {
    let utc = |text| DateTime::parse_from_rfc3339(text).expect("a time").to_utc();
    let zone = Zone::parse(zone).expect("a zone");
    let bounds = bucket.bounds(&zone, utc(since), utc(until));
    assert!(bounds.is_sorted_by(|one, next| one < next), "{bounds:?}");
    let starts = bounds.iter().take(bounds.len().saturating_sub(1));
    starts.map(|start| zone.local(*start).format("%d %H:%M%:z").to_string()).collect()
}

#[test]
fn hours_are_those_of_the_local_time() {
    for (zone, since, until, expected) in [
        ("UTC", "2026-01-01T00:30:00Z", "2026-01-01T02:00:00Z", &["01 00:00+00:00", "01 01:00+00:00"][..]),
        ("UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", &[]),
        ("UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001Z", &["01 00:00+00:00"]),
        ("Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T00:15:01Z", &["01 05:00+05:45", "01 06:00+05:45"]),
        ("Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z", &["29 01:00+01:00", "29 03:00+02:00"]),
        ("Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", &["25 02:00+02:00", "25 02:00+01:00"]),
        (
            "Australia/Lord_Howe",
            "2026-04-04T14:30:00Z",
            "2026-04-04T16:00:00Z",
            &["05 01:00+11:00", "05 01:30+10:30", "05 02:00+10:30"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-03T15:00:00Z",
            "2026-10-03T16:30:00Z",
            &["04 01:00+10:30", "04 02:30+11:00", "04 03:00+11:00"],
        ),
        (
            "Asia/Pyongyang",
            "2015-08-14T14:00:00Z",
            "2015-08-14T16:30:00Z",
            &["14 23:00+09:00", "14 23:30+08:30", "15 00:00+08:30"],
        ),
        (
            "Asia/Kathmandu",
            "1985-12-31T18:00:00Z",
            "1985-12-31T19:30:00Z",
            &["31 23:00+05:30", "01 00:15+05:45", "01 01:00+05:45"],
        ),
    ] {
        assert_eq!(starts(Bucket::Hour, zone, since, until), expected, "{zone} {since}");
    }
}

#[test]
fn days_are_from_midnight_to_midnight_of_the_zone() {
    for (zone, since, until, expected) in [
        ("UTC", "2028-02-28T12:00:00Z", "2028-03-01T00:00:00Z", &["28 00:00+00:00", "29 00:00+00:00"][..]),
        ("Europe/Moscow", "2014-10-25T20:00:00Z", "2014-10-26T21:00:01Z", &["26 00:00+04:00", "27 00:00+03:00"]),
        ("America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:01Z", &["08 00:00-05:00", "09 00:00-04:00"]),
        ("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:01Z", &["04 01:00-02:00", "05 00:00-02:00"]),
        // Midnight comes twice.
        ("America/Havana", "2024-11-03T04:00:00Z", "2024-11-04T05:00:01Z", &["03 00:00-04:00", "04 00:00-05:00"]),
        ("America/St_Johns", "2010-11-07T02:40:00Z", "2010-11-07T03:29:00Z", &["07 00:00-02:30"]),
        (
            "Pacific/Apia",
            "2011-12-29T10:00:00Z",
            "2011-12-31T10:00:01Z",
            &["29 00:00-10:00", "31 00:00+14:00", "01 00:00+14:00"],
        ),
    ] {
        assert_eq!(starts(Bucket::Day, zone, since, until), expected, "{zone} {since}");
    }
}

#[test]
fn weeks_begin_on_monday_and_months_on_the_first_of_the_zone() {
    for (bucket, zone, since, until, expected) in [
        (
            Bucket::Week,
            "UTC",
            "2026-12-31T00:00:00Z",
            "2027-01-04T00:00:01Z",
            &["28 00:00+00:00", "04 00:00+00:00"][..],
        ),
        (
            Bucket::Week,
            "Europe/Berlin",
            "2026-03-29T21:00:00Z",
            "2026-03-29T22:00:01Z",
            &["23 00:00+01:00", "30 00:00+02:00"],
        ),
        (Bucket::Week, "Asia/Kathmandu", "2026-11-22T18:14:59Z", "2026-11-22T18:15:00Z", &["16 00:00+05:45"]),
        // This zone has skipped a Friday.
        (
            Bucket::Week,
            "Pacific/Apia",
            "2011-12-30T00:00:00Z",
            "2012-01-01T10:00:01Z",
            &["26 00:00-10:00", "02 00:00+14:00"],
        ),
        (Bucket::Month, "UTC", "2028-02-29T23:59:59Z", "2028-03-01T00:00:01Z", &["01 00:00+00:00", "01 00:00+00:00"]),
        (
            Bucket::Month,
            "America/Sao_Paulo",
            "2018-10-31T12:00:00Z",
            "2018-12-01T12:00:00Z",
            &["01 00:00-03:00", "01 00:00-03:00", "01 00:00-02:00"],
        ),
    ] {
        assert_eq!(starts(bucket, zone, since, until), expected, "{bucket:?} {zone} {since}");
    }
}

#[test]
fn the_latest_buckets_include_now() {
    let now = DateTime::parse_from_rfc3339("2026-10-25T01:30:00Z").expect("a time").to_utc();
    let berlin = Zone::parse("Europe/Berlin").expect("a zone");
    let latest = |bucket: Bucket, number| {
        let (since, until) = bucket.latest(&berlin, number, now);
        format!("{} {}", since.format("%d %H:%M"), until.format("%d %H:%M"))
    };
    assert_eq!(latest(Bucket::Minute, 2), "25 01:29 25 01:31");
    assert_eq!(latest(Bucket::Hour, 3), "24 23:00 25 02:00");
    assert_eq!(latest(Bucket::Day, 1), "24 22:00 25 23:00");
    assert_eq!(latest(Bucket::Day, 2), "23 22:00 25 23:00");
    assert_eq!(latest(Bucket::Week, 2), "11 22:00 25 23:00");
    assert_eq!(latest(Bucket::Month, 3), "31 22:00 31 23:00");
}

#[test]
fn a_drawing_has_at_most_400_bars() {
    let until = DateTime::parse_from_rfc3339("2026-11-23T00:00:00Z").expect("a time").to_utc();
    for (bucket, hours, expected) in [
        (Bucket::Minute, 6, Bucket::Minute),
        (Bucket::Minute, 24, Bucket::Hour),
        (Bucket::Hour, 400, Bucket::Hour),
        (Bucket::Hour, 401, Bucket::Day),
        (Bucket::Day, 400 * 24, Bucket::Day),
        (Bucket::Day, 401 * 24, Bucket::Week),
        (Bucket::Day, 10_000 * 24, Bucket::Month),
        (Bucket::Month, 10_000 * 24, Bucket::Month),
    ] {
        assert_eq!(bucket.for_bars(&Zone::UTC, until - TimeDelta::hours(hours), until), expected, "{bucket:?} {hours}");
    }
}

fn zones() -> impl Strategy<Value = Zone> {
    let names: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    select(names).prop_filter_map("a zone", |name| Zone::parse(&name))
}

fn buckets() -> impl Strategy<Value = Bucket> {
    select(Bucket::ALL.to_vec())
}

/// From 1970 to 2100, in microseconds.
fn times() -> impl Strategy<Value = DateTime<Utc>> {
    (0..4_102_444_800_000_000_i64).prop_filter_map("a time", DateTime::from_timestamp_micros)
}

proptest! {
    #[test]
    fn every_time_is_in_exactly_one_bucket(zone in zones(), bucket in buckets(), at in times()) {
        let start = bucket.start(&zone, at);
        let next = bucket.next(&zone, start);
        prop_assert!(start <= at && at < next, "{start} {next}");
        prop_assert_eq!(bucket.start(&zone, start), start);
        prop_assert_eq!(bucket.start(&zone, next), next);
    }

    #[test]
    fn bounds_are_contiguous_and_cover_the_range(zone in zones(), bucket in buckets(), since in times(), length in 0..200_000_000_i64) {
        let until = since + TimeDelta::milliseconds(length);
        let bounds = bucket.bounds(&zone, since, until);
        if let [first, .., before, last] = bounds.as_slice() {
            prop_assert!(*first <= since && *before < until && until <= *last);
        }
        prop_assert!(bounds.windows(2).all(|pair| pair[0] < pair[1] && bucket.next(&zone, pair[0]) == pair[1]));
    }

    #[test]
    fn the_latest_buckets_have_the_requested_number(zone in zones(), bucket in buckets(), number in 1..40_usize, now in times()) {
        let (since, until) = bucket.latest(&zone, number, now);
        prop_assert_eq!(bucket.bounds(&zone, since, until).len(), number + 1);
    }
}
