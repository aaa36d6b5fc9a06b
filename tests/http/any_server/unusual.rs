//! Requests that no browser sends. None may fail because of the server, nor harm those that come after it.

use super::Site;
use crate::client::Answer;
use crate::wire::{Wire, authority};

/// A request with these lines after its first.
pub fn request(site: &Site, first: &str, headers: &[&str]) -> Vec<u8> {
    let host = format!("host: {}", authority(&site.url));
    [&[first, &host], headers, &["", ""]].concat().join("\r\n").into_bytes()
}

/// Sends a request byte by byte, and checks that the server still answers others.
fn send(site: &Site, request: impl AsRef<[u8]>) -> Option<Answer> {
    let mut wire = Wire::connect(&site.url);
    wire.send(request);
    let answer = wire.answer();
    site.visit();
    answer
}

/// Replaces the `~` in a request.
fn replace(mut request: Vec<u8>, bytes: &[u8]) -> Vec<u8> {
    let at = request.iter().position(|byte| *byte == b'~').expect("the place");
    request.splice(at..=at, bytes.iter().copied());
    request
}

#[test]
fn a_body_is_not_the_next_request() {
    let site = Site::find();
    let mut wire = Wire::connect(&site.url);
    let body = "GET /nothing HTTP/1.1\r\n\r\n";
    wire.send(request(&site, "GET /healthz HTTP/1.1", &[&format!("content-length: {}", body.len())]));
    wire.send(body);
    wire.send(request(&site, "GET /version HTTP/1.1", &["connection: close"]));
    assert_eq!(wire.answer().expect("an answer").text(), "ok\n");
    // A server that did not read the body has to hang up instead.
    if let Some(answer) = wire.answer() {
        assert_eq!(answer.json()["name"], "footfall");
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let site = Site::find();
    let mut wire = Wire::connect(&site.url);
    let targets = ["/healthz", "/version", "/nothing", "/visits/count", "/readyz"];
    wire.send(targets.map(|target| request(&site, &format!("GET {target} HTTP/1.1"), &[])).concat());
    assert_eq!(wire.answer().expect("the first").text(), "ok\n");
    assert_eq!(wire.answer().expect("the second").json()["name"], "footfall");
    wire.answer().expect("the third").problem(404);
    assert!(wire.answer().expect("the fourth").text().trim().parse::<i64>().is_ok());
    assert_eq!(wire.answer().expect("the fifth").text(), "ok\n");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let site = Site::find();
    for bytes in [&b"\0"[..], b"\x01", b"\x7F", b"\xFF", b"\xC3\x28", b"\r", b"\t"] {
        let raw = replace(request(&site, "GET /visits?page=/~ HTTP/1.1", &[]), bytes);
        assert!(send(&site, raw).is_none_or(|answer| answer.status == 400), "{bytes:?}");
    }
    for header in ["user-agent: ~", "accept: ~", "sec-purpose: ~", "x-anything: ~"] {
        let raw = replace(request(&site, "GET / HTTP/1.1", &[header]), b"\xFF\xFE");
        // Spin itself answers 500 before the component sees any of it.
        assert!(send(&site, raw).is_none_or(|answer| [200, 400, 500].contains(&answer.status)), "{header}");
    }
}

#[test]
fn an_odd_request_is_no_harm() {
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
        "GET /visits HTTP/1.0",
        "GET /visits HTTP/9.9",
        "GET /visits",
        "GET /visits#part HTTP/1.1",
        "GET /visits/count?page=/caf\u{e9} HTTP/1.1",
        "GET /caf\u{e9} HTTP/1.1",
        "nonsense",
    ] {
        assert!(send(&site, request(&site, first, &[])).is_none_or(|answer| answer.status < 500), "{first}");
    }
    // No Host header, and a TLS handshake.
    for raw in
        [&b"GET / HTTP/1.0\r\n\r\n"[..], b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03"]
    {
        assert!(send(&site, raw).is_none_or(|answer| answer.status < 500), "{raw:?}");
    }
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
        let answer = send(&site, request(&site, "GET /visits HTTP/1.1", headers));
        assert!(answer.is_none_or(|answer| answer.status < 500), "{headers:?}");
    }
}

#[test]
fn a_client_may_go_away_at_any_moment() {
    let site = Site::find();
    let whole = request(&site, "GET / HTTP/1.1", &[]);
    for length in [0, 1, 5, 14, whole.len() - 1, whole.len()] {
        (0..20).for_each(|_| Wire::connect(&site.url).send(&whole[..length]));
        site.visit();
    }
    let body = request(&site, "POST / HTTP/1.1", &["content-length: 1000000"]);
    Wire::connect(&site.url).send([&*body, b"only this"].concat());
    site.visit();
}
