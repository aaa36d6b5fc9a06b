//! `/` and `/footfall.gif`: which requests are visits, and what becomes of them.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde_json::Value;

use super::picture::TRANSPARENT_PIXEL;
use super::{NEVER, Site, list};

const JSON: (&str, &str) = ("accept", "application/json");
const HTML: (&str, &str) = ("accept", "text/html");

#[test]
fn a_visit_is_answered_logged_and_counted() {
    let site = Site::find();
    let before = site.count("");
    let answer = site.get_with("/", &[JSON]);
    let home = answer.json();
    let id = answer.recorded().expect("a visit");
    assert_eq!(home["visit"], id);
    assert!(home["visits"].as_i64() > Some(before), "{home}");
    let time = home["time"].as_str().expect("a time");
    assert_eq!(time.len(), "2026-11-23T09:48:19.000000+03:00".len(), "{time}");
    let age = DateTime::<Utc>::from(SystemTime::now()) - DateTime::parse_from_rfc3339(time).expect("RFC 3339").to_utc();
    assert!(age.abs() < TimeDelta::minutes(10), "{time} is not now");

    let log = site.json(&format!("/visits?tail=1&before={}", id + 1));
    assert_eq!(log["visits"][0], serde_json::json!({ "id": id, "at": time, "page": "/" }));
    assert_eq!((&log["replica"], &log["timezone"]), (&home["replica"], &home["timezone"]));

    let time = time.replace('+', "%2B");
    for query in [format!("since={time}"), format!("since={time}&page=/"), "since=1h".to_owned()] {
        assert!(site.count(&query) >= 1, "{query}");
    }
    assert_eq!(site.count(&format!("since={time}&until={time}")), 0);
    assert!(site.count("") > before);
}

#[test]
fn any_query_is_still_a_visit() {
    let site = Site::find();
    let many = "a&".repeat(3900);
    for query in ["", "a", "utm_source=x&utm_source=y", "&&", "=", "?", "%zz", "tail=0", "x=%FF", "%00", "%FF=1", &many]
    {
        for target in ["/", "/footfall.gif"] {
            assert!(site.get(&format!("{target}?{query}")).recorded().is_some(), "{target}?{query:.40}");
        }
    }
    assert!(site.get("/?page=nonsense").recorded().is_some());
}

#[test]
fn an_image_counts_for_the_page_that_it_names() {
    let site = Site::find();
    // A server never forgets a page, so these are the only ones.
    for (query, page) in [
        ("page=/footfall-test", "/footfall-test"),
        ("cache=buster&page=%2Ffootfall-test&a&=&&b=c&b=d&_=1763886640", "/footfall-test"),
        ("page=/footfall-test/c++", "/footfall-test/c++"),
        ("page=/footfall-test/a%20b/", "/footfall-test/a b"),
        ("page=/footfall-test/index.html?utm_source=x%26id=7%26gclid=y", "/footfall-test?id=7"),
        ("", "/"),
        ("Page=/footfall-test&tail=0&scope=none&PAGE=x", "/"),
    ] {
        let answer = site.get(&format!("/footfall.gif?{query}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/gif"), "{query}");
        assert_eq!(answer.body, TRANSPARENT_PIXEL, "{query}");
        let id = answer.recorded().expect("a visit");
        let log = site.json(&format!("/visits?tail=1&scope=replica&before={}", id + 1));
        let visit = &list(&log, "visits")[0];
        assert_eq!(visit["id"], id);
        assert!(visit["page"] == page || visit["page"] == "(other)" && page != "/", "{query}: {visit}");
    }
    let longest = format!("/footfall.gif?page=/{}", "x".repeat(511));
    assert_eq!(site.request(&Method::HEAD, &longest, &[]).status, 200);
}

#[test]
fn a_request_without_a_visitor_is_answered_and_not_recorded() {
    let site = Site::find();
    for (header, reason) in [
        (("user-agent", "kube-probe/1.37"), "agent"),
        (("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"), "bot"),
        (("user-agent", "facebookexternalhit/1.1"), "bot"),
        (("sec-purpose", "prefetch;anonymous-client-ip"), "prefetch"),
        (("sec-purpose", "prefetch;prerender"), "prerender"),
        (("x-purpose", "preview"), "preview"),
        (("x-moz", "prefetch"), "prefetch"),
    ] {
        let text = site.get_with("/", &[header]);
        let html = site.get_with("/", &[header, HTML]);
        let json = site.get_with("/", &[header, JSON]);
        let gif = site.get_with(&format!("/footfall.gif?page={NEVER}"), &[header]);
        for answer in [&text, &html, &json, &gif] {
            assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{header:?}");
            assert_eq!(answer.header("x-visit"), format!("ignored; reason={reason}"), "{header:?}");
        }
        let (visits, replica) =
            text.text().lines().nth(1).and_then(|line| line.split_once(" visits on ")).expect("text");
        assert!(visits.parse::<i64>().is_ok(), "{visits}");
        let json = json.json();
        assert_eq!((&json["visit"], json["visits"].is_i64()), (&Value::Null, true), "{json}");
        assert_eq!(json["replica"], replica);
        assert!(html.text().contains(" visits</h1>") && !html.text().contains("<h1>Visit "), "{}", html.text());
        assert_eq!(gif.body, TRANSPARENT_PIXEL);
    }
    for (target, accept) in [("/", "text/html"), ("/", "application/json"), ("/footfall.gif", "image/gif")] {
        let answer = site.request(&Method::HEAD, &format!("{target}?page={NEVER}"), &[("accept", accept)]);
        assert_eq!((answer.status, answer.header("x-visit")), (200, "ignored; reason=head"), "{target} as {accept}");
        assert!(answer.header("content-type").starts_with(accept), "{accept}");
        assert!(answer.header("content-length").parse::<usize>().is_ok_and(|length| length > 0), "{accept}");
    }
    assert_eq!(site.count(&format!("page={NEVER}")), 0);
}

#[test]
fn a_visitor_who_resembles_a_health_checker_or_a_bot_is_a_visitor() {
    let site = Site::find();
    for header in [
        ("user-agent", "curl/8.14.1"),
        ("user-agent", " "),
        ("user-agent", "kube-probe"),
        ("user-agent", "Mozilla/5.0 (Linux; Android 13; CUBOT_P80) Chrome/131.0.0.0 Mobile"),
        ("sec-purpose", "fetch"),
    ] {
        assert!(site.get_with("/", &[header]).recorded().is_some(), "{header:?}");
    }
}

#[test]
fn a_browser_gets_a_page_that_runs_nothing_and_loads_nothing() {
    let site = Site::find();
    let answer = site.get_with("/", &[HTML]);
    let (id, page) = (answer.recorded().expect("a visit"), answer.text());
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<title>Footfall</title>"), "{page}");
    for part in ["<html lang=\"en\">", "<meta charset=\"utf-8\">", "name=\"viewport\"", "</html>"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(page.replace(',', "").contains(&format!(">{id}<")), "no {id} in {page}");
    for part in ["<script", " style=", " onload=", " onclick=", "javascript:", "<img", "http://", "https://"] {
        assert!(!page.contains(part), "{part} in {page}");
    }
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    for directive in ["style-src 'sha256-", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(directive), "no {directive} in {policy}");
    }
    assert_eq!(site.get_with("/", &[JSON]).header("content-security-policy"), "");
}
