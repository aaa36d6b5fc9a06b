//! `/visits`, `/visits/count`, `/visits/histogram`, `/visits/summary` and `/badge.svg`: the visits, as they are read.

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde_json::Value;

use super::picture::{bars, svg, texts, title};
use super::{NEVER, Site, escape, ids, list};

/// Each bucket, how many are the default, and how long one is in UTC.
const BUCKETS: [(&str, usize, TimeDelta); 4] = [
    ("hour", 24, TimeDelta::hours(1)),
    ("day", 30, TimeDelta::days(1)),
    ("minute", 60, TimeDelta::minutes(1)),
    ("week", 26, TimeDelta::weeks(1)),
];

const MARKUP: &str = "/\"><script>alert(1)</script>]]>&amp;'";

fn time(value: &Value) -> DateTime<FixedOffset> {
    let text = value.as_str().expect("a time");
    assert_eq!(text.len(), "2026-11-23T09:48:19.000000+03:00".len(), "{text}");
    DateTime::parse_from_rfc3339(text).expect("RFC 3339")
}

fn sum(histogram: &Value) -> i64 {
    list(histogram, "buckets").iter().map(|bucket| bucket["visits"].as_i64().expect("a number")).sum()
}

/// Checks that a number is that of visits to `query`, though others may come meanwhile.
fn assert_counted(site: &Site, query: &str, number: impl Fn() -> i64) {
    let before = site.count(query);
    let number = number();
    let after = site.count(query);
    assert!((before..=after).contains(&number), "{query}: {number}, and not from {before} to {after}");
}

#[test]
fn the_log_has_the_latest_visits_oldest_first() {
    let site = Site::find();
    (0..24).for_each(|_| _ = site.visit());
    let last = site.visit();
    for (query, number) in [("", 20), ("tail=1", 1), ("tail=7", 7), ("tail=21&page=/", 21), ("&&tail=2&", 2)] {
        let log = site.json(&format!("/visits?{query}"));
        let summary = site.json(&format!("/visits/summary?{query}"));
        for visits in [list(&log, "visits"), list(&summary, "latest")] {
            let ids = ids(visits);
            assert_eq!(ids.len(), number, "{query}");
            assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
            assert!(ids.last() >= Some(&last), "{last:?} was before {ids:?}");
            assert!(visits.iter().all(|visit| visit["page"] == "/" || !query.contains("page")), "{query}");
        }
        for (report, visits) in [(&log, "visits"), (&summary, "latest")] {
            assert_eq!(report["before"], report[visits][0]["id"], "there are older ones");
        }
    }
    assert!((25..=1000).contains(&list(&site.json("/visits?tail=1000"), "visits").len()));
}

#[test]
fn a_count_and_a_badge_are_of_a_range_and_a_page() {
    let site = Site::find();
    site.visit();
    for query in ["", "page=/", "since=1h", "since=1970-01-01T00:00:00Z&page=/"] {
        assert_counted(&site, query, || {
            let badge = site.get(&format!("/badge.svg?{query}&scope=replica"));
            let document = svg(badge.text());
            let texts = texts(&document);
            assert_eq!((texts.len(), texts[0]), (2, "visits"), "{query}");
            // The text may be abbreviated.
            let number = title(&document).strip_prefix("visits: ").expect("visits").replace(',', "");
            number.parse().expect("a number")
        });
    }
    // The last one is nearly as far back as a time can be.
    for all in
        ["until=9999-12-31T23:59:59Z", "since=0000-01-01T00:00:00Z&until=9999-12-31T23:59:59Z", "since=95000000d"]
    {
        assert_counted(&site, "", || site.count(all));
    }
    for nothing in [
        "until=1970-01-01T00:00:00Z",
        "since=9999-12-31T23:59:59Z",
        "since=2020-01-01T00:07:00.5Z&until=2020-01-01T00:07:00.5Z",
        "since=0000-01-01T00:00:00Z&until=1960-01-01T00:00:00Z",
        "page=/never/visited",
        "page=/never/visited&since=1d",
    ] {
        assert_eq!(site.count(nothing), 0, "{nothing}");
    }
}

