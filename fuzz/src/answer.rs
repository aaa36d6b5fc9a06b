//! What holds of the answer to any request.

use std::pin::pin;

use footfall::config::Invalid;
use footfall::web::{self, App};
use futures::FutureExt;
use http::header::ACCEPT;
use http::request::Parts;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, Empty};
use serde_json::Value;

use crate::expected::{self, Setup};
use crate::markup;

/// The longest answer without a database is the description of the interface.
const MAX_BODY_BYTES: usize = 128 << 10;

/// An answer as it is sent.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Answers a request, and checks the answer.
pub fn check(app: &Result<App, Invalid>, setup: Setup, request: &Parts) {
    // There is neither a database nor a peer to wait for, so that a few polls are enough.
    let mut answer = pin!(web::answer(app, request, Empty::new()));
    let response = (0..10).find_map(|_| answer.as_mut().now_or_never()).expect("an answer soon");
    let (head, body) = response.into_parts();
    let body = body.collect().now_or_never().expect("a body at once").expect("a body");
    let answer = Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes().to_vec() };
    let path = request.uri.path();
    let expected = expected::statuses(request, setup);
    assert!(expected.contains(&answer.status), "{} in place of {expected:?}", answer.status);
    assert!(answer.status != 406 || request.headers.contains_key(ACCEPT), "a 406 without Accept");
    answer.check_headers(path);
    answer.check_visit(request);
    match (path, answer.status) {
        ("/footfall.gif", _) => assert!(answer.body.starts_with(b"GIF89a"), "not an image"),
        ("/badge.svg", _) => markup::check_svg(answer.text()),
        ("/visits/histogram", 200) if answer.header("content-type") == "image/svg+xml" => {
            markup::check_svg(answer.text());
        }
        (_, 204 | 308) => assert!(answer.body.is_empty(), "a body"),
        (_, 200) => {
            assert!(expected::formats(path).is_some_and(|formats| formats.contains(&answer.header("content-type"))));
        }
        _ if answer.header("content-type") == "text/html; charset=utf-8" => markup::check_html(answer.text()),
        _ => answer.check_problem(),
    }
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("visible ASCII"))
    }

    fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("UTF-8")
    }

    fn check_headers(&self, path: &str) {
        let length = if self.status == 204 { String::new() } else { self.body.len().to_string() };
        assert_eq!(self.header("content-length"), length);
        assert_eq!(self.header("x-robots-tag"), "noindex");
        assert!(self.body.len() <= MAX_BODY_BYTES, "{} bytes", self.body.len());
        assert_eq!((self.header("vary"), self.header("x-content-type-options")), ("Accept", "nosniff"));
        assert!(self.headers.keys().all(|name| self.headers.get_all(name).iter().count() == 1), "a header comes twice");
        assert!(
            self.headers.values().all(|value| value.to_str().is_ok_and(|value| !value.is_empty())),
            "an odd header"
        );
        let content_type = match path {
            "/footfall.gif" => "image/gif",
            "/badge.svg" => "image/svg+xml",
            _ if [200, 204, 308].contains(&self.status) => self.header("content-type"),
            // A page for a browser.
            _ if self.header("content-type").starts_with("text/html") => "text/html; charset=utf-8",
            _ => "application/problem+json",
        };
        assert_eq!(self.header("content-type"), content_type);
        if self.status >= 400 {
            assert_eq!(self.header("cache-control"), "no-store");
        }
        for (status, name) in [(401, "www-authenticate"), (405, "allow"), (503, "retry-after")] {
            assert_eq!(self.headers.contains_key(name), self.status == status, "{name} with {}", self.status);
        }
    }

    /// No request is recorded, and a request that is not a visit is answered with the reason.
    fn check_visit(&self, request: &Parts) {
        let is_visit = request.method != Method::OPTIONS && ["/footfall.gif", "/visit"].contains(&request.uri.path());
        let reason = self.header("x-visit").strip_prefix("ignored; reason=");
        let is_ignored = is_visit && [200, 204].contains(&self.status);
        assert_eq!((reason.is_some(), self.headers.contains_key("x-visit")), (is_ignored, is_ignored));
        let reasons = expected::reasons(request);
        assert!(!is_ignored || reasons.contains(&reason), "{reason:?}, and not one of {reasons:?}");
    }

    /// RFC 9457, with a sentence for a person.
    fn check_problem(&self) {
        let problem: Value = serde_json::from_str(self.text()).expect("JSON");
        assert_eq!((&problem["type"], &problem["status"]), (&"about:blank".into(), &self.status.into()));
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()));
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.ends_with('.') && detail.contains(' '), "not a sentence: {detail}");
        assert!(detail.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{detail:?} has a part of the request");
        if let Some(parameter) = problem.get("parameter") {
            assert!(self.status == 400 && parameter.as_str().is_some_and(|name| detail.contains(&format!("`{name}`"))));
        }
    }
}
