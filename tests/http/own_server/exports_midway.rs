//! What may happen while an export is under way.

use std::fs;

use super::exports::{BEARER, TOKEN, ndjson};
use crate::server::{Server, Setup, eventually};
use crate::volume::prune;
use crate::wire::{Wire, authority};

/// How many visits there are, so long that no socket's buffers hold them: 34 MB.
const VISITS: i64 = 60_000;

fn with_a_long_log(setup: Setup) -> Server {
    let server = setup.variable("export_token", TOKEN).start();
    assert_eq!(server.client().get("/readyz").status, 200);
    let page = format!("/{}", "x".repeat(511));
    let fill = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
        INSERT INTO visits (at, page) SELECT 1774746000000000 + n, ?2 FROM number";
    server.volume().open().execute(fill, (VISITS, page)).expect("visits");
    server
}

/// Asks for an export, and reads nothing.
fn ask(server: &Server, target: &str) -> Wire {
    let mut wire = Wire::connect(server.url());
    let host = authority(server.url());
    let (name, value) = BEARER;
    wire.send(format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n{name}: {value}\r\nconnection: close\r\n\r\n"));
    wire
}

/// Begins an export, and reads no more of it than the head.
fn begin(server: &Server) -> Wire {
    let mut wire = ask(server, "/visits/export.ndjson");
    let answer = wire.answer().expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("transfer-encoding"), "chunked");
    wire
}

/// Reads the rest of a chunked body: what is there, and whether it ends as a whole one does.
fn finish(mut wire: Wire) -> (String, bool) {
    let raw = wire.read_to_end();
    let (mut body, mut rest) = (Vec::new(), &raw[..]);
    while let Some(end) = rest.windows(2).position(|bytes| bytes == b"\r\n") {
        let length = str::from_utf8(&rest[..end]).expect("a length");
        let length = usize::from_str_radix(length, 16).expect("a length");
        let data = &rest[end + 2..];
        if length == 0 {
            return (String::from_utf8(body).expect("UTF-8"), true);
        }
        body.extend(&data[..length.min(data.len())]);
        rest = data.get(length + 2..).unwrap_or_default();
    }
    (String::from_utf8_lossy(&body).into_owned(), false)
}

fn resident_kilobytes(server: &Server, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("the field");
    line.trim_matches([':', ' ', '\t']).trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn an_export_that_nobody_reads_keeps_nobody_waiting() {
    let server = with_a_long_log(Setup::new());
    let stalled: Vec<_> = (0..20).map(|_| begin(&server)).collect();
    let client = server.client();
    for number in 1..=60 {
        assert_eq!(client.visit(), VISITS + number);
        assert_eq!(client.get("/visits/count").status, 200);
    }
    let (body, whole) = finish(stalled.into_iter().last().expect("an export"));
    assert!(whole, "it was cut off");
    let rows = ndjson(&body);
    // Whether the visits that came meanwhile are in it, is up to the server.
    assert!(rows.iter().take(60_000).map(|row| &row["id"]).eq(1..=VISITS), "{} rows", rows.len());
    assert!(rows.iter().map(|row| row["id"].as_i64()).is_sorted_by(|one, next| one < next));
}

#[test]
fn a_client_that_goes_away_midway_harms_nobody() {
    let server = with_a_long_log(Setup::new());
    for _ in 0..40 {
        begin(&server);
    }
    let client = server.client();
    for number in 1..=20 {
        assert_eq!(client.visit(), VISITS + number);
    }
    let answer = client.get_with("/visits/export.ndjson?since=2027-01-01T00:00:00Z", &[BEARER]);
    assert_eq!((answer.status, answer.text()), (200, ""));
    assert_eq!(server.volume().audit(), VISITS + 20);
    // The last connection to close takes this file away: then nobody has the database open.
    let wal = server.volume().data().join("visits.db-wal");
    eventually("the end of all instances", || (!wal.exists()).then_some(()));
    assert_eq!(client.visit(), VISITS + 21);
}

#[test]
fn a_log_that_is_pruned_meanwhile_is_exported_in_order() {
    let server = with_a_long_log(Setup::new());
    let wire = begin(&server);
    prune(&server.volume().open(), 1000);
    let first = VISITS - 999;
    let (body, whole) = finish(wire);
    assert!(whole, "it was cut off");
    let ids: Vec<_> = ndjson(&body).iter().map(|row| row["id"].as_i64().expect("an id")).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "not each once, in order");
    assert_eq!(ids[0], 1);
    // What was there from the beginning to the end is in it.
    let kept = ids.iter().filter(|id| (first..=VISITS).contains(*id)).count();
    assert_eq!(kept, usize::try_from(VISITS - first + 1).unwrap_or(0));
}

#[test]
fn an_export_that_fails_midway_does_not_look_complete() {
    let server = with_a_long_log(Setup::new());
    let wire = begin(&server);
    server.volume().open().execute_batch("DROP TRIGGER tally; DROP TABLE visits").expect("no table");
    let (body, whole) = finish(wire);
    let rows = body.lines().count();
    assert!(!whole || rows == 60_000, "{rows} rows look like all of them");
    if !whole {
        server.wait_for_log("footfall: ");
        assert!(!body.contains("no such table"), "the client is told what is internal");
    }
}

#[test]
fn an_export_of_a_log_that_cannot_be_read_says_so() {
    let server = Setup::new().variable("export_token", TOKEN).start();
    let client = server.client();
    client.visit();
    server.volume().open().execute("INSERT INTO visits (at, page) VALUES (0, '=1+1')", []).expect("a row");
    let mut wire = ask(&server, "/visits/export.csv");
    // By the time that it is found out, the status is on its way, or it is not.
    match wire.answer() {
        Some(answer) if answer.status != 200 => assert_eq!(answer.status, 503),
        Some(_) => assert!(!finish(wire).1, "a page that is no page is exported"),
        None => {}
    }
    server.wait_for_log("footfall: ");
}

#[test]
fn an_export_takes_no_more_memory_than_a_part_of_it() {
    let server = with_a_long_log(Setup::new());
    let client = server.client();
    client.get_with("/visits/export.ndjson?until=2026-03-29T01:00:00.005Z", &[BEARER]);
    // Forget the highest so far.
    fs::write(format!("/proc/{}/clear_refs", server.pid()), "5").expect("a process of ours");
    let before = resident_kilobytes(&server, "VmRSS");
    let answer = client.get_with("/visits/export.ndjson", &[BEARER]);
    assert_eq!(answer.text().lines().count(), 60_000);
    let most = resident_kilobytes(&server, "VmHWM");
    // Kept as a whole, it would be there several times, which is more than 100 MB.
    assert!(most < before + 80_000, "{before} kB, and {most} kB while {} bytes went out", answer.body.len());
}
