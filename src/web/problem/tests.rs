use std::fmt::Write;

use futures::FutureExt;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http_body_util::BodyExt;
use insta::assert_snapshot;

use super::*;
use crate::config::Invalid;
use crate::store::Error;

/// A problem of each kind that has no cause within the app.
fn problems() -> [Problem; 19] {
    [
        Problem::BadParameter { parameter: "tail", expected: "a number from 1 to 1000" },
        Problem::UnknownParameter(&["since", "until"]),
        Problem::UnknownParameter(&[]),
        Problem::NotFound { paths: "/, /footfall.gif, /visit".to_owned() },
        Problem::NoToken,
        Problem::Private,
        Problem::Unauthorized { wrong: false },
        Problem::Unauthorized { wrong: true },
        Problem::MethodNotAllowed { allow: "GET, HEAD" },
        Problem::MethodNotAllowed { allow: "DELETE" },
        Problem::NotAcceptable(&[Format::Text, Format::Html, Format::OpenMetrics]),
        Problem::UriTooLong,
        Problem::Gone { first: 501 },
        Problem::BadUpload(Wrong { line: 7, what: "it is too long" }),
        Problem::LongVisit,
        Problem::TooLarge,
        Problem::Conflict("A later backup of this replica was imported: upload the latest one."),
        Problem::Busy,
        Problem::Misconfigured(Invalid { variable: "timezone", expected: "an IANA time zone" }),
    ]
}

/// The volume is one that SQLite cannot use.
fn unsuitable() -> Problem {
    Problem::unavailable("This replica is not ready")(Error::Volume("locking protocol".to_owned()))
}

fn unavailable() -> Problem {
    Problem::unavailable("The visits could not be counted")(Error::Failed("disk I/O error".to_owned()))
}

fn respond(problem: Problem, format: Format) -> (StatusCode, HeaderMap, Vec<u8>) {
    let (head, body) = problem.into_response(format).into_parts();
    let body = body.collect().now_or_never().expect("a complete body").expect("a body");
    (head.status, head.headers, body.to_bytes().to_vec())
}

#[test]
fn problems_are_as_in_the_snapshot() {
    let mut text = String::new();
    for problem in problems().into_iter().chain([unavailable(), unsuitable()]) {
        let (status, headers, body) = respond(problem, Format::Problem);
        writeln!(text, "{status}").expect("a line");
        for (name, value) in &headers {
            writeln!(text, "{name}: {}", value.to_str().expect("text")).expect("a line");
        }
        writeln!(text, "\n{}", str::from_utf8(&body).expect("UTF-8")).expect("a line");
    }
    assert_snapshot!("problems", text);
}

#[test]
fn an_unavailable_database_is_a_503_that_tells_when_to_retry_and_no_more() {
    let (status, headers, body) = respond(unavailable(), Format::Problem);
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(headers[RETRY_AFTER], RETRY_AFTER_SECONDS);
    assert!(!String::from_utf8_lossy(&body).contains("I/O"));
}

#[test]
fn a_problem_has_the_same_status_in_each_format() {
    for (format, content_type, begin) in [
        (Format::Gif, "image/gif", "GIF89a"),
        (Format::Svg, "image/svg+xml", "<svg "),
        (Format::Html, "text/html; charset=utf-8", "<!DOCTYPE html>"),
    ] {
        let (status, headers, body) = respond(unavailable(), format);
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{format:?}");
        assert_eq!(headers[CONTENT_TYPE], content_type);
        assert_eq!(headers[CACHE_CONTROL], "no-store", "{format:?}");
        assert_eq!(headers[RETRY_AFTER], RETRY_AFTER_SECONDS, "{format:?}");
        assert!(body.starts_with(begin.as_bytes()), "{format:?}");
    }
}

#[test]
fn a_page_says_what_a_problem_is_without_markup_of_others() {
    let (.., body) = respond(Problem::NotFound { paths: "/<b>".to_owned() }, Format::Html);
    let text = String::from_utf8(body).expect("UTF-8");
    assert!(text.contains("<h1>Not Found</h1><p>Nothing is here: ask for /&lt;b&gt;.</p>"), "{text}");
}
