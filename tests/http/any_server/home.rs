//! `/`: a visit and its answer.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::Site;

const JSON: [(&str, &str); 1] = [("accept", "application/json")];

#[test]
fn a_visit_is_answered_with_the_time_and_its_number() {
    let site = Site::find();
    let answer = site.client().get("/");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let id = answer.recorded().expect("a visit");
    let lines: Vec<_> = answer.text().split('\n').collect();
    let [time, visit, ""] = lines[..] else { panic!("not two lines: {:?}", answer.text()) };
    let (time, zone) = (&time[..25], &time[25..]);
    DateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S%:z").expect("a time");
    assert!(zone.len() > 1 && zone.starts_with(' ') && !zone[1..].contains(' '), "not a zone: {zone:?}");
    let replica = visit.strip_prefix(&format!("visit {id} on ")).expect(visit);
    assert_eq!(replica, site.client().json("/")["replica"]);
}

#[test]
fn a_visit_is_described_in_json() {
    let answer = Site::find().client().get_with("/", &JSON);
    assert_eq!(answer.header("content-type"), "application/json");
    let home = answer.json();
    let mut members: Vec<_> = home.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(members, ["replica", "time", "timezone", "visit", "visits"]);
    assert_eq!(home["visit"].as_i64(), answer.recorded());
    assert!(home["visits"].as_i64() >= home["visit"].as_i64());
    let time = home["time"].as_str().expect("a time");
    assert_eq!(time.len(), "2026-11-23T09:48:19.000000+03:00".len(), "{time}");
    let age = DateTime::<Utc>::from(SystemTime::now()) - DateTime::parse_from_rfc3339(time).expect("RFC 3339").to_utc();
    assert!(age.abs() < TimeDelta::minutes(10), "{time} is not now");
}

#[test]
fn a_visit_is_never_kept_by_a_cache() {
    let answer = Site::find().client().get("/");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[test]
fn each_visit_has_a_larger_number_than_the_one_before() {
    let site = Site::find();
    let client = site.client();
    let ids: Vec<_> = (0..20).map(|_| client.visit()).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
}

#[test]
fn a_visit_is_in_the_log_when_it_is_answered() {
    let site = Site::find();
    let client = site.client();
    for _ in 0..10 {
        let home = client.json("/");
        let id = home["visit"].as_i64().expect("a visit");
        let log = client.json(&format!("/visits?tail=1&before={}", id + 1));
        let visit = &log["visits"][0];
        assert_eq!(visit["id"], id);
        assert_eq!(visit["page"], "/");
        assert_eq!(visit["at"], home["time"]);
        assert_eq!(log["replica"], home["replica"]);
        assert_eq!(log["timezone"], home["timezone"]);
    }
}

#[test]
fn a_visit_is_a_line_in_the_log() {
    let site = Site::find();
    let client = site.client();
    let answer = client.get("/");
    let id = answer.recorded().expect("a visit");
    let log = client.get(&format!("/visits?tail=1&before={}", id + 1));
    assert_eq!(log.text(), format!("{}\n", &answer.text()[11..19]));
}

#[test]
fn a_visit_counts() {
    let site = Site::find();
    let client = site.client();
    let before = client.count("");
    let visits = [client.visit(), client.visit(), client.visit()];
    let after = client.count("");
    assert!(after >= before + 3, "{before} and then {after}");
    assert!(after >= visits[2], "{visits:?} of {after}");
    assert!(client.count("page=/") >= 3);
    assert!(client.count("since=1h") >= 3);
}

#[test]
fn whatever_a_link_carries_is_still_a_visit() {
    let site = Site::find();
    for query in ["?", "?a", "?utm_source=x&utm_source=y", "?&&", "?=", "?%zz", "?tail=0", "?page=nonsense", "?a=%00"] {
        let answer = site.client().get(&format!("/{query}"));
        assert_eq!(answer.status, 200, "{query}");
        assert!(answer.recorded().is_some(), "{query}");
    }
}

#[test]
fn a_browser_gets_a_page() {
    let site = Site::find();
    let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
    let answer = site.client().get_with("/", &[("accept", accept)]);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let id = answer.recorded().expect("a visit");
    let page = answer.text();
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    for part in ["<html lang=\"en\">", "<title>", "<meta charset=\"utf-8\">", "name=\"viewport\"", "</html>"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(page.contains(&format!(">{id}<")), "no {id} in {page}");
    let title = page.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    assert!(title.is_some_and(|title| !title.trim().is_empty()), "{title:?}");
}

#[test]
fn a_page_may_run_nothing_and_load_nothing() {
    let answer = Site::find().client().get_with("/", &[("accept", "text/html")]);
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    for directive in ["style-src 'sha256-", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(directive), "no {directive} in {policy}");
    }
    // Such a policy would stop these, so the page had better not have them.
    for part in ["<script", " style=", " onload=", " onclick=", "javascript:", "<img", "http://", "https://"] {
        assert!(!answer.text().contains(part), "{part} in {}", answer.text());
    }
}

#[test]
fn only_pages_have_a_policy_for_pages() {
    let answer = Site::find().client().get_with("/", &JSON);
    assert_eq!(answer.header("content-security-policy"), "");
    assert_ne!(answer.json()["visit"], Value::Null);
}
