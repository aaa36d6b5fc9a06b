//! Where the buckets of a histogram begin, on the days on which clocks change.

use serde_json::Value;

use super::clock_changes::{DAYS, HOURS};
use crate::server::{Server, Setup};
use crate::volume::insert;

/// As the answer has it: with seconds and their millionths.
fn full(start: &str) -> String {
    format!("{}:00.000000{}", &start[..16], &start[16..])
}

fn micros(time: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(time).expect("a time").timestamp_micros()
}

fn utc(micros: i64) -> String {
    let time = chrono::DateTime::from_timestamp_micros(micros).expect("a time");
    time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn starts(histogram: &Value) -> Vec<&str> {
    let buckets = histogram["buckets"].as_array().expect("buckets");
    buckets.iter().map(|bucket| bucket["start"].as_str().expect("a time")).collect()
}

#[test]
fn buckets_begin_where_the_clocks_of_the_zone_say_so() {
    let server = Server::start();
    let client = server.client();
    client.get("/readyz");
    for (zone, bucket, since, until, expected) in HOURS.into_iter().chain(DAYS) {
        let expected: Vec<_> = expected.iter().map(|start| full(start)).collect();
        let query = format!("since={since}&until={until}&bucket={bucket}&tz={zone}");
        // One in the first microsecond of each bucket, two in the last.
        let borders: Vec<_> = expected.iter().map(|start| micros(start)).chain([micros(until)]).collect();
        let visits = borders.windows(2).flat_map(|border| [border[0], border[1] - 1, border[1] - 1]);
        let mut database = server.volume().open();
        database
            .execute_batch(
                "DELETE FROM visits; DELETE FROM slots; DELETE FROM tallies; UPDATE watermarks SET tallied = 0",
            )
            .expect("an empty log");
        insert(&mut database, visits.map(|at| (at, "/")));
        let histogram = client.json(&format!("/visits/histogram?{query}"));
        assert_eq!(starts(&histogram), expected, "{query}");
        assert_eq!(histogram["since"], expected[0], "{query}");
        assert_eq!(micros(histogram["until"].as_str().expect("a time")), micros(until), "{query}");
        let buckets = histogram["buckets"].as_array().expect("buckets");
        assert!(buckets.iter().all(|bucket| bucket["visits"] == 3), "{query}: {histogram}");
        assert_eq!(histogram["visits"], 3 * expected.len(), "{query}");

        // From within a bucket, only the end of it, which begins where it begins.
        for (start, border) in expected.iter().zip(borders.windows(2)) {
            let (since, until) = (utc(border[0].midpoint(border[1])), utc(border[1]));
            let part = client.json(&format!("/visits/histogram?bucket={bucket}&tz={zone}&since={since}&until={until}"));
            assert_eq!((starts(&part), &part["visits"]), (vec![start.as_str()], &2.into()), "{since} {query}");
        }

        let text = client.get_with(&format!("/visits/histogram?{query}"), &[("accept", "text/plain")]);
        let lines = expected.iter().map(|start| match bucket {
            "day" => start[..10].to_owned(),
            _ => format!("{} {}{}", &start[..10], &start[11..16], &start[26..]),
        });
        let lines: Vec<_> = lines.map(|start| format!("{start} 3 {}\n", "#".repeat(40))).collect();
        assert_eq!(text.text(), lines.concat(), "{query}");
    }
}

#[test]
fn a_bucket_that_is_cut_by_the_range_still_begins_where_it_begins() {
    let server = Server::start();
    let client = server.client();
    client.get("/readyz");
    // Half past one, twice.
    let visits = ["2026-11-01T05:29:59.999999Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"].map(micros);
    insert(&mut server.volume().open(), visits.map(|at| (at, "/")));
    let ask = |bucket: &str, since: &str, until: &str| {
        let query = format!("bucket={bucket}&tz=America/New_York&since={since}&until={until}");
        let histogram = client.json(&format!("/visits/histogram?{query}"));
        let buckets = histogram["buckets"].as_array().expect("buckets").clone();
        let buckets = buckets.into_iter().map(|bucket| {
            let start = bucket["start"].as_str().expect("a time");
            (format!("{}{}", &start[..16], &start[26..]), bucket["visits"].as_i64().expect("a number"))
        });
        (buckets.collect::<Vec<_>>(), histogram["since"].clone())
    };
    let bucket = |start: &str, visits: i64| (start.to_owned(), visits);
    assert_eq!(
        ask("hour", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"),
        (
            vec![bucket("2026-11-01T01:00-04:00", 1), bucket("2026-11-01T01:00-05:00", 0)],
            "2026-11-01T01:30:00.000000-04:00".into()
        )
    );
    assert_eq!(
        ask("day", "2026-11-01T05:30:00.000001Z", "2026-11-01T06:30:00.000001Z").0,
        [bucket("2026-11-01T00:00-04:00", 1)]
    );
    assert_eq!(
        ask("minute", "2026-11-01T05:29:59.999999Z", "2026-11-01T05:30:00.000001Z").0,
        [bucket("2026-11-01T01:29-04:00", 1), bucket("2026-11-01T01:30-04:00", 1)]
    );
    assert_eq!(
        ask("hour", "2026-11-01T05:30:00.000001Z", "2026-11-01T05:30:00.000002Z").0,
        [bucket("2026-11-01T01:00-04:00", 0)]
    );
}

#[test]
fn without_a_range_the_last_bucket_has_now_in_it() {
    let server = Setup::new().variable("timezone", "America/New_York").at("2026-01-01T00:00:00Z").start();
    let client = server.client();
    for (now, zone, bucket, number, first, last, until) in [
        (
            "2026-11-01T05:59:59Z",
            "America/New_York",
            "hour",
            24,
            "2026-10-31T02:00-04:00",
            "2026-11-01T01:00-04:00",
            "2026-11-01T01:00-05:00",
        ),
        (
            "2026-11-01T06:00:00Z",
            "America/New_York",
            "hour",
            24,
            "2026-10-31T03:00-04:00",
            "2026-11-01T01:00-05:00",
            "2026-11-01T02:00-05:00",
        ),
        (
            "2026-03-08T06:59:59.999999Z",
            "America/New_York",
            "hour",
            24,
            "2026-03-07T02:00-05:00",
            "2026-03-08T01:00-05:00",
            "2026-03-08T03:00-04:00",
        ),
        (
            "2026-03-08T07:00:00Z",
            "America/New_York",
            "minute",
            60,
            "2026-03-08T01:01-05:00",
            "2026-03-08T03:00-04:00",
            "2026-03-08T03:01-04:00",
        ),
        (
            "2026-11-02T04:59:59Z",
            "America/New_York",
            "day",
            30,
            "2026-10-03T00:00-04:00",
            "2026-11-01T00:00-04:00",
            "2026-11-02T00:00-05:00",
        ),
        (
            "2018-11-04T03:00:00Z",
            "America/Sao_Paulo",
            "day",
            30,
            "2018-10-06T00:00-03:00",
            "2018-11-04T01:00-02:00",
            "2018-11-05T00:00-02:00",
        ),
        (
            "2012-01-09T12:00:00Z",
            "Pacific/Apia",
            "day",
            30,
            "2011-12-11T00:00-10:00",
            "2012-01-10T00:00+14:00",
            "2012-01-11T00:00+14:00",
        ),
        (
            "2026-11-23T18:14:59Z",
            "Asia/Kathmandu",
            "hour",
            24,
            "2026-11-23T00:00+05:45",
            "2026-11-23T23:00+05:45",
            "2026-11-24T00:00+05:45",
        ),
    ] {
        server.set_clock(now);
        let histogram = client.json(&format!("/visits/histogram?tz={zone}&bucket={bucket}"));
        let starts = starts(&histogram);
        assert_eq!(starts.len(), number, "{now} in {zone}: {starts:?}");
        assert_eq!((starts[0], starts[number - 1]), (&*full(first), &*full(last)), "{now} in {zone}");
        assert_eq!((&histogram["since"], &histogram["until"]), (&full(first).into(), &full(until).into()), "{now}");
        let own = client.json(&format!("/visits/histogram?bucket={bucket}"));
        assert_eq!(own["timezone"], "America/New_York");
        assert_eq!(own["buckets"] == histogram["buckets"], zone == "America/New_York", "{now}");
    }
}
