use proptest::prelude::*;

use super::*;

fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a time").to_utc()
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).expect("a zone")
}

/// A range between two local midnights or other times, with `-` for none.
fn range(since: &str, until: &str) -> Range {
    let bound = |text: &str| (text != "-").then(|| time(text));
    Range { since: bound(since), until: bound(until) }
}

#[test]
fn a_named_range_is_of_whole_days_or_months_of_the_zone() {
    let (zone, now) = (zone("Europe/Berlin"), time("2026-03-30T23:30:00Z"));
    for (name, since, until) in [
        ("today", "2026-03-30T22:00:00Z", "2026-03-31T22:00:00Z"),
        // The clocks were set forward on the 29th.
        ("7d", "2026-03-24T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("30d", "2026-03-01T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("12mo", "2025-03-31T22:00:00Z", "2026-03-31T22:00:00Z"),
        ("all", "-", "-"),
    ] {
        let named = Named::parse(name).expect("a range");
        assert_eq!((named.name(), named.range(&zone, now)), (name, range(since, until)));
    }
    assert_eq!(Named::parse("7D"), None);
}

#[test]
fn a_range_is_compared_with_as_many_months_or_days_or_as_much_time() {
    let zone = zone("Europe/Berlin");
    for (now, since, until, previous) in [
        // A month that is over, with the month before, which is shorter.
        (
            "2026-06-01T00:00:00Z",
            "2026-03-31T22:00:00Z",
            "2026-04-30T22:00:00Z",
            Some(("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")),
        ),
        // Days in which the clocks change.
        (
            "2026-06-01T00:00:00Z",
            "2026-03-28T23:00:00Z",
            "2026-03-30T22:00:00Z",
            Some(("2026-03-26T23:00:00Z", "2026-03-28T23:00:00Z")),
        ),
        // Any time.
        (
            "2026-06-01T00:00:00Z",
            "2026-05-01T10:00:00Z",
            "2026-05-01T11:30:00Z",
            Some(("2026-05-01T08:30:00Z", "2026-05-01T10:00:00Z")),
        ),
        // What is not over, up to the same time.
        (
            "2026-05-02T08:00:00Z",
            "2026-05-01T22:00:00Z",
            "2026-05-02T22:00:00Z",
            Some(("2026-04-30T22:00:00Z", "2026-05-01T08:00:00Z")),
        ),
        ("2026-05-02T08:00:00Z", "2026-04-30T22:00:00Z", "-", Some(("2026-04-28T22:00:00Z", "2026-04-30T08:00:00Z"))),
        // The last day of a month is compared with that of the month before.
        (
            "2026-03-31T12:00:00Z",
            "2026-02-28T23:00:00Z",
            "2026-03-31T22:00:00Z",
            Some(("2026-01-31T23:00:00Z", "2026-02-28T13:00:00Z")),
        ),
        ("2026-06-01T00:00:00Z", "-", "2026-05-01T22:00:00Z", None),
        ("2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z", None),
    ] {
        let expected = previous.map(|(since, until)| (time(since), time(until)));
        assert_eq!(range(since, until).previous(&zone, time(now)), expected, "{since} until {until}");
    }
}

#[test]
fn a_range_is_drawn_in_buckets_that_have_some_width() {
    let now = time("2026-11-23T14:20:30Z");
    for (since, until, bucket, drawn_since, drawn_until) in [
        (
            "2026-11-23T12:00:00Z",
            "2026-11-23T14:00:00Z",
            Bucket::Minute,
            "2026-11-23T12:00:00Z",
            "2026-11-23T14:00:00Z",
        ),
        ("2026-11-23T12:00:00Z", "2026-11-23T14:00:01Z", Bucket::Hour, "2026-11-23T12:00:00Z", "2026-11-23T14:00:01Z"),
        ("2026-11-23T00:00:00Z", "-", Bucket::Hour, "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
        ("2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z", Bucket::Day, "2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z", Bucket::Month, "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("-", "-", Bucket::Month, "1993-08-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "9999-12-01T00:00:00Z", Bucket::Month, "1993-08-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("-", "2020-01-01T00:00:00Z", Bucket::Month, "1986-09-01T00:00:00Z", "2020-01-01T00:00:00Z"),
    ] {
        let drawn = range(since, until).drawn(&Zone::UTC, now);
        assert_eq!(drawn, (bucket, time(drawn_since), time(drawn_until)), "{since} until {until}");
    }
}

proptest! {
    #[test]
    fn any_range_has_few_bars_and_an_earlier_period(
        since in -62_135_596_800_i64..253_402_300_799, length in prop_oneof![0..100_000_i64, 0..400_000_000_000_i64],
        now in -62_135_596_800_i64..253_402_300_799, open in any::<(bool, bool)>(),
        zone in prop::sample::select(vec!["UTC", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"]),
    ) {
        let zone = Zone::parse(zone).expect("a zone");
        let time = |seconds: i64| DateTime::from_timestamp(seconds.clamp(-62_135_596_800, 253_399_600_000), 0);
        let (since, until, now) = (time(since), time(since + length), time(now).expect("a time"));
        let range = Range { since: since.filter(|_| open.0), until: until.filter(|_| open.1) };
        let (bucket, drawn_since, drawn_until) = range.drawn(&zone, now);
        prop_assert!(bucket.bounds(&zone, drawn_since, drawn_until).len() <= MAX_BARS + 1);
        if let (Some((earlier, end)), Some(since)) = (range.previous(&zone, now), range.since) {
            prop_assert!(earlier <= end && end <= since, "{:?} before {:?}", (earlier, end), range);
        }
    }
}
