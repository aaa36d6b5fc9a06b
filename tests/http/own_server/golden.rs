//! Answers byte by byte, as the files in `tests/http/golden` have them. `UPDATE_GOLDEN=1` writes the files anew, to be
//! looked at before they are committed.

use std::{env, fs};

use chrono::DateTime;

use super::exports::{BEARER, TOKEN};
use crate::server::{Server, Setup};
use crate::volume::insert;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/http/golden");

/// Each file, and what to ask for.
const FILES: [(&str, &str, &str); 15] = [
    ("histogram.json", "/visits/histogram", "application/json"),
    ("histogram.txt", "/visits/histogram", "text/plain"),
    ("histogram.svg", "/visits/histogram", "image/svg+xml"),
    ("histogram-days.txt", "/visits/histogram?bucket=day&tz=America/New_York", "text/plain"),
    ("histogram-days.svg", "/visits/histogram?bucket=day&page=/blog/%3Cx%3E", "image/svg+xml"),
    ("histogram-minutes.svg", "/visits/histogram?bucket=minute", "image/svg+xml"),
    ("histogram-empty.svg", "/visits/histogram?page=/never", "image/svg+xml"),
    ("badge.svg", "/badge.svg", "*/*"),
    ("badge-label.svg", "/badge.svg?label=blog%20%26%20readers&color=green&page=/blog/%3Cx%3E", "*/*"),
    ("badge-error.svg", "/badge.svg?color=nothing", "*/*"),
    ("summary.json", "/visits/summary?tail=3", "*/*"),
    ("export.csv", "/visits/export.csv?since=2h", "*/*"),
    ("export.ndjson", "/visits/export.ndjson?since=2h", "*/*"),
    ("metrics.txt", "/metrics", "text/plain"),
    ("openmetrics.txt", "/metrics", "application/openmetrics-text"),
];

/// A server at a fixed time, with some four hundred visits of the five weeks before.
fn server() -> Server {
    let setup = Setup::new().variable("replica", "footfall-0").variable("timezone", "Europe/Moscow");
    let server = setup.variable("export_token", TOKEN).at("2026-11-23T14:20:30.5Z").start();
    let client = server.client();
    client.get("/readyz");
    let now = DateTime::parse_from_rfc3339("2026-11-23T14:20:30Z").expect("a time").timestamp_micros();
    let pages = ["/", "/", "/blog/<x>", "/", "/a,b", "/caf\u{e9}"];
    // Ever more of them: the gaps become shorter, from hours to minutes.
    let ages = (1..=400i64).rev().map(|place| place * place * 19_000_000 + place % 7);
    insert(&mut server.volume().open(), ages.zip(pages.iter().cycle()).map(|(age, page)| (now - age, *page)));
    for header in [("user-agent", "kube-probe/1.37"), ("purpose", "prefetch"), ("purpose", "prefetch")] {
        client.get_with("/", &[header]);
    }
    server
}

/// What may differ from one version, or one disk, to the next.
fn without_what_varies(text: &str) -> String {
    let mut lines = String::new();
    for line in text.split_inclusive('\n') {
        match line {
            _ if line.starts_with("footfall_database_bytes ") => lines.push_str("footfall_database_bytes BYTES\n"),
            _ if line.starts_with("footfall_build_info{") => {
                lines.push_str("footfall_build_info{version=\"VERSION\"} 1\n");
            }
            _ => lines.push_str(line),
        }
    }
    lines
}

#[test]
fn answers_are_as_the_golden_files_have_them() {
    let server = server();
    let client = server.client();
    let update = env::var_os("UPDATE_GOLDEN").is_some_and(|value| !value.is_empty());
    let mut different = Vec::new();
    for (file, target, accept) in FILES {
        let answer = client.get_with(target, &[("accept", accept), BEARER]);
        assert_eq!(answer.status, if file == "badge-error.svg" { 400 } else { 200 }, "{target}: {}", answer.text());
        let text = without_what_varies(answer.text());
        let path = format!("{DIRECTORY}/{file}");
        if update {
            fs::create_dir_all(DIRECTORY).expect("a directory");
            fs::write(&path, text).expect("a file");
        } else if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            eprintln!("{target} is not {path}, but:\n{text}");
            different.push(file);
        }
    }
    assert!(different.is_empty(), "{different:?} differ: if that is meant, run this again with UPDATE_GOLDEN=1");
}
