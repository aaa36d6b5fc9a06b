//! What a client can do wrong.

use http::Method;

use super::picture::{assert_refused, svg, title};
use super::{RESOURCES, Site};
use crate::client::Answer;

/// The longest target that is accepted.
const MAX_TARGET: usize = 8000;

/// Checks that a request is refused, with a picture where it asked for one, and returns the sentence that says why.
fn refused(target: &str, answer: &Answer, status: u16) -> String {
    if target.starts_with("/footfall.gif") || target.starts_with("/badge.svg") {
        assert_refused(target, answer, status);
        return if target.starts_with("/badge.svg") { title(&svg(answer.text())).to_owned() } else { String::new() };
    }
    answer.problem(status)["detail"].as_str().expect("a sentence").to_owned()
}

#[test]
fn a_bad_value_is_refused_with_the_name_of_its_parameter() {
    let site = Site::find();
    let long = format!("page=/{}", "x".repeat(512));
    let long_label = format!("label={}", "x".repeat(65));
    let long_search = format!("search={}", "x".repeat(129));
    for (target, parameter, queries) in [
        ("/visits", "tail", &["tail=0", "tail=1001", "tail", "tail=ten", "tail=%31%00", "tail=1&tail=1"][..]),
        ("/visits", "before", &["before=0", "before=9223372036854775808", "before=5&scope=cluster"]),
        ("/visits", "page", &["page=blog", "page=/a%0Ab", "page=/%C3", "page=/&page=/", &long]),
        ("/visits", "tz", &["tz=Mars/Olympus", "tz=UTC%2B3", "tz=../../etc/passwd"]),
        ("/visits", "range", &["range=", "range=8d", "range=All"]),
        ("/visits", "since", &["since=7d&range=7d"]),
        ("/visits", "scope", &["scope=", "scope=Replica", "scope=cluster&scope=cluster"]),
        ("/visits/count", "since", &["since=now", "since=2026-3-29", "since=300000000d", "since=1h&until=2h"]),
        ("/visits/count", "since", &["since=%FF", "since=1%00h", "since=-1h"]),
        ("/visits/count", "since", &["since=2026-03-30&until=2026-03-29"]),
        ("/visits/count", "until", &["until=", "until=tomorrow", "until=2026-02-29"]),
        ("/visits/count", "page", &["page=x", &long]),
        ("/visits/count", "scope", &["scope=world"]),
        ("/visits/histogram", "bucket", &["bucket=", "bucket=year", "bucket=Hour", "bucket=hour&bucket=day"]),
        ("/visits/histogram", "since", &["since=x", "since=9999-01-01T00:00:00Z"]),
        ("/visits/histogram", "until", &["until=2026-02-30T00:00:00Z"]),
        ("/visits/histogram", "now", &["now=yesterday"]),
        ("/visits/histogram", "tz", &["tz="]),
        ("/visits/histogram", "page", &["page=/%0A", &long]),
        ("/visits/histogram", "scope", &["scope=all"]),
        ("/visits/summary", "tail", &["tail=0", "tail=1001"]),
        ("/visits/summary", "range", &["range=yesterday"]),
        ("/visits/summary", "until", &["range=7d&until=2026-03-29"]),
        ("/visits/summary", "now", &["now=", "now=-1h", "now=300000000d"]),
        ("/visits/summary", "tz", &["tz=Mars/Olympus"]),
        ("/visits/summary", "page", &["page=blog", &long]),
        ("/visits/summary", "scope", &["scope=replicas"]),
        ("/pages", "since", &["since=now", "since=1h&until=2h", "since=7d&range=today"]),
        ("/pages", "range", &["range=12m"]),
        ("/pages", "search", &["search=%0A", "search=%FF", &long_search, "search=a&search=a"]),
        ("/pages", "sort", &["sort=", "sort=page"]),
        ("/pages", "limit", &["limit=0", "limit=1001", "limit=all"]),
        ("/pages", "offset", &["offset=-1", "offset=4294967296"]),
        ("/pages", "scope", &["scope=all"]),
        // Replicas ask each other for the whole list.
        ("/pages", "limit", &["limit=5&scope=replica"]),
        ("/badge.svg", "label", &["label=", "label=%20", "label=a%0Ab", "label=%EF%BF%BF", "label=%FF", &long_label]),
        ("/badge.svg", "color", &["color=", "color=ffff", "color=url(%23x)", "color=%22/%3E%3Cscript%3E"]),
        ("/badge.svg", "labelColor", &["labelColor=", "labelColor=transparent", "labelColor=red&labelColor=red"]),
        ("/badge.svg", "style", &["style=", "style=plastic", "v=1&style=Flat"]),
        ("/badge.svg", "page", &["page=blog", "page=%3Cscript%3E"]),
        ("/badge.svg", "since", &["since=%3C/title%3E%3Cscript%3E"]),
        ("/badge.svg", "scope", &["scope=world"]),
        ("/replica", "pages_of", &["pages_of=", "pages_of=0123456789ABCDEF", "pages_of=0123456789abcdef0"]),
        ("/replica/ask", "replica", &["", "replica=", "replica=a%0Ab", "replica=a&replica=a"]),
        ("/footfall.gif", "page", &["page", "page=", "page=blog", "page=(other)", "page=http://other.test/", &long]),
        ("/footfall.gif", "page", &["page=/%00", "page=/%EF%BF%BE", "page=/%FF", "page=/%ED%A0%80", "page=/&x&page=/"]),
    ] {
        for query in queries {
            let target = format!("{target}?{query}");
            let answer = site.get(&target);
            let sentence = refused(&target, &answer, 400);
            if !target.starts_with("/footfall.gif") {
                assert!(sentence.contains(&format!("`{parameter}`")), "{target}: {sentence}");
            }
            if answer.header("content-type").contains("json") {
                assert_eq!(answer.json()["parameter"], parameter, "{target}");
            }
        }
    }
}

