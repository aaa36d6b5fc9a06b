//! Requests that are no visits.

use http::Method;
use serde_json::Value;

use super::Site;

const PREFETCHES: [(&str, &str); 5] = [
    ("sec-purpose", "prefetch"),
    ("sec-purpose", "prefetch;prerender"),
    ("sec-purpose", "prefetch;anonymous-client-ip"),
    ("purpose", "prefetch"),
    ("x-moz", "prefetch"),
];

const CHECKERS: [&str; 5] =
    ["kube-probe/1.37", "kube-probe/", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Prometheus/3.5.0"];

fn assert_ignored(headers: &[(&str, &str)], reason: &str) {
    let site = Site::find();
    let client = site.client();
    let text = client.get_with("/", headers);
    assert_eq!(text.status, 200, "{headers:?}");
    assert_eq!(text.header("x-visit"), format!("ignored; reason={reason}"), "{headers:?}");
    assert_eq!(text.header("cache-control"), "no-store");
    let line = text.text().lines().nth(1).unwrap_or_default();
    let (visits, replica) = line.split_once(" visits on ").expect(line);
    assert!(visits.parse::<i64>().is_ok(), "{line}");

    let with_accept = |accept| [headers, &[("accept", accept)]].concat();
    let json = client.get_with("/", &with_accept("application/json")).json();
    assert_eq!(json["visit"], Value::Null, "{headers:?}");
    assert!(json["visits"].is_i64(), "{headers:?}");
    assert_eq!(json["replica"], replica);
    let page = client.get_with("/", &with_accept("text/html"));
    assert!(page.text().contains(" visits</h1>"), "{}", page.text());
    assert!(!page.text().contains("<h1>Visit "), "{}", page.text());
}

#[test]
fn a_prefetch_is_no_visit() {
    for header in PREFETCHES {
        assert_ignored(&[header], "prefetch");
    }
}

#[test]
fn a_health_checker_is_no_visitor() {
    for agent in CHECKERS {
        assert_ignored(&[("user-agent", agent)], "agent");
    }
}

#[test]
fn a_visitor_who_is_like_a_health_checker_is_a_visitor() {
    let site = Site::find();
    for header in [
        ("user-agent", "Mozilla/5.0 (compatible; kube-probe/1.37)"),
        ("user-agent", " "),
        ("user-agent", "kube-probe"),
        ("user-agent", "curl/8.7.1"),
        ("sec-purpose", "fetch"),
        ("purpose", "preview"),
        ("sec-fetch-mode", "navigate"),
    ] {
        assert!(site.client().get_with("/", &[header]).recorded().is_some(), "{header:?}");
    }
}

#[test]
fn head_is_no_visit_and_has_the_headers_of_one() {
    let site = Site::find();
    for accept in ["text/plain", "text/html", "application/json"] {
        let answer = site.client().request(&Method::HEAD, "/", &[("accept", accept)]);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-visit"), "ignored; reason=head");
        assert!(answer.header("content-type").starts_with(accept), "{accept}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("content-length").parse::<usize>().is_ok_and(|length| length > 0));
        assert!(answer.body.is_empty());
    }
}
