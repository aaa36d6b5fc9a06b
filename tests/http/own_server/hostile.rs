//! What somebody with bad intentions may send, and may call things.

use std::thread;

use super::exports::{BEARER, TOKEN};
use crate::any_server::escape;
use crate::any_server::picture::{svg, title};
use crate::server::{Server, Setup};
use crate::volume::insert;

const AT: i64 = 1_774_746_000_000_000;
/// Markup, quotes, an end of CDATA, what turns the direction of text, and a line of metrics.
const NAMES: [&str; 5] = [
    "<script>alert(1)</script>",
    "\"'><svg onload=alert(1)>",
    "]]>&amp;&#0;",
    "\u{202e}gnp.exe\u{1f463}",
    "}\\\" 1\\nfootfall_visits_total 9",
];

#[test]
fn a_name_of_anything_makes_no_broken_answer() {
    for name in NAMES {
        let page = format!("/{name}");
        let setup = Setup::new().variable("replica", name).variable("export_token", TOKEN);
        let server = setup.at("2026-03-29T01:30:00Z").start();
        let client = server.client();
        client.get("/readyz");
        insert(&mut server.volume().open(), [(AT, page.as_str())]);
        let page = escape(&page);
        for (target, accept) in [
            (format!("/visits/histogram?page={page}"), "image/svg+xml"),
            (format!("/visits/histogram?page={page}&tz=Asia/Kathmandu&bucket=day"), "image/svg+xml"),
            (format!("/badge.svg?page={page}"), "*/*"),
        ] {
            let answer = client.get_with(&target, &[("accept", accept)]);
            assert_eq!(answer.status, 200, "{target}: {}", answer.text());
            assert!(!title(&svg(answer.text())).is_empty(), "{target}");
        }
        for target in ["/visits/histogram", "/visits/summary", "/visits?tail=1", "/visits/count"] {
            let answer = client.json(target);
            assert_eq!(answer["replica"], name, "{target}");
        }
        assert_eq!(client.json("/visits/summary")["pages"][0]["page"], format!("/{name}"));
        let html = client.get_with(&format!("/visits?page={page}"), &[("accept", "text/html")]);
        assert_eq!(html.status, 200);
        for part in ["<script", "<svg onload", " onload=alert(1)>"] {
            assert!(!html.text().contains(part), "{part} in {}", html.text());
        }
        super::metrics_lint::lint(client.get("/metrics").text());
        // The name of the file has to fit into a header, whatever the replica is called.
        let export = client.get_with("/visits/export.ndjson", &[BEARER]);
        assert_eq!(export.status, 200);
        let disposition = export.headers["content-disposition"].as_bytes();
        assert!(disposition.starts_with(b"attachment; filename=\"visits-"), "{disposition:?}");
        let file = disposition.strip_prefix(b"attachment; filename=\"").expect("a name of a file");
        let end = file.iter().position(|byte| *byte == b'"').expect("the end of the name");
        let rest = &file[end + 1..];
        assert!(
            file[..end].ends_with(b".ndjson") && (rest.is_empty() || rest.starts_with(b"; filename*=")),
            "{disposition:?}"
        );
        assert!(file[..end].iter().all(|byte| (b' '..=b'~').contains(byte)), "{disposition:?}");
    }
}

#[test]
fn pages_without_end_fill_nothing() {
    let server = Setup::new().variable("max_pages", "10").start();
    thread::scope(|scope| {
        for thread in 0..8 {
            let client = server.client();
            scope.spawn(move || {
                for number in 0..64 {
                    let answer = client.get(&format!("/count.gif?page=/{thread}/{number}&{number}"));
                    assert!(answer.recorded().is_some(), "{}", answer.status);
                }
            });
        }
    });
    let client = server.client();
    assert_eq!(client.count(""), 512);
    assert_eq!(client.count("page=(other)"), 502);
    server.volume().open().execute("UPDATE watermarks SET tallied = 512", []).expect("a watermark");
    assert_eq!(server.volume().audit(), 512);
    let pages: i64 =
        server.volume().open().query_row("SELECT count(*) FROM pages", [], |row| row.get(0)).expect("a number");
    assert_eq!(pages, 11, "ten, and (other)");
    assert!(client.get("/metrics").text().contains("\nfootfall_pages 10\n"));
    let summary = client.json("/visits/summary");
    let pages = summary["pages"].as_array().expect("pages");
    assert_eq!(
        (pages.len(), &pages[0]["page"], &pages[0]["visits"]),
        (11, &"(other)".into(), &502.into()),
        "{summary}"
    );
}

#[test]
fn a_request_of_thousands_of_parameters_is_answered_at_once() {
    let server = Server::start();
    let client = server.client();
    let different = (0..1100).map(|number| format!("p{number}=")).collect::<Vec<_>>().join("&");
    for (target, statuses) in [("/count.gif", [200]), ("/badge.svg", [400]), ("/visits/histogram", [400]), ("/", [200])]
    {
        let start = std::time::Instant::now();
        for _ in 0..100 {
            let answer = client.get(&format!("{target}?{different}"));
            assert!(statuses.contains(&answer.status), "{target}: {}", answer.status);
        }
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "{target}: {:?}", start.elapsed());
    }
}

#[test]
fn the_largest_histograms_are_answered_and_bounded() {
    let server = Setup::new().at("2026-03-29T01:30:00Z").start();
    let client = server.client();
    client.visit();
    for (bucket, since, number) in [("minute", "24h", 1441), ("hour", "366d", 8785), ("day", "10000d", 10001)] {
        for (accept, most) in [("application/json", 1 << 20), ("text/plain", 1 << 20), ("image/svg+xml", 4 << 20)] {
            let target = format!("/visits/histogram?bucket={bucket}&since={since}&until=0s");
            let answer = client.get_with(&target, &[("accept", accept)]);
            assert_eq!(answer.status, 200, "{target} as {accept}");
            assert!(answer.body.len() < most, "{} bytes: {target} as {accept}", answer.body.len());
            match accept {
                "application/json" => {
                    let buckets = answer.json()["buckets"].as_array().map_or(0, Vec::len);
                    assert!((number - 1..=number).contains(&buckets), "{buckets} for {target}");
                }
                "text/plain" => assert!(answer.text().lines().count() >= number - 1),
                _ => assert!(crate::any_server::picture::bars(&svg(answer.text())).len() >= number - 1),
            }
        }
    }
}
