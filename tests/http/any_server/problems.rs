//! What a client can do wrong.

use http::Method;

use super::picture::assert_refused;
use super::{PICTURES, RESOURCES, Site};

/// The longest target that is taken.
const MAX_TARGET: usize = 8000;

#[test]
fn a_bad_value_is_told_by_the_name_of_its_parameter() {
    let site = Site::find();
    let client = site.client();
    let long = format!("page=/{}", "x".repeat(512));
    for (target, parameter, queries) in [
        (
            "/visits",
            "tail",
            &["tail=0", "tail=1001", "tail=", "tail", "tail=-1", "tail=1.5", "tail=ten", "tail=1e3"][..],
        ),
        ("/visits", "tail", &["tail=99999999999999999999", "tail=%31%00", "tail=1&tail=1", "tail=%FF"]),
        ("/visits", "before", &["before=0", "before=-1", "before=x", "before=", "before=9223372036854775808"]),
        ("/visits", "before", &["before=1&before=2"]),
        ("/visits", "page", &["page=blog", "page=", "page=/%00", "page=/a%0Ab", "page=/%C3", "page=(others)", &long]),
        ("/visits", "page", &["page=/&page=/"]),
        (
            "/visits",
            "tz",
            &["tz=Mars/Olympus", "tz=", "tz=UTC%2B3", "tz=..%2FUTC", "tz=europe/moscow", "tz=UTC&tz=UTC"],
        ),
        ("/visits", "scope", &["scope=", "scope=all", "scope=Replica", "scope=replica&scope=replica"]),
        ("/visits/count", "since", &["since=", "since=now", "since=yesterday", "since=1y", "since=-1h", "since=1.5h"]),
        ("/visits/count", "since", &["since=2026-03-29", "since=2026-03-29T12:00:00", "since=2026-02-30T12:00:00Z"]),
        (
            "/visits/count",
            "since",
            &["since=24", "since=h", "since=99999999999999999999s", "since=9223372036854775807w", "since=300000000d"],
        ),
        ("/visits/count", "since", &["since=2026-03-29T12:00:00Z&until=2026-03-29T11:59:59Z", "since=1h&until=2h"]),
        ("/visits/count", "since", &["since=1h&since=2h", "since=%FF", "since=1%00h"]),
        ("/visits/count", "until", &["until=", "until=tomorrow", "until=2026-13-01T00:00:00Z", "until=1h&until=1h"]),
        ("/visits/count", "page", &["page=x", "page=/%1F", "page=/%7F"]),
        ("/visits/count", "scope", &["scope=world"]),
        ("/visits", "before", &["before=5&scope=cluster", "scope=cluster&before=1&tail=3"]),
        ("/visits/histogram", "bucket", &["bucket=", "bucket", "bucket=week", "bucket=Hour", "bucket=hours"]),
        ("/visits/histogram", "bucket", &["bucket=hour&bucket=day", "bucket=%FF", "bucket=15m"]),
        ("/visits/histogram", "since", &["since=", "since=x", "since=1h&until=2h", "since=1h&since=1h", "since=1y"]),
        ("/visits/histogram", "until", &["until=", "until=x", "until=1h&until=1h", "until=2026-02-30T00:00:00Z"]),
        ("/visits/histogram", "tz", &["tz=", "tz=Mars/Olympus", "tz=UTC&tz=UTC", "tz=../../etc/passwd"]),
        ("/visits/histogram", "page", &["page=", "page=blog", "page=/%0A", "page=/&page=/", &long]),
        ("/visits/histogram", "scope", &["scope=", "scope=all", "scope=Cluster", "scope=cluster&scope=cluster"]),
        ("/visits/summary", "tail", &["tail=", "tail=0", "tail=1001", "tail=x", "tail=1&tail=1"]),
        (
            "/visits/summary",
            "now",
            &["now=", "now=now", "now=-1h", "now=2026-11-23", "now=0s&now=0s", "now=300000000d"],
        ),
        ("/visits/summary", "tz", &["tz=", "tz=Mars/Olympus"]),
        ("/visits/summary", "page", &["page=", "page=blog", "page=/%7F", &long]),
        ("/visits/summary", "scope", &["scope=", "scope=replicas"]),
    ] {
        for query in queries {
            let problem = client.get(&format!("{target}?{query}")).problem(400);
            assert_eq!(problem["parameter"], parameter, "{query}: {problem}");
            let detail = problem["detail"].as_str().unwrap_or_default();
            assert!(detail.contains(&format!("`{parameter}`")), "{query}: {detail}");
        }
    }
}

