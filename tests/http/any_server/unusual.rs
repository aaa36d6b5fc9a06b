//! Requests that no browser sends. None may fail for a reason of the server's, nor harm those that come after it.

use super::Site;
use crate::client::Answer;
use crate::wire::{Wire, authority};

/// Sends a request byte by byte, and checks that the server answers others all the same.
fn send(site: &Site, request: impl AsRef<[u8]>) -> Option<Answer> {
    let mut wire = site.wire();
    wire.send(request);
    let answer = wire.answer();
    check(site);
    if let Some(answer) = &answer {
        assert!(answer.status < 500, "{}: {}", answer.status, answer.text());
    }
    answer
}

fn check(site: &Site) {
    let client = site.client();
    assert_eq!(client.get("/healthz").text(), "ok\n");
    client.visit();
}

/// A request with these lines after its first.
fn request(site: &Site, first: &str, headers: &[&str]) -> Vec<u8> {
    let host = format!("host: {}", authority(&site.url));
    [&[first, &host], headers, &["", ""]].concat().join("\r\n").into_bytes()
}

fn replace(mut request: Vec<u8>, place: u8, bytes: &[u8]) -> Vec<u8> {
    let at = request.iter().position(|byte| *byte == place).expect("the place");
    request.splice(at..=at, bytes.iter().copied());
    request
}

#[test]
fn a_header_may_be_of_60_kilobytes() {
    let site = Site::find();
    let long = "x".repeat(60_000);
    for header in [format!("cookie: {long}"), format!("accept: */*, {long}"), format!("user-agent: {long}")] {
        let answer = send(&site, request(&site, "GET / HTTP/1.1", &[&header])).expect("an answer");
        assert!(answer.recorded().is_some(), "{header:.20}");
    }
}

#[test]
fn a_hundred_headers_may_come() {
    let site = Site::find();
    let headers: Vec<_> = (0..90).map(|number| format!("x-header-{number}: {number}")).collect();
    let headers: Vec<_> = headers.iter().map(String::as_str).collect();
    assert_eq!(send(&site, request(&site, "GET / HTTP/1.1", &headers)).map(|answer| answer.status), Some(200));
}

#[test]
fn a_body_that_nobody_wants_is_no_harm() {
    let site = Site::find();
    let body = "x".repeat(1 << 20);
    let length = format!("content-length: {}", body.len());
    for first in ["GET / HTTP/1.1", "POST / HTTP/1.1", "GET /visits HTTP/1.1"] {
        let mut small = request(&site, first, &["content-length: 3"]);
        small.extend(b"abc");
        assert!(send(&site, small).is_some(), "{first} with a small body");
        let mut chunked = request(&site, first, &["transfer-encoding: chunked"]);
        chunked.extend(b"3\r\nabc\r\n0\r\n\r\n");
        assert!(send(&site, chunked).is_some(), "{first} with a body in chunks");
        // The server may hang up before it has read all of this.
        let mut large = request(&site, first, &[&length]);
        large.extend(body.as_bytes());
        send(&site, large);
    }
}

#[test]
fn a_body_is_not_taken_for_the_next_request() {
    let site = Site::find();
    let mut wire = site.wire();
    let body = "GET /nothing HTTP/1.1\r\n\r\n";
    wire.send(request(&site, "GET /healthz HTTP/1.1", &[&format!("content-length: {}", body.len())]));
    wire.send(body);
    wire.send(request(&site, "GET /version HTTP/1.1", &["connection: close"]));
    assert_eq!(wire.answer().expect("an answer").text(), "ok\n");
    // Whoever did not read the body has to hang up instead.
    if let Some(answer) = wire.answer() {
        assert_eq!(answer.json()["name"], "footfall");
    }
}

#[test]
fn http_1_0_is_answered() {
    let site = Site::find();
    let mut wire = site.wire();
    wire.send(request(&site, "GET / HTTP/1.0", &[]));
    assert!(wire.answer().expect("an answer").recorded().is_some());
    assert_eq!(wire.read_to_end(), b"", "the server hangs up");
    // Without a Host header it may be refused.
    send(&site, "GET / HTTP/1.0\r\n\r\n");
    send(&site, "GET / HTTP/1.1\r\n\r\n");
}