#[test]
fn a_badge_has_the_look_that_it_is_given() {
    let site = Site::find();
    let longest = "\u{1f463}".repeat(64);
    for label in ["a b", "100%", MARKUP, "' onload='alert(1)", "\u{645}\u{631}\u{62d}\u{628}\u{627}", &longest] {
        let query = format!("label={}&color=%23123456&labelColor=tan&style=flat-square", escape(label));
        let badge = site.get(&format!("/badge.svg?{query}"));
        assert_eq!(texts(&svg(badge.text()))[0], label);
        let fills: Vec<_> =
            badge.text().match_indices(" fill=").map(|(at, _)| &badge.text()[at + 7..at + 14]).collect();
        assert_eq!(fills[..2], ["#d2b48c", "#123456"], "{}", badge.text());
        assert!(!badge.text().contains("rx="), "{}", badge.text());
    }
}

#[test]
fn an_unknown_parameter_of_a_badge_changes_nothing() {
    let site = Site::find();
    let badge = |query: &str| {
        let badge = site.get(&format!("/badge.svg?page=/never/visited{query}"));
        (badge.status, badge.text().to_owned())
    };
    let plain = badge("");
    assert_eq!(plain.0, 200);
    for query in ["&v=1", "&logo=rust&logo=rust", "&labelcolor=red", "&%FF=%FF", "&x"] {
        assert_eq!(badge(query), plain, "{query}");
    }
}

#[test]
fn markup_in_the_name_of_a_page_is_text() {
    let site = Site::find();
    let page = escape(MARKUP);
    let chart = site.get_with(&format!("/visits/histogram?page={page}"), &[("accept", "image/svg+xml")]);
    let document = svg(chart.text());
    assert!(title(&document).contains(MARKUP) && texts(&document)[0].contains(MARKUP), "{}", chart.text());
    let html = site.get_with(&format!("/visits?page={page}"), &[("accept", "text/html")]);
    assert_eq!(html.status, 200, "{}", html.text());
    assert!(html.text().contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.text().contains("<script>alert"));
}

#[test]
fn a_histogram_ends_with_the_bucket_that_has_now_in_it() {
    let site = Site::find();
    site.visit();
    let now = DateTime::<Utc>::from(SystemTime::now());
    // The server's clock may differ.
    let slack = TimeDelta::minutes(10);
    for (bucket, number, length) in BUCKETS {
        let target = format!("/visits/histogram?tz=UTC&bucket={bucket}");
        let histogram = site.json(&target);
        assert_eq!((&histogram["bucket"], &histogram["timezone"]), (&bucket.into(), &"UTC".into()));
        let starts: Vec<_> = list(&histogram, "buckets").iter().map(|bucket| time(&bucket["start"])).collect();
        assert_eq!((starts.len(), starts[0]), (number, time(&histogram["since"])), "{bucket}");
        assert!(starts.iter().is_sorted_by(|one, next| **next == **one + length), "{histogram}");
        let (last, until) = (starts[number - 1], time(&histogram["until"]));
        assert!(last + length == until && now < until + slack && now > last - slack, "{bucket} until {until}");
        assert_eq!(histogram["visits"], sum(&histogram));
        assert!(sum(&histogram) >= 1, "{histogram}");

        let text = site.get_with(&target, &[("accept", "text/plain")]);
        let lines: Vec<_> = text.text().lines().collect();
        assert_eq!((lines.len(), text.text().ends_with('\n')), (number, true), "{bucket}");
        assert_eq!(lines.iter().map(|line| line.matches('#').count()).max(), Some(40), "{}", text.text());

        let chart = site.get_with(&target, &[("accept", "image/svg+xml")]);
        let bars = bars(&svg(chart.text()));
        assert_eq!(bars.len(), number, "{bucket}");
        assert!(bars.iter().any(|(_, height)| *height > 0.0), "{}", chart.text());
    }
    assert_eq!(site.json("/visits/histogram")["bucket"], "hour");
    let empty = "/visits/histogram?since=2026-03-29T00:00:00Z&until=2026-03-29T00:00:00Z";
    assert!(list(&site.json(empty), "buckets").is_empty());
    assert_eq!(site.get_with(empty, &[("accept", "text/plain")]).text(), "");
    assert!(bars(&svg(site.get_with(empty, &[("accept", "image/svg+xml")]).text())).is_empty());
}

