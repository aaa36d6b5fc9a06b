//! `/visits/histogram`.

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, TimeDelta, Timelike, Utc};
use serde_json::Value;

use super::Site;
use super::picture::{bars, svg, title};

/// How many buckets each kind has when nothing else is asked for, and how long one is in UTC.
const KINDS: [(&str, usize, TimeDelta); 3] =
    [("hour", 24, TimeDelta::hours(1)), ("day", 30, TimeDelta::days(1)), ("minute", 60, TimeDelta::minutes(1))];

fn time(value: &Value) -> DateTime<FixedOffset> {
    let text = value.as_str().expect("a time");
    assert_eq!(text.len(), "2026-11-23T09:48:19.000000+03:00".len(), "{text}");
    DateTime::parse_from_rfc3339(text).expect("RFC 3339")
}

fn starts(histogram: &Value) -> Vec<DateTime<FixedOffset>> {
    let buckets = histogram["buckets"].as_array().expect("buckets");
    buckets.iter().map(|bucket| time(&bucket["start"])).collect()
}

fn sum(histogram: &Value) -> i64 {
    let buckets = histogram["buckets"].as_array().expect("buckets");
    buckets.iter().map(|bucket| bucket["visits"].as_i64().expect("a number")).sum()
}

#[test]
fn a_histogram_says_what_it_shows() {
    let site = Site::find();
    let client = site.client();
    let home = client.json("/");
    let histogram = client.json("/visits/histogram");
    let mut members: Vec<_> = histogram.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(members, ["bucket", "buckets", "replica", "since", "timezone", "until", "visits"]);
    assert_eq!(histogram["replica"], home["replica"]);
    assert_eq!(histogram["timezone"], home["timezone"]);
    assert_eq!(histogram["bucket"], "hour");
    assert_eq!(histogram["visits"], sum(&histogram));
    assert!(histogram["visits"].as_i64() >= Some(1), "{histogram}");
    for bucket in histogram["buckets"].as_array().expect("buckets") {
        assert_eq!(bucket.as_object().map(serde_json::Map::len), Some(2), "{bucket}");
    }
    assert_eq!(client.json("/visits/histogram?tz=Asia/Kathmandu")["timezone"], "Asia/Kathmandu");
    assert_eq!(client.json("/visits/histogram?scope=replica")["replica"], home["replica"]);
}

#[test]
fn a_histogram_ends_with_the_bucket_that_has_now_in_it() {
    let site = Site::find();
    let client = site.client();
    client.visit();
    for (bucket, number, length) in KINDS {
        let histogram = client.json(&format!("/visits/histogram?tz=UTC&bucket={bucket}"));
        let starts = starts(&histogram);
        assert_eq!(starts.len(), number, "{bucket}");
        assert!(starts.iter().is_sorted_by(|one, next| **next == **one + length), "{histogram}");
        assert_eq!(starts[0], time(&histogram["since"]), "{bucket}");
        let until = time(&histogram["until"]);
        assert_eq!(starts[number - 1] + length, until, "{bucket}");
        let now = DateTime::<Utc>::from(SystemTime::now());
        // The server's clock may be another.
        let slack = TimeDelta::minutes(10);
        assert!(now < until + slack && now > starts[number - 1] - slack, "{bucket} until {until}");
        assert!(starts.iter().all(|start| start.second() == 0 && start.nanosecond() == 0), "{histogram}");
        assert!(histogram["visits"].as_i64() >= Some(1), "{histogram}");
        assert_eq!(histogram["visits"], sum(&histogram));
    }
}

#[test]
fn a_histogram_of_a_range_counts_what_is_in_it() {
    let site = Site::find();
    let client = site.client();
    let home = client.json("/");
    let at = time(&home["time"]).to_utc();
    let url_time = |time: DateTime<Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let (since, until) = (url_time(at), url_time(at + TimeDelta::microseconds(1)));
    for bucket in ["hour", "day", "minute"] {
        for (query, least) in [
            (format!("since={since}&until={until}"), 1),
            (format!("since={since}&until={until}&page=/"), 1),
            (format!("since={since}&until={until}&page=/never/visited"), 0),
            (format!("since={}&until={since}", url_time(at - TimeDelta::hours(1))), 0),
            (format!("since={since}&until={since}"), 0),
        ] {
            // Others, whose visits came before, may be told of them later.
            let before = client.count(&query);
            let histogram = client.json(&format!("/visits/histogram?bucket={bucket}&{query}"));
            let after = client.count(&query);
            assert!(before >= least, "{query}");
            assert_eq!(histogram["visits"], sum(&histogram), "{bucket} {query}");
            assert!((before..=after).contains(&sum(&histogram)), "{bucket} {query}");
        }
        let empty = client.json(&format!("/visits/histogram?bucket={bucket}&since={since}&until={since}"));
        assert_eq!(empty["buckets"], Value::Array(vec![]));
        for accept in ["text/plain", "image/svg+xml"] {
            let target = format!("/visits/histogram?bucket={bucket}&since={since}&until={since}");
            let answer = client.get_with(&target, &[("accept", accept)]);
            assert_eq!(answer.status, 200, "{accept}");
            if accept == "text/plain" {
                assert_eq!(answer.text(), "");
            } else {
                assert!(bars(&svg(answer.text())).is_empty(), "{}", answer.text());
            }
        }
    }
}

