//! What all routes have in common: the choice of a format, the headers of every answer, and HEAD.

use http::Method;
use openmetrics_parser::{openmetrics, prometheus};

use super::unusual::request;
use super::{RESOURCES, Site};
use crate::wire::Wire;

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const SVG: &str = "image/svg+xml";
const GIF: &str = "image/gif";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What browsers send for a page and for an image.
const PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
const IMAGE: &str = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";

/// What Prometheus sends: version 2, version 3, and version 3 with native histograms.
const PROMETHEUS_2: &str = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const PROMETHEUS_3: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
const PROTOBUF: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

#[test]
fn each_client_gets_the_format_that_it_prefers() {
    let site = Site::find();
    for (target, accept, content_type) in [
        ("/", PAGE, HTML),
        ("/", "", TEXT),
        ("/", "text/plain;q=0.5, application/json;q=0.6", JSON),
        ("/", "image/png, */*;q=0.1", TEXT),
        ("/visits", PAGE, HTML),
        ("/visits", "text/html;q=0.7, */*;q=0.8", TEXT),
        ("/visits/count", "application/json;q=0.9, text/plain;q=0.8", JSON),
        ("/visits/histogram", PAGE, JSON),
        ("/visits/histogram", IMAGE, SVG),
        ("/visits/summary", PAGE, JSON),
        ("/pages", PAGE, HTML),
        ("/pages", "text/csv, */*;q=0.1", "text/csv; charset=utf-8; header=present"),
        ("/badge.svg", IMAGE, SVG),
        ("/footfall.gif", IMAGE, GIF),
        ("/footfall.gif", "IMAGE/GIF", GIF),
        ("/metrics", "text/plain;version=0.0.4;q=1,*/*;q=0.1", PROMETHEUS),
        ("/metrics", "application/openmetrics-text;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.5", PROMETHEUS),
        ("/metrics", PROMETHEUS_2, OPEN_METRICS),
        ("/metrics", PROMETHEUS_3, OPEN_METRICS),
        ("/metrics", PROTOBUF, OPEN_METRICS),
    ] {
        let answer = site.get_with(target, &[("accept", accept)]);
        assert_eq!((answer.status, answer.header("content-type")), (200, content_type), "{target} as {accept:?}");
        match content_type {
            PROMETHEUS => _ = prometheus::parse_prometheus(answer.text()).expect("metrics"),
            OPEN_METRICS => _ = openmetrics::parse_openmetrics(answer.text()).expect("metrics"),
            _ => (),
        }
    }
    let headers = [("accept", "image/png"), ("accept", "application/json")];
    assert_eq!(site.get_with("/visits", &headers).header("content-type"), JSON, "two headers are one list");
}

#[test]
fn every_answer_says_its_exact_length_and_what_it_depends_on() {
    let site = Site::find();
    let others = ["/nothing", "/visits?tail=0", "/visits?tail=1000", "/visits/export.csv"];
    for target in RESOURCES.into_iter().chain(others) {
        for accept in ["*/*", "application/json", "text/html", "image/*"] {
            let mut wire = Wire::connect(&site.url);
            let headers = [&format!("accept: {accept}"), "connection: close"];
            wire.send(request(&site, &format!("GET {target} HTTP/1.1"), &headers));
            let answer = wire.answer().expect("an answer");
            assert!(answer.headers.contains_key("content-length"), "{target} as {accept}");
            assert_eq!(wire.read_to_end(), b"", "{target} as {accept} has more than Content-Length says");
            assert_eq!(answer.header("vary"), "Accept", "{target} as {accept}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{target} as {accept}");
            assert_eq!(answer.header("x-robots-tag"), "noindex", "{target} as {accept}");
            assert!(!answer.headers.contains_key("set-cookie"), "{target} as {accept}");
            assert!(
                answer.header("x-visit").is_empty() || ["/", "/footfall.gif"].contains(&target),
                "{target} is a visit"
            );
        }
    }
}

#[test]
fn head_is_get_without_a_body() {
    let site = Site::find();
    // These answers do not change.
    for target in [
        "/healthz",
        "/version",
        "/visits/count?since=9999-12-31T23:59:59Z",
        "/visits/histogram?since=2026-03-29T00:00:00Z&until=2026-03-29T00:00:00Z",
        "/badge.svg?page=/never/visited&color=fff",
        "/badge.svg?color=nothing",
        "/visits/export.csv",
        "/nothing",
        "/visits?tail=x",
    ] {
        let (get, head) = (site.get(target), site.request(&Method::HEAD, target, &[]));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{target}");
        for header in ["content-type", "content-length", "cache-control", "vary", "x-content-type-options"] {
            assert_eq!(head.header(header), get.header(header), "{header} of {target}");
        }
    }
    for target in RESOURCES {
        assert_eq!(site.request(&Method::HEAD, target, &[]).status, 200, "{target}");
        assert_eq!(site.get("/healthz").text(), "ok\n", "over the same connection, after HEAD {target}");
    }
}
