//! Formats, and the headers that every answer has.

use http::Method;

use super::{RESOURCES, Site};

#[test]
fn the_client_chooses_the_format() {
    let site = Site::find();
    let (text, html, json) = ("text/plain; charset=utf-8", "text/html; charset=utf-8", "application/json");
    let (svg, gif) = ("image/svg+xml", "image/gif");
    for (target, accept, content_type) in [
        ("/", "*/*", text),
        ("/", "", text),
        ("/", "text/*", text),
        ("/", "application/*", json),
        ("/", "text/html", html),
        ("/", "application/json, text/plain", json),
        ("/", "text/plain;q=0.5, application/json;q=0.6", json),
        ("/", "text/plain;q=0, */*", html),
        ("/", "TEXT/HTML", html),
        ("/", "image/png, */*;q=0.1", text),
        ("/visits", "*/*", text),
        ("/visits", "text/html, */*;q=0.8", html),
        ("/visits", "text/html;q=0.7, */*;q=0.8", text),
        ("/visits", "application/json", json),
        ("/visits/count", "application/json;q=0.9, text/plain;q=0.8", json),
        ("/visits/count", "text/plain", text),
        ("/visits/histogram", "*/*", json),
        ("/visits/histogram", "text/html, */*;q=0.8", json),
        ("/visits/histogram", "text/*", text),
        ("/visits/histogram", "image/*", svg),
        ("/visits/histogram", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", svg),
        ("/visits/summary", "application/json", json),
        ("/visits/summary", "text/html, */*;q=0.1", json),
        ("/badge.svg", "image/png, */*;q=0.1", svg),
        ("/count.gif", "image/png, image/gif;q=0.1", gif),
        ("/healthz", "text/plain", text),
        ("/readyz", "text/*;q=0.1", text),
        ("/version", "application/json", json),
        ("/version", "*/*", json),
    ] {
        let answer = site.client().get_with(target, &[("accept", accept)]);
        assert_eq!((answer.status, answer.header("content-type")), (200, content_type), "{target} as {accept:?}");
    }
}

#[test]
fn without_accept_the_first_format_comes() {
    let site = Site::find();
    for (target, content_type) in [
        ("/", "text/plain; charset=utf-8"),
        ("/count.gif", "image/gif"),
        ("/visits", "text/plain; charset=utf-8"),
        ("/visits/count", "text/plain; charset=utf-8"),
        ("/visits/histogram", "application/json"),
        ("/visits/summary", "application/json"),
        ("/badge.svg", "image/svg+xml"),
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8"),
        ("/version", "application/json"),
    ] {
        assert_eq!(site.client().get(target).header("content-type"), content_type, "{target}");
    }
}

#[test]
fn several_accept_headers_are_one_list() {
    let site = Site::find();
    let headers = [("accept", "image/png"), ("accept", "application/json")];
    assert_eq!(site.client().get_with("/visits", &headers).header("content-type"), "application/json");
}

#[test]
fn every_answer_says_what_it_depends_on_and_how_long_it_is() {
    let site = Site::find();
    for target in RESOURCES.into_iter().chain(["/nothing", "/visits?tail=0", "/visits/export.csv"]) {
        for accept in ["*/*", "application/json", "text/html", "image/png", "image/svg+xml", "image/gif"] {
            let answer = site.client().get_with(target, &[("accept", accept)]);
            assert_eq!(answer.header("vary"), "Accept", "{target}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{target}");
            assert_eq!(answer.header("content-length"), answer.body.len().to_string(), "{target}");
            assert!(!answer.headers.contains_key("set-cookie"), "{target}");
        }
    }
}

#[test]
fn a_body_is_exactly_as_long_as_its_header_says() {
    let site = Site::find();
    let host = crate::wire::authority(&site.url).to_owned();
    for target in RESOURCES.into_iter().chain(["/nothing", "/visits?tail=1000"]) {
        for accept in ["text/plain", "application/json", "text/html", "image/*"] {
            let mut wire = site.wire();
            wire.send(format!(
                "GET {target} HTTP/1.1\r\nhost: {host}\r\naccept: {accept}\r\nconnection: close\r\n\r\n"
            ));
            let answer = wire.answer().expect("an answer");
            assert!(answer.headers.contains_key("content-length"), "{target} as {accept}");
            assert_eq!(wire.read_to_end(), b"", "{target} as {accept} has more than Content-Length says");
        }
    }
}

#[test]
fn head_is_get_without_a_body() {
    let site = Site::find();
    // What these say is the same at any time.
    for target in [
        "/healthz",
        "/version",
        "/visits/count?since=9999-12-31T23:59:59Z",
        "/visits/histogram?since=2026-03-29T00:00:00Z&until=2026-03-29T00:00:00Z&tz=Europe/Berlin",
        "/visits/histogram?bucket=week",
        "/visits/summary?now=never",
        "/badge.svg?page=/never/visited&color=fff",
        "/badge.svg?color=nothing",
        "/visits/export.csv",
        "/nothing",
        "/visits?tail=x",
    ] {
        let get = site.client().get(target);
        let head = site.client().request(&Method::HEAD, target, &[]);
        assert_eq!(head.status, get.status, "{target}");
        assert!(head.body.is_empty(), "{target}");
        for header in ["content-type", "content-length", "cache-control", "vary", "x-content-type-options"] {
            assert_eq!(head.header(header), get.header(header), "{header} of {target}");
        }
    }
}

#[test]
fn head_leaves_the_connection_in_order() {
    let site = Site::find();
    let client = site.client();
    for target in RESOURCES {
        assert_eq!(client.request(&Method::HEAD, target, &[("accept", "*/*")]).status, 200, "{target}");
        assert_eq!(client.get("/healthz").text(), "ok\n", "after HEAD {target}");
    }
}
