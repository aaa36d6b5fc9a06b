//! `/visits/summary`.

use chrono::DateTime;
use serde_json::Value;

use super::Site;

fn list<'a>(summary: &'a Value, member: &str) -> &'a Vec<Value> {
    summary[member].as_array().unwrap_or_else(|| panic!("no list of {member} in {summary}"))
}

#[test]
fn a_summary_has_all_that_a_page_about_the_replica_needs() {
    let site = Site::find();
    let client = site.client();
    let home = client.json("/");
    let answer = client.get("/visits/summary");
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("x-visit"), "");
    let summary = answer.json();
    let mut members: Vec<_> = summary.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(members, ["days", "hours", "latest", "pages", "replica", "timezone", "visits"]);
    assert_eq!((&summary["replica"], &summary["timezone"]), (&home["replica"], &home["timezone"]));
    assert!(summary["visits"].as_i64() >= home["visits"].as_i64(), "{summary}");
    for (member, number) in [("hours", 24), ("days", 30)] {
        let buckets = list(&summary, member);
        assert_eq!(buckets.len(), number, "{member}");
        let starts = buckets.iter().map(|bucket| {
            assert_eq!(bucket.as_object().map(serde_json::Map::len), Some(2), "{bucket}");
            DateTime::parse_from_rfc3339(bucket["start"].as_str().expect("a time")).expect("RFC 3339")
        });
        assert!(starts.is_sorted_by(|one, next| one < next), "{summary}");
        // The hour may have ended since.
        assert!(buckets.iter().any(|bucket| bucket["visits"].as_i64() >= Some(1)), "{summary}");
    }
    for page in list(&summary, "pages") {
        assert_eq!(page.as_object().map(serde_json::Map::len), Some(2), "{page}");
    }
    let numbers = list(&summary, "pages").iter().map(|page| page["visits"].as_i64().expect("a number"));
    assert!(numbers.is_sorted_by(|one, next| one >= next), "{summary}");
    assert!((1..=50).contains(&list(&summary, "pages").len()));
}

#[test]
fn a_summary_has_the_latest_visits() {
    let site = Site::find();
    let client = site.client();
    (0..25).for_each(|_| _ = client.visit());
    let last = client.visit();
    for (query, number) in [("", 20), ("?tail=1", 1), ("?tail=7", 7), ("?tail=25&page=/", 25)] {
        let summary = client.json(&format!("/visits/summary{query}"));
        let latest = list(&summary, "latest");
        assert_eq!(latest.len(), number, "{query}");
        let ids: Vec<_> = latest.iter().map(|visit| visit["id"].as_i64().expect("an id")).collect();
        assert!(ids.last() >= Some(&last), "{query}: {ids:?}");
        assert!(ids.is_sorted_by(|one, next| one < next), "{query}: {ids:?}");
        assert!(latest.iter().all(|visit| visit.as_object().map(serde_json::Map::len) == Some(3)), "{summary}");
    }
}

#[test]
fn a_summary_of_a_page_is_of_that_page_alone() {
    let site = Site::find();
    let client = site.client();
    client.visit();
    let before = client.count("page=/");
    let summary = client.json("/visits/summary?page=/&tz=Asia/Kathmandu");
    let after = client.count("page=/");
    assert!((before..=after).contains(&summary["visits"].as_i64().expect("a number")), "{summary}");
    assert_eq!(summary["timezone"], "Asia/Kathmandu");
    assert!(list(&summary, "pages").is_empty());
    assert!(list(&summary, "latest").iter().all(|visit| visit["page"] == "/"), "{summary}");
    let none = client.json("/visits/summary?page=/never/visited");
    assert_eq!((&none["visits"], list(&none, "latest").len()), (&0.into(), 0));
    assert!(list(&none, "hours").iter().chain(list(&none, "days")).all(|bucket| bucket["visits"] == 0), "{none}");
}

#[test]
fn a_summary_can_be_of_another_time() {
    let site = Site::find();
    let client = site.client();
    let visits = client.visit();
    let past = client.json("/visits/summary?tz=UTC&now=2001-02-03T04:05:06Z");
    assert!(past["visits"].as_i64() >= Some(visits), "the number is of all time: {past}");
    let last = |member: &str| list(&past, member).last().expect("a bucket")["start"].clone();
    assert_eq!(last("hours"), "2001-02-03T04:00:00.000000+00:00");
    assert_eq!(last("days"), "2001-02-03T00:00:00.000000+00:00");
    assert_eq!(list(&past, "hours")[0]["start"], "2001-02-02T05:00:00.000000+00:00");
    assert_eq!(list(&past, "days")[0]["start"], "2001-01-05T00:00:00.000000+00:00");
    assert!(list(&past, "days").iter().all(|day| day["visits"] == 0), "{past}");
    assert_eq!(client.json("/visits/summary?now=0s")["replica"], past["replica"]);
    for now in ["1970-01-01T00:00:00Z", "1960-01-01T00:00:00Z", "9000-12-31T23:59:59Z", "20000d"] {
        assert_eq!(client.get(&format!("/visits/summary?now={now}")).status, 200, "{now}");
    }
    for now in ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "739000d", "95000000d"] {
        let answer = client.get(&format!("/visits/summary?now={now}&tz=Pacific/Kiritimati"));
        assert!(answer.status == 200 || answer.problem(400)["parameter"] == "now", "{now}");
    }
}
