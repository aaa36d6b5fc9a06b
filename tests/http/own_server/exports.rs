//! Exports of the log.

use http::Method;
use serde_json::{Value, json};

use super::{AT, MINUTE, with_visits};
use crate::client::{Answer, Client};
use crate::server::{Server, Setup};
use crate::volume::prune;

pub const TOKEN: &str = "Xyzzy-0123456789/+=~._";
pub const BEARER: (&str, &str) = ("authorization", "Bearer Xyzzy-0123456789/+=~._");

const EXPORTS: [&str; 2] = ["/visits/export.ndjson", "/visits/export.csv"];

/// A server with visits to these pages, a minute apart.
fn with_pages(pages: &[&'static str]) -> Server {
    let setup = Setup::new().variable("export_token", TOKEN).variable("replica", "footfall-0");
    let setup = setup.variable("timezone", "Europe/Moscow").at("2026-03-29T01:10:00Z");
    with_visits(setup, pages.iter().zip(0..).map(|(page, minute)| (AT + minute * MINUTE + 42, *page)))
}

/// The rows of an export, in the shape of NDJSON, without the id of the database, which each has.
pub fn export(client: &Client, target: &str) -> (Answer, Vec<Value>) {
    let answer = client.get_with(target, &[BEARER]);
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    let mut rows = if target.contains("csv") { csv(&answer.body) } else { ndjson(answer.text()) };
    let id = client.json("/replica")["id"].take();
    for row in &mut rows {
        assert_eq!(row.as_object_mut().expect("a row").remove("database").as_ref(), Some(&id));
    }
    (answer, rows)
}

pub fn ndjson(body: &str) -> Vec<Value> {
    assert!(body.is_empty() || body.ends_with('\n'), "the last line is no line");
    body.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn csv(body: &[u8]) -> Vec<Value> {
    let mut reader = csv::ReaderBuilder::new().terminator(csv::Terminator::CRLF).from_reader(body);
    assert_eq!(reader.headers().expect("a header"), ["id", "at", "page", "database"].as_slice());
    let records = reader.into_records().map(|record| {
        let record = record.expect("a record");
        let id = record[0].parse::<i64>().expect("an id");
        json!({ "id": id, "at": record[1], "page": record[2], "database": record[3] })
    });
    records.collect()
}

#[test]
fn an_export_has_the_log_oldest_first_and_is_an_attachment_that_nobody_keeps() {
    let pages = ["/", "/a", "/", "/b,c", "/\"quoted\"", "/caf\u{e9}", "/ b ", "(other)", "/a;b\\c'"];
    let server = with_pages(&pages);
    let client = server.client();
    let at = |minute: usize| format!("2026-03-29T01:{minute:02}:00.000042+00:00");
    let visit = |(minute, page): (usize, &&str)| json!({ "id": minute + 1, "at": at(minute), "page": page });
    let expected: Vec<_> = pages.iter().enumerate().map(visit).collect();
    for (target, content_type) in
        EXPORTS.into_iter().zip(["application/x-ndjson", "text/csv; charset=utf-8; header=present"])
    {
        let (answer, rows) = export(&client, target);
        assert_eq!(rows, expected, "{target}");
        let name = target.replace("/visits/export", "visits-footfall-0");
        for (header, value) in [
            ("content-type", content_type),
            ("content-disposition", &format!("attachment; filename=\"{name}\"")),
            ("cache-control", "no-store"),
            ("vary", "Accept"),
            ("x-content-type-options", "nosniff"),
            ("content-length", ""),
            ("x-visit", ""),
        ] {
            assert_eq!(answer.header(header), value, "{header} of {target}");
        }
        let head = client.request(&Method::HEAD, target, &[BEARER]);
        assert_eq!((head.status, head.body.len(), head.header("content-type")), (200, 0, content_type));
        for method in [Method::POST, Method::DELETE] {
            let answer = client.request(&method, target, &[BEARER]);
            answer.problem(405);
            assert_eq!(answer.header("allow"), "GET, HEAD");
        }
        client.get_with(target, &[BEARER, ("accept", "image/png")]).problem(406);
        assert_eq!(export(&client, &format!("{target}?page=/none")).1, [] as [Value; 0]);
    }
    assert_eq!(client.count(""), 9, "an export is no visit");
}

#[test]
fn an_export_is_of_a_range_and_of_a_page() {
    let server = with_pages(&["/", "/a", "/", "/a", "/", "/(b)"]);
    let client = server.client();
    for (query, ids) in [
        ("since=2026-03-29T01:02:00.000042Z", &[3, 4, 5, 6][..]),
        ("since=2026-03-29T01:02:00.000043Z", &[4, 5, 6]),
        ("until=2026-03-29T01:02:00.000042Z", &[1, 2]),
        ("since=2026-03-29T04:01:00%2B03:00&until=2026-03-29T04:03:01%2B03:00", &[2, 3, 4]),
        ("since=7m", &[4, 5, 6]),
        ("until=6m", &[1, 2, 3, 4]),
        ("page=/a", &[2, 4]),
        ("page=/a&since=8m", &[4]),
        ("since=0s", &[]),
    ] {
        for target in EXPORTS {
            let (_, rows) = export(&client, &format!("{target}?{query}"));
            assert!(rows.iter().map(|row| &row["id"]).eq(ids), "{query}: {rows:?}");
        }
    }
    for (query, parameter) in [
        ("since=x", "since"),
        ("until=", "until"),
        ("page=blog", "page"),
        ("page=/&page=/", "page"),
        ("since=1h&until=2h", "since"),
    ] {
        let problem = client.get_with(&format!("/visits/export.csv?{query}"), &[BEARER]).problem(400);
        assert_eq!(problem["parameter"], parameter);
    }
    for query in ["tz=UTC", "scope=replica", "tail=3", "token=x"] {
        client.get_with(&format!("/visits/export.ndjson?{query}"), &[BEARER]).problem(400);
    }
}

#[test]
fn an_export_goes_on_after_a_visit_unless_the_log_does_not() {
    let server = with_pages(&["/", "/a", "/", "/a", "/", "/b"]);
    let client = server.client();
    let check = |after: &str, expected: Result<&[i64], i64>| {
        for target in EXPORTS.map(|target| format!("{target}?{after}")) {
            match expected {
                Ok(ids) => assert!(export(&client, &target).1.iter().map(|row| &row["id"]).eq(ids), "{target}"),
                Err(first) => assert_eq!(client.get_with(&target, &[BEARER]).problem(410)["first"], first, "{target}"),
            }
        }
    };
    check("after=0", Ok(&[1, 2, 3, 4, 5, 6]));
    check("after=4", Ok(&[5, 6]));
    check("after=2&page=/a", Ok(&[4]));
    check("after=6", Ok(&[]));
    // Its log never had such a visit: it is of another database.
    check("after=7", Err(1));
    prune(&server.volume().open(), 3);
    check("after=2", Err(4));
    check("after=3", Ok(&[4, 5, 6]));
    check("", Ok(&[4, 5, 6]));
    for after in ["-1", "", "x", "9223372036854775808"] {
        let problem = client.get_with(&format!("{}?after={after}", EXPORTS[0]), &[BEARER]).problem(400);
        assert_eq!(problem["parameter"], "after");
    }
}

#[test]
fn only_the_token_opens_the_export() {
    let server = with_pages(&["/"]);
    let client = server.client();
    let longer = format!("Bearer {TOKEN}x");
    let twice = format!("Bearer {TOKEN} {TOKEN}");
    for target in EXPORTS {
        for (authorization, invalid) in [
            (None, false),
            (Some("Basic dXNlcjpwYXNz"), false),
            (Some(TOKEN), false),
            (Some("Bearer"), false),
            (Some("Bearer "), false),
            (Some("Bearer nonsense"), true),
            (Some("Bearer xyzzy-0123456789/+=~._"), true),
            (Some("Bearer Xyzzy-0123456789/+=~."), true),
            (Some(longer.as_str()), true),
            (Some(twice.as_str()), true),
        ] {
            let headers: Vec<_> = authorization.map(|value| ("authorization", value)).into_iter().collect();
            // What else is wrong is told to those who have the token.
            for query in ["", "?x=y", "?since=x"] {
                let answer = client.get_with(&format!("{target}{query}"), &headers);
                answer.problem(401);
                let challenge = answer.header("www-authenticate");
                let expected = if invalid { ", error=\"invalid_token\"" } else { "" };
                assert_eq!(challenge, format!("Bearer realm=\"footfall\"{expected}"), "{authorization:?}");
                assert!(!answer.text().contains("Xyzzy"), "{}", answer.text());
            }
        }
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let authorization = format!("{scheme} {TOKEN}");
            assert_eq!(client.get_with(target, &[("authorization", &authorization)]).status, 200, "{scheme}");
        }
    }
    assert!(!server.log().contains("yzzy"), "{}", server.log());
}
