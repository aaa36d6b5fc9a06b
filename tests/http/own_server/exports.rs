//! Exports of the log.

use http::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::server::{Server, Setup};
use crate::volume::insert;

pub const TOKEN: &str = "Xyzzy-0123456789/+=~._";
pub const BEARER: (&str, &str) = ("authorization", "Bearer Xyzzy-0123456789/+=~._");
const AT: i64 = 1_774_746_000_000_000;

/// A server that has these visits, a minute apart.
fn with_visits(setup: Setup, pages: &[&str]) -> Server {
    let server = setup.variable("export_token", TOKEN).start();
    assert_eq!(server.client().get("/readyz").status, 200);
    let visits = pages.iter().zip(0..).map(|(page, minute)| (AT + minute * 60_000_000 + 42, *page));
    insert(&mut server.volume().open(), visits);
    server
}

fn export(client: &Client, target: &str) -> Answer {
    let answer = client.get_with(target, &[BEARER]);
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    answer
}

/// The rows of an export in NDJSON.
pub fn ndjson(body: &str) -> Vec<Value> {
    assert!(body.is_empty() || body.ends_with('\n'), "the last line is no line");
    body.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The rows of an export in CSV, in the shape of the other.
fn csv(body: &[u8]) -> Vec<Value> {
    let mut reader = csv::ReaderBuilder::new().terminator(csv::Terminator::CRLF).from_reader(body);
    assert_eq!(reader.headers().expect("a header"), ["id", "at", "page"].as_slice());
    let records = reader.into_records().map(|record| {
        let record = record.expect("a record");
        json!({ "id": record[0].parse::<i64>().expect("an id"), "at": record[1], "page": record[2] })
    });
    records.collect()
}

#[test]
fn an_export_has_the_whole_log_oldest_first() {
    let pages = ["/", "/a", "/", "/b,c", "/\"quoted\"", "/caf\u{e9}", "/ b ", "(other)", "/a;b\\c'"];
    let server = with_visits(Setup::new().variable("timezone", "Europe/Moscow"), &pages);
    let client = server.client();
    let expected: Vec<_> = pages
        .iter()
        .zip(0..)
        .map(|(page, place)| json!({ "id": place + 1, "at": format!("2026-03-29T01:{place:02}:00.000042+00:00"), "page": page }))
        .collect();
    let answer = export(&client, "/visits/export.ndjson");
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(ndjson(answer.text()), expected);
    let first = "{\"id\":1,\"at\":\"2026-03-29T01:00:00.000042+00:00\",\"page\":\"/\"}\n";
    assert!(answer.text().starts_with(first), "{}", answer.text());
    let answer = export(&client, "/visits/export.csv");
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(csv(&answer.body), expected);
    let text = answer.text();
    assert!(text.starts_with("id,at,page\r\n1,2026-03-29T01:00:00.000042+00:00,/\r\n"), "{text}");
    assert!(text.contains(",\"/b,c\"\r\n") && text.contains(",\"/\"\"quoted\"\"\"\r\n"), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(text.ends_with("\r\n"), "{text}");
}

#[test]
fn an_export_is_an_attachment_that_nobody_keeps() {
    let server = with_visits(Setup::new().variable("replica", "footfall-0"), &["/"]);
    for name in ["csv", "ndjson"] {
        let target = format!("/visits/export.{name}");
        let answer = export(&server.client(), &target);
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"visits-footfall-0.{name}\""));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("vary"), "Accept");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-visit"), "", "an export is no visit");
        let head = server.client().request(&Method::HEAD, &target, &[BEARER]);
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("content-type"), answer.header("content-type"));
        for method in [Method::POST, Method::DELETE] {
            let answer = server.client().request(&method, &target, &[BEARER]);
            answer.problem(405);
            assert_eq!(answer.header("allow"), "GET, HEAD");
        }
        server.client().get_with(&target, &[BEARER, ("accept", "image/png")]).problem(406);
    }
    assert_eq!(server.client().count(""), 1);
}

#[test]
fn an_export_of_nothing_is_empty_and_not_missing() {
    let server = Setup::new().variable("export_token", TOKEN).start();
    assert_eq!(export(&server.client(), "/visits/export.ndjson").text(), "");
    assert_eq!(export(&server.client(), "/visits/export.csv").text(), "id,at,page\r\n");
}

#[test]
fn an_export_is_of_a_range_and_of_a_page() {
    let server = with_visits(Setup::new().at("2026-03-29T01:10:00Z"), &["/", "/a", "/", "/a", "/", "/(b)"]);
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
        ("page=/none", &[]),
        ("since=0s", &[]),
        ("since=2026-03-29T01:02:00Z&until=2026-03-29T01:02:00Z", &[]),
    ] {
        let rows = ndjson(export(&client, &format!("/visits/export.ndjson?{query}")).text());
        assert!(rows.iter().map(|row| &row["id"]).eq(ids), "{query}: {rows:?}");
        let rows = csv(&export(&client, &format!("/visits/export.csv?{query}")).body);
        assert!(rows.iter().map(|row| &row["id"]).eq(ids), "{query}: {rows:?}");
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
fn only_the_token_opens_the_export() {
    let server = with_visits(Setup::new(), &["/"]);
    let client = server.client();
    let longer = format!("Bearer {TOKEN}x");
    let twice = format!("Bearer {TOKEN} {TOKEN}");
    for target in ["/visits/export.ndjson", "/visits/export.csv"] {
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

#[test]
fn a_large_log_is_streamed_whole() {
    let server = with_visits(Setup::new(), &[]);
    server
        .volume()
        .open()
        .execute_batch(&format!(
            "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 60000)
             INSERT INTO visits (at, page) SELECT {AT} + n * 1000000, '/page/' || (n % 7) FROM number;
             DELETE FROM visits WHERE id % 1000 = 17 OR id BETWEEN 30000 AND 34999;"
        ))
        .expect("visits");
    let expected: Vec<_> = (1..=60_000i64).filter(|id| id % 1000 != 17 && !(30_000..35_000).contains(id)).collect();
    let client = server.client();
    let rows = csv(&export(&client, "/visits/export.csv").body);
    assert!(rows.iter().map(|row| &row["id"]).eq(&expected), "not each once, in order: {}", rows.len());
    let answer = export(&client, "/visits/export.ndjson");
    assert!(!answer.headers.contains_key("content-length"));
    let rows = ndjson(answer.text());
    assert!(rows.iter().map(|row| &row["id"]).eq(&expected), "not each once, in order: {}", rows.len());
    let rows = ndjson(export(&client, "/visits/export.ndjson?page=/page/3").text());
    let of_page = expected.iter().filter(|id| *id % 7 == 3);
    assert!(rows.iter().map(|row| &row["id"]).eq(of_page), "not each once, in order: {}", rows.len());
    let rows = ndjson(export(&client, "/visits/export.ndjson?since=2026-03-29T17:30:00Z").text());
    assert_eq!(rows.len(), 601);
}