#[test]
fn an_unknown_parameter_is_told_which_ones_there_are() {
    let site = Site::find();
    let client = site.client();
    for (target, unknown, known) in [
        ("/visits", &["tails=3", "Tail=3", "since=1h", "%FF=1", "=1", "tail=3&x", "tail+=3"][..], "tail"),
        ("/visits/count", &["tail=3", "sinse=1h", "tz=UTC", "before=3", "page%5B%5D=/", "%00"], "since"),
        ("/visits/histogram", &["tail=3", "buckets=hour", "before=3", "nowt=1h", "%FF=1"], "bucket"),
        ("/visits/summary", &["since=1h", "until=1h", "bucket=hour", "before=3", "label=x"], "now"),
    ] {
        for query in unknown {
            let problem = client.get(&format!("{target}?{query}")).problem(400);
            assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(known)), "{query}: {problem}");
        }
    }
}

#[test]
fn the_longest_page_and_the_edges_of_a_tail_are_taken() {
    let site = Site::find();
    let client = site.client();
    let long = format!("/visits?page=/{}", "x".repeat(511));
    for target in
        ["/visits?tail=1", "/visits?tail=1000", "/visits?before=9223372036854775807", "/visits?&&tail=1&", &long]
    {
        assert_eq!(client.get(target).status, 200, "{target}");
    }
}

#[test]
fn nothing_else_is_there() {
    let site = Site::find();
    for path in [
        "/nothing",
        "/visits/",
        "/visits/count/",
        "/Visits",
        "/healthz/",
        "//",
        "/.",
        "/index.html",
        "/favicon.ico",
        "/visits%2Fcount",
        "/%2e%2e/visits.db",
        "/count.gif/",
        "/count",
        "/count.png",
        "/badge",
        "/badge.svg/",
        "/metrics/",
        "/visits/histogram.svg",
        "/visits/summary/",
        "/visits/export",
        "/visits/export.json",
        "/visits;x=y",
        "/%00",
        "/%FF",
    ] {
        site.client().get(path).problem(404);
        site.client().request(&Method::POST, path, &[]).problem(404);
    }
}

#[test]
fn everything_can_only_be_read() {
    let site = Site::find();
    for target in RESOURCES {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"] {
            let method = Method::try_from(method).expect("a method");
            let answer = site.client().request(&method, target, &[]);
            if PICTURES.contains(&target) {
                assert_refused(target, &answer, 405);
            } else {
                answer.problem(405);
            }
            assert_eq!(answer.header("allow"), "GET, HEAD", "{method} {target}");
        }
    }
}

#[test]
fn a_format_that_is_not_there_is_answered_with_those_that_are() {
    let site = Site::find();
    for target in RESOURCES {
        let format = match target {
            "/version" | "/visits/summary" => "application/json",
            "/openapi.yaml" => "application/yaml",
            _ => "text/plain",
        };
        for accept in ["image/png", "*/*;q=0", "text/markdown, audio/*", "application/pdf;q=1.0"] {
            let answer = site.client().get_with(target, &[("accept", accept)]);
            if PICTURES.contains(&target) {
                assert_refused(target, &answer, 406);
                continue;
            }
            let problem = answer.problem(406);
            let detail = problem["detail"].as_str().unwrap_or_default();
            assert!(detail.contains(format), "{target} as {accept}: {detail}");
        }
    }
    for (target, accept) in [
        ("/healthz", "application/json"),
        ("/version", "text/html"),
        ("/visits", "image/svg+xml"),
        ("/visits/count", "text/html"),
        ("/visits/histogram", "text/html"),
        ("/visits/histogram", "image/gif"),
        ("/visits/summary", "text/*"),
        ("/metrics", "application/json"),
    ] {
        site.client().get_with(target, &[("accept", accept)]).problem(406);
    }
}

#[test]
fn a_target_may_have_8000_bytes_and_no_more() {
    let site = Site::find();
    let fill = |path: &str, length: usize| format!("{path}{}", "x".repeat(length - path.len()));
    // HEAD, lest it be a visit.
    assert_eq!(site.client().request(&Method::HEAD, &fill("/?", MAX_TARGET), &[]).status, 200);
    assert_eq!(site.client().request(&Method::HEAD, &fill("/?", MAX_TARGET + 1), &[]).status, 414);
    for path in
        ["/?", "/visits?page=/", "/visits/count?x=", "/visits/histogram?tz=", "/metrics?", "/nothing/", "/healthz?"]
    {
        let problem = site.client().get(&fill(path, MAX_TARGET + 1)).problem(414);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("8000")), "{path}: {problem}");
        site.client().get(&fill(path, 20_000)).problem(414);
    }
    site.client().get(&fill("/nothing/", MAX_TARGET)).problem(404);
}