#[test]
fn a_histogram_in_text_is_a_line_a_bucket() {
    let site = Site::find();
    let client = site.client();
    client.visit();
    for (bucket, number, shape) in
        [("hour", 24, "2026-11-23 14:00+00:00 "), ("minute", 60, "2026-11-23 14:00+00:00 "), ("day", 30, "2026-11-23 ")]
    {
        let answer = client.get_with(&format!("/visits/histogram?tz=UTC&bucket={bucket}"), &[("accept", "text/plain")]);
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        let lines: Vec<_> = answer.text().lines().collect();
        assert_eq!(lines.len(), number, "{bucket}");
        assert!(answer.text().ends_with('\n'));
        for line in &lines {
            assert_eq!(*line, line.trim_end(), "blanks at the end");
            let digits = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0");
            assert_eq!(digits(&line[..shape.len()]), digits(shape), "{line}");
        }
        let largest = lines.iter().map(|line| line.matches('#').count()).max();
        assert_eq!(largest, Some(40), "{}", answer.text());
    }
}

#[test]
fn a_histogram_is_drawn_with_a_bar_a_bucket() {
    let site = Site::find();
    let client = site.client();
    client.visit();
    for (bucket, number, _) in KINDS {
        let target = format!("/visits/histogram?bucket={bucket}");
        let answer = client.get_with(&target, &[("accept", "image/svg+xml")]);
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/svg+xml"), "{bucket}");
        let document = svg(answer.text());
        assert!(!title(&document).trim().is_empty());
        let bars = bars(&document);
        assert_eq!(bars.len(), number, "{bucket}");
        assert!(bars.iter().any(|(_, height)| *height > 0.0), "{}", answer.text());
        assert!(bars.iter().all(|(_, height)| height.is_finite() && *height >= 0.0), "{}", answer.text());
    }
}

#[test]
fn a_histogram_may_be_a_few_seconds_old() {
    let site = Site::find();
    for accept in ["application/json", "text/plain", "image/svg+xml"] {
        let answer = site.client().get_with("/visits/histogram", &[("accept", accept)]);
        assert_eq!(answer.header("cache-control"), "max-age=5", "{accept}");
    }
}

#[test]
fn a_histogram_has_a_limit() {
    let site = Site::find();
    let client = site.client();
    let until = "until=2026-11-23T00:00:00Z";
    for (bucket, most, more) in [
        ("minute", "2026-11-22T00:00:00Z", "2026-11-21T23:59:59Z"),
        ("hour", "2025-11-22T00:00:00Z", "2025-11-21T23:59:59Z"),
        ("day", "1999-07-08T00:00:00Z", "1999-07-07T23:59:59Z"),
    ] {
        for zone in ["UTC", "Europe/Berlin", "Asia/Kathmandu"] {
            let target = format!("/visits/histogram?tz={zone}&bucket={bucket}&{until}");
            let histogram = client.json(&format!("{target}&since={most}"));
            assert_eq!(histogram["visits"], sum(&histogram));
            let problem = client.get(&format!("{target}&since={more}")).problem(400);
            assert_eq!(problem["parameter"], "since", "{bucket} {problem}");
        }
        for since in ["0001-01-01T00:00:00Z", "95000000d", "1960-01-01T00:00:00Z"] {
            let target = format!("/visits/histogram?bucket={bucket}&since={since}");
            assert_eq!(client.get(&target).problem(400)["parameter"], "since", "{target}");
        }
    }
    for (bucket, age, more) in [("minute", "24h", "86401s"), ("hour", "366d", "8785h"), ("day", "10000d", "240001h")] {
        for until in ["", "&until=0s"] {
            let target = format!("/visits/histogram?bucket={bucket}{until}");
            let histogram = client.json(&format!("{target}&since={age}"));
            assert_eq!(histogram["visits"], sum(&histogram), "{bucket}");
            let problem = client.get(&format!("{target}&since={more}")).problem(400);
            assert_eq!(problem["parameter"], "since", "{target}");
        }
    }
}

#[test]
fn a_histogram_of_any_age_is_an_answer() {
    let site = Site::find();
    let client = site.client();
    for range in [
        "since=1970-01-01T00:00:00Z&until=1970-01-01T05:00:00Z",
        "since=1969-12-31T20:00:00Z&until=1970-01-01T05:00:00Z",
        "since=0001-01-01T00:00:00Z&until=0001-01-01T05:00:00Z",
        "since=0000-01-01T00:00:00Z&until=0000-01-01T05:00:00Z",
        "since=9999-12-31T20:00:00Z&until=9999-12-31T23:59:59.999999Z",
    ] {
        for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Niue", "Africa/Monrovia", "America/St_Johns"] {
            for bucket in ["hour", "day", "minute"] {
                let target = format!("/visits/histogram?{range}&tz={zone}&bucket={bucket}");
                let answer = client.get(&target);
                if answer.status == 200 {
                    assert_eq!((&answer.json()["visits"], sum(&answer.json())), (&0.into(), 0), "{target}");
                } else {
                    // In some zones such times are in years that RFC 3339 cannot write.
                    assert!(!range.contains("=19"), "{target}: {}", answer.text());
                    answer.problem(400);
                }
            }
        }
    }
}