#[test]
fn an_unknown_parameter_is_refused_with_those_that_are_known() {
    let site = Site::find();
    for (target, known) in [
        ("/visits", "tail, before, page, tz, scope, range, since, until"),
        ("/visits/count", "since, until, page, scope, without"),
        ("/visits/histogram", "bucket, since, until, now, tz, page, scope, without"),
        ("/visits/summary", "range, since, until, page, tz, tail, now, scope, without"),
        ("/pages", "range, since, until, search, sort, limit, offset, tz, scope, without"),
        ("/replica", "pages_of"),
        ("/replica/ask", "replica"),
    ] {
        for query in ["x", "Page=/", "%FF=1", "=1", "page%5B%5D=/", "page=/&other=1"] {
            let target = format!("{target}?{query}");
            let sentence = refused(&target, &site.get(&target), 400);
            assert!(sentence.ends_with(&format!(": it takes {known}.")), "{target}: {sentence}");
        }
    }
    for target in [
        "/robots.txt?x=y",
        "/footfall.js?v=1",
        "/metrics?x=y",
        "/healthz?x=y",
        "/readyz?%FF",
        "/version?scope=cluster&x",
        "/openapi.yaml?",
    ] {
        assert_eq!(site.get(target).status, 200, "{target}");
    }
}

#[test]
fn nothing_is_at_any_other_path() {
    let site = Site::find();
    let paths = "/nothing /visits// /Visits /nothing/ // /. /index.html /favicon.ico /visits%2Fcount /%2e%2e/visits.db \
                 /count /count.gif /visits/export /visits;x=y /%00 /%FF /%";
    for path in paths.split(' ') {
        for method in [Method::GET, Method::POST] {
            site.request(&method, path, &[]).problem(404);
        }
    }
    // Without a token there is nothing that wants one, whatever is asked. Whether the server has one is unknown here.
    let status = site.get("/visits/export.csv").status;
    for target in ["/visits/export.csv?since=nonsense", "/backup?x=y"] {
        let wrong = site.get_with(target, &[("accept", "image/png")]);
        assert!(status == 401 || wrong.problem(404)["parameter"].is_null(), "{status}");
    }
}

