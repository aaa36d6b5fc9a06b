//! `/visits`: the log.

use chrono::DateTime;
use serde_json::Value;

use super::Site;
use crate::client::Client;

fn ids(tail: &Value) -> Vec<i64> {
    let visits = tail["visits"].as_array().expect("visits");
    visits.iter().map(|visit| visit["id"].as_i64().expect("an id")).collect()
}

fn make_visits(client: &Client, number: usize) -> i64 {
    let ids: Vec<_> = (0..number).map(|_| client.visit()).collect();
    ids[number - 1]
}

#[test]
fn the_log_has_the_latest_visits_oldest_first() {
    let site = Site::find();
    let client = site.client();
    let last = make_visits(&client, 25);
    for (query, number) in [("", 20), ("tail=20", 20), ("tail=1", 1), ("tail=7", 7)] {
        let tail = client.json(&format!("/visits?{query}"));
        let ids = ids(&tail);
        assert_eq!(ids.len(), number, "{query}");
        assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
        assert!(ids[number - 1] >= last, "{last} was before {ids:?}");
        assert_eq!(tail["before"], ids[0], "there are older ones");
    }
}

#[test]
fn a_tail_may_have_up_to_a_thousand_visits() {
    let site = Site::find();
    let client = site.client();
    make_visits(&client, 1);
    let ids = ids(&client.json("/visits?tail=1000"));
    assert!((1..=1000).contains(&ids.len()), "{}", ids.len());
}

#[test]
fn a_visit_has_an_id_a_time_and_a_page() {
    let site = Site::find();
    let client = site.client();
    make_visits(&client, 3);
    let tail = client.json("/visits?tail=3");
    for visit in tail["visits"].as_array().expect("visits") {
        let members = visit.as_object().expect("an object");
        assert_eq!(members.len(), 3, "{visit}");
        assert!(visit["page"].as_str().is_some_and(|page| page.starts_with('/') || page == "(other)"), "{visit}");
        let at = visit["at"].as_str().expect("a time");
        assert_eq!(at.len(), "2026-11-23T09:48:19.000000+03:00".len(), "{at}");
        DateTime::parse_from_rfc3339(at).expect("RFC 3339");
    }
    let mut members: Vec<_> = tail.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(members, ["before", "replica", "timezone", "visits"]);
}

#[test]
fn the_text_of_the_log_is_the_clock_times_of_its_visits() {
    let site = Site::find();
    let client = site.client();
    let before = make_visits(&client, 5) + 1;
    for zone in ["UTC", "Asia/Kathmandu", "America/New_York"] {
        let query = format!("/visits?tail=5&before={before}&tz={zone}");
        let tail = client.json(&query);
        assert_eq!(tail["timezone"], zone);
        let visits = tail["visits"].as_array().expect("visits");
        let times: Vec<_> = visits.iter().map(|visit| &visit["at"].as_str().expect("a time")[11..19]).collect();
        assert_eq!(client.get(&query).text(), times.join("\n") + "\n");
    }
}

#[test]
fn a_zone_moves_the_clock_and_not_the_time() {
    let site = Site::find();
    let client = site.client();
    let before = make_visits(&client, 1) + 1;
    let at = |zone: &str| {
        let tail = client.json(&format!("/visits?tail=1&before={before}&tz={zone}"));
        tail["visits"][0]["at"].as_str().expect("a time").to_owned()
    };
    let (utc, kathmandu) = (at("UTC"), at("Asia%2FKathmandu"));
    assert!(utc.ends_with("+00:00") && kathmandu.ends_with("+05:45"), "{utc} {kathmandu}");
    assert_eq!(DateTime::parse_from_rfc3339(&utc), DateTime::parse_from_rfc3339(&kathmandu));
}

#[test]
fn the_log_can_be_read_backwards() {
    let site = Site::find();
    let client = site.client();
    let mut before = make_visits(&client, 12) + 1;
    // Every id is there once, as long as it is our own visits, or those of others between them.
    for _ in 0..4 {
        let tail = client.json(&format!("/visits?tail=3&before={before}"));
        assert_eq!(ids(&tail), [before - 3, before - 2, before - 1]);
        before = tail["before"].as_i64().unwrap_or(before - 3);
    }
}

#[test]
fn before_the_first_visit_there_is_none() {
    let site = Site::find();
    let tail = site.client().json("/visits?before=1");
    assert!(ids(&tail).is_empty(), "{tail}");
    assert_eq!(tail["before"], Value::Null);
    assert_eq!(site.client().get("/visits?before=1").text(), "");
}

#[test]
fn the_log_can_be_of_one_page() {
    let site = Site::find();
    let client = site.client();
    let last = make_visits(&client, 2);
    let tail = client.json(&format!("/visits?page=/&tail=2&before={}", last + 1));
    assert!(tail["visits"].as_array().expect("visits").iter().all(|visit| visit["page"] == "/"), "{tail}");
    assert_eq!(ids(&tail).last(), Some(&last));
    let none = client.json("/visits?page=/never/visited");
    assert_eq!((ids(&none), &none["before"]), (vec![], &Value::Null));
}

#[test]
fn the_log_is_of_this_replica() {
    let site = Site::find();
    let client = site.client();
    let home = client.json("/");
    assert_eq!(client.json("/visits?scope=replica")["replica"], home["replica"]);
    assert_eq!(client.get("/visits").header("cache-control"), "no-cache");
}