#[test]
fn a_histogram_has_a_limit() {
    let site = Site::find();
    for (bucket, most, more, age, older) in [
        ("minute", "2026-11-22T00:00:00Z", "2026-11-21T23:59:59Z", "24h", "86401s"),
        ("hour", "2025-11-22T00:00:00Z", "2025-11-21T23:59:59Z", "366d", "8785h"),
        ("day", "1999-07-08T00:00:00Z", "1999-07-07T23:59:59Z", "10000d", "240001h"),
        ("month", "1999-07-08T00:00:00Z", "1999-07-07T23:59:59Z", "10000d", "240001h"),
    ] {
        for (until, longest, longer) in
            [("&until=2026-11-23T00:00:00Z&tz=Asia/Kathmandu", most, more), ("", age, older), ("&until=0s", age, older)]
        {
            let target = format!("/visits/histogram?bucket={bucket}{until}");
            let histogram = site.json(&format!("{target}&since={longest}"));
            assert_eq!(histogram["visits"], sum(&histogram));
            let problem = site.get(&format!("{target}&since={longer}")).problem(400);
            assert_eq!(problem["parameter"], "since", "{bucket} {problem}");
        }
    }
}

#[test]
fn a_drawing_of_many_buckets_has_fewer_bars_and_says_so() {
    let site = Site::find();
    for (query, number, words) in [
        ("bucket=day&since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z", 365, "By the day, "),
        ("bucket=day&since=2020-01-01T00:00:00Z&until=2022-01-01T00:00:00Z", 105, "By the week: by the day "),
        ("bucket=week&since=2010-01-01T00:00:00Z&until=2022-01-01T00:00:00Z", 144, "By the month: by the week "),
    ] {
        let target = format!("/visits/histogram?tz=UTC&{query}");
        let svg_of_it = site.get_with(&target, &[("accept", "image/svg+xml")]);
        assert_eq!(bars(&svg(svg_of_it.text())).len(), number, "{query}");
        assert!(svg_of_it.text().contains(words), "{query}: {}", svg_of_it.text());
    }
}

#[test]
fn any_time_is_an_answer_or_a_bad_parameter() {
    let site = Site::find();
    for (range, certain) in [
        ("since=1969-12-31T20:00:00Z&until=1970-01-01T05:00:00Z", true),
        ("since=0000-01-01T00:00:00Z&until=0000-01-01T05:00:00Z", false),
        ("since=9999-12-31T20:00:00Z&until=9999-12-31T23:59:59.999999Z", false),
    ] {
        for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Niue", "Africa/Monrovia"] {
            for (bucket, ..) in BUCKETS {
                let target = format!("/visits/histogram?{range}&tz={zone}&bucket={bucket}");
                let answer = site.get(&target);
                // In some zones such times are in years that RFC 3339 cannot write.
                if answer.status == 200 {
                    assert_eq!((&answer.json()["visits"], sum(&answer.json())), (&0.into(), 0), "{target}");
                } else {
                    answer.problem(400);
                    assert!(!certain, "{target}: {}", answer.text());
                }
            }
        }
    }
    for (now, certain) in [
        ("1960-01-01T00:00:00Z", true),
        ("20000d", true),
        ("0000-01-01T00:00:00Z", false),
        ("9999-12-31T23:59:59Z", false),
        ("95000000d", false),
    ] {
        let answer = site.get(&format!("/visits/summary?now={now}&tz=Pacific/Kiritimati"));
        assert!(answer.status == 200 || !certain && answer.problem(400)["parameter"] == "now", "{now}");
    }
}

#[test]
fn a_summary_is_of_all_pages_or_of_one() {
    let site = Site::find();
    let (home, summary) = (site.json("/"), site.json("/visits/summary"));
    assert_eq!((&summary["replica"], &summary["timezone"]), (&home["replica"], &home["timezone"]));
    assert!(summary["visits"].as_i64() >= home["visits"].as_i64(), "{summary}");
    // The hour may have ended since.
    for (member, number) in [("hours", 24), ("days", 30)] {
        let numbers: Vec<_> = list(&summary, member).iter().map(|bucket| bucket["visits"].as_i64()).collect();
        assert!(numbers.len() == number && numbers.iter().max() >= Some(&Some(1)), "{summary}");
    }
    assert!((1..=50).contains(&list(&summary, "pages").len()), "{summary}");
    let page = || site.json("/visits/summary?page=/")["visits"].as_i64().expect("a number");
    assert_counted(&site, "page=/", page);
    let none = site.json(&format!("/visits/summary?page={NEVER}&now=1d"));
    assert!(none["visits"] == 0 && ["pages", "latest"].iter().all(|member| list(&none, member).is_empty()), "{none}");
}