#[test]
fn a_slash_too_much_is_redirected_to_where_it_was_meant() {
    let site = Site::find();
    for (target, location) in [
        ("/visits/", "../visits"),
        ("/visits/count/?page=/a%2Fb&since=1h", "../count?page=/a%2Fb&since=1h"),
        ("/footfall.gif/", "../footfall.gif"),
        ("/badge.svg/?", "../badge.svg?"),
        ("/healthz/", "../healthz"),
    ] {
        for method in [Method::GET, Method::HEAD, Method::POST] {
            let answer = site.request(&method, target, &[]);
            assert_eq!((answer.status, answer.header("location")), (308, location), "{method} {target}");
        }
    }
}

#[test]
fn a_browser_is_told_what_is_wrong_by_a_page() {
    let site = Site::find();
    for (target, status, word) in
        [("/nothing", 404, "/visits"), ("/visits?tail=0", 400, "tail"), ("/visit", 405, "POST")]
    {
        // What Firefox sends for a page.
        let accept = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        let answer = site.get_with(target, &[accept]);
        assert_eq!((answer.status, answer.header("content-type")), (status, "text/html; charset=utf-8"), "{target}");
        assert!(answer.text().contains(word) && !answer.header("content-security-policy").is_empty(), "{target}");
        site.get_with(target, &[("accept", "text/html;q=0.8, */*;q=0.9")]).problem(status);
    }
}

#[test]
fn what_the_web_adds_to_addresses_is_ignored_by_pages_and_pictures() {
    let site = Site::find();
    for (target, accept) in [
        ("/", "*/*"),
        ("/visits", "text/html"),
        ("/pages", "text/html"),
        ("/badge.svg", "*/*"),
        ("/visits/histogram", "image/*"),
    ] {
        for query in ["utm_source=a&utm_source=b", "fbclid=x", "v=1", "%FF=1", "=1"] {
            assert_eq!(
                site.get_with(&format!("{target}?{query}"), &[("accept", accept)]).status,
                200,
                "{target}?{query}"
            );
        }
    }
}

#[test]
fn every_route_is_read_only_and_has_no_other_format() {
    let site = Site::find();
    for target in RESOURCES {
        // Deleting a page wants a token.
        let allow = if target == "/pages" { "GET, HEAD, DELETE" } else { "GET, HEAD" };
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"] {
            if allow.contains(method) {
                continue;
            }
            let answer = site.request(&method.parse().expect("a method"), target, &[]);
            refused(target, &answer, 405);
            assert_eq!(answer.header("allow"), allow, "{method} {target}");
        }
        for accept in ["image/png", "*/*;q=0", "text/markdown, audio/*"] {
            let answer = site.get_with(target, &[("accept", accept)]);
            match target {
                // Who shows a picture or runs a script has no other use for it, and a probe wants none.
                "/footfall.gif" | "/footfall.js" | "/badge.svg" | "/healthz" | "/readyz" | "/robots.txt" => {
                    assert_eq!(answer.status, 200, "{target} as {accept}");
                }
                _ => _ = refused(target, &answer, 406),
            }
        }
    }
}

#[test]
fn what_does_something_beside_recording_has_no_head() {
    let site = Site::find();
    for target in ["/replica/ask?replica=footfall-1", "/drain"] {
        for method in [Method::HEAD, Method::POST] {
            let answer = site.request(&method, target, &[]);
            assert_eq!((answer.status, answer.header("allow")), (405, "GET"), "{method} {target}");
        }
    }
}

#[test]
fn a_target_has_at_most_8000_bytes() {
    let site = Site::find();
    let fill = |path: &str, length: usize| format!("{path}{}", "x".repeat(length - path.len()));
    // HEAD is no visit.
    for (length, status) in [(MAX_TARGET, 200), (MAX_TARGET + 1, 414)] {
        assert_eq!(site.request(&Method::HEAD, &fill("/?", length), &[]).status, status, "{length}");
    }
    site.get(&fill("/nothing/", MAX_TARGET)).problem(404);
    for path in ["/?", "/visits?page=/", "/metrics?", "/nothing/", "/healthz?", "/badge.svg?label=", "/footfall.gif?"] {
        for length in [MAX_TARGET + 1, 20_000] {
            let sentence = refused(path, &site.get(&fill(path, length)), 414);
            assert!(sentence.contains("8000") || path == "/footfall.gif?", "{path}: {sentence}");
        }
    }
}