#[test]
fn requests_that_come_at_once_are_answered_in_order() {
    let site = Site::find();
    let mut wire = site.wire();
    let targets = ["/healthz", "/version", "/nothing", "/visits/count", "/healthz"];
    wire.send(targets.map(|target| request(&site, &format!("GET {target} HTTP/1.1"), &[])).concat());
    assert_eq!(wire.answer().expect("the first").text(), "ok\n");
    assert_eq!(wire.answer().expect("the second").json()["name"], "footfall");
    wire.answer().expect("the third").problem(404);
    assert!(wire.answer().expect("the fourth").text().trim().parse::<i64>().is_ok());
    assert_eq!(wire.answer().expect("the fifth").text(), "ok\n");
    check(&site);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let site = Site::find();
    for (target, status) in [
        ("/visits?page=/%00", 400),
        ("/visits?page=/%C3%28", 400),
        ("/visits?%FF", 400),
        ("/visits/count?since=%F0%9F", 400),
        ("/%00", 404),
        ("/%", 404),
    ] {
        send(&site, request(&site, &format!("GET {target} HTTP/1.1"), &[])).expect("an answer").problem(status);
    }
    for bytes in [&b"\0"[..], b"\x01", b"\x7F", b"\xFF", b"\xC3\x28", b"\r", b"\t"] {
        let raw = replace(request(&site, "GET /visits?page=/~ HTTP/1.1", &[]), b'~', bytes);
        assert!(send(&site, raw).is_none_or(|answer| answer.status == 400), "{bytes:?}");
    }
}

#[test]
fn utf_8_without_escapes_is_no_harm() {
    let site = Site::find();
    for (target, statuses) in [("/visits/count?page=/caf\u{e9}", [200, 400]), ("/caf\u{e9}", [404, 400])] {
        let answer = send(&site, request(&site, &format!("GET {target} HTTP/1.1"), &[]));
        assert!(answer.is_none_or(|answer| statuses.contains(&answer.status)), "{target}");
    }
}

#[test]
fn an_absurd_accept_is_no_harm() {
    let site = Site::find();
    let many = "a/b;q=0.5,".repeat(5000);
    for accept in [
        ";;;",
        "/",
        "text",
        "text/plain/html",
        "\"",
        ",,,,",
        "*/*;q=NaN",
        "*/*;q=-1",
        "*/*;q=1e99",
        "a/b;c=\"\\",
        "*/html",
        "text/plain;q=",
        &many,
    ] {
        let answer = send(&site, request(&site, "GET /visits HTTP/1.1", &[&format!("accept: {accept}")]));
        let status = answer.expect("an answer").status;
        assert!([200, 406].contains(&status), "{status} for {accept:.40}");
    }
}

#[test]
fn a_header_that_is_no_text_is_no_harm() {
    let site = Site::find();
    for header in ["user-agent: ~", "accept: ~", "sec-purpose: ~", "x-anything: ~"] {
        let mut wire = site.wire();
        wire.send(replace(request(&site, "GET / HTTP/1.1", &[header]), b'~', b"\xFF\xFE"));
        // Spin itself answers 500 before the component sees any of it.
        assert!(wire.answer().is_none_or(|answer| [200, 400, 500].contains(&answer.status)), "{header}");
        check(&site);
    }
}

#[test]
fn an_ambiguous_request_is_no_harm() {
    let site = Site::find();
    for headers in [
        &["host: other.test"][..],
        &["content-length: 3", "content-length: 4"],
        &["content-length: 3", "transfer-encoding: chunked"],
        &["transfer-encoding: gzip, chunked"],
        &["expect: 100-continue", "content-length: 3"],
        &["upgrade: h2c", "connection: upgrade"],
        &["connection: x-visit, accept"],
        &[" folded: line"],
        &["no colon"],
        &["range: bytes=0-1"],
        &["if-none-match: *"],
    ] {
        let mut wire = site.wire();
        wire.send(request(&site, "GET /visits HTTP/1.1", headers));
        wire.finish();
        assert!(wire.answer().is_none_or(|answer| answer.status < 500), "{headers:?}");
        check(&site);
    }
}

#[test]
fn an_odd_target_is_no_harm() {
    let site = Site::find();
    let absolute = format!("GET {}/healthz HTTP/1.1", site.url.trim_end_matches('/'));
    assert_eq!(send(&site, request(&site, &absolute, &[])).map(|answer| answer.status), Some(200));
    for first in [
        "OPTIONS * HTTP/1.1",
        "GET * HTTP/1.1",
        "CONNECT other.test:80 HTTP/1.1",
        "GET http://other.test/ HTTP/1.1",
        "GET visits HTTP/1.1",
        "GET  /visits HTTP/1.1",
        "GET /visits HTTP/9.9",
        "GET /visits",
        "GET /visits#part HTTP/1.1",
        "nonsense",
    ] {
        send(&site, request(&site, first, &[]));
    }
    send(&site, b"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03");
}

#[test]
fn a_client_may_go_away_at_any_moment() {
    let site = Site::find();
    let whole = request(&site, "GET / HTTP/1.1", &[]);
    for length in [0, 1, 5, 14, whole.len() - 1, whole.len()] {
        for _ in 0..20 {
            Wire::connect(&site.url).send(&whole[..length]);
        }
        check(&site);
    }
    let mut body = request(&site, "POST / HTTP/1.1", &["content-length: 1000000"]);
    body.extend(b"only this");
    Wire::connect(&site.url).send(body);
    check(&site);
}
