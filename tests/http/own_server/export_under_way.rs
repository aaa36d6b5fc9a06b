//! What may happen while an export is under way.

use super::exports::{BEARER, TOKEN, export, ndjson};
use super::{AT, with_visits};
use crate::server::{Server, Setup};
use crate::volume::prune;
use crate::wire::{Wire, authority};

const MIB: usize = 1 << 20;

/// How much memory an instance may have; an export gets by with 3 MiB.
pub const INSTANCE: usize = 8 * MIB;

/// How many visits there are: so many that an export is larger than that, and than the buffers of sockets: 34 MB.
const VISITS: i64 = 60_000;

fn with_a_long_log(setup: Setup) -> Server {
    let server = with_visits(setup.variable("export_token", TOKEN), []);
    let page = format!("/{}", "x".repeat(511));
    let fill = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
        INSERT INTO visits (at, page) SELECT ?2 + n, ?3 FROM number";
    server.volume().open().execute(fill, (VISITS, AT, page)).expect("visits");
    server
}

/// Begins an export, and reads no more of it than the head.
pub fn begin(server: &Server, target: &str) -> Wire {
    let mut wire = Wire::connect(server.url());
    let (host, (name, value)) = (authority(server.url()), BEARER);
    wire.send(format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n{name}: {value}\r\nconnection: close\r\n\r\n"));
    let answer = wire.answer().expect("an answer");
    assert_eq!((answer.status, answer.header("transfer-encoding")), (200, "chunked"), "{}", answer.text());
    wire
}

/// Reads the rest of a chunked body: what is there, and whether it ends as a complete one does.
pub fn finish(mut wire: Wire) -> (String, bool) {
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

/// The ids of an export that is complete, and in order.
fn ids(wire: Wire) -> Vec<i64> {
    let (body, complete) = finish(wire);
    assert!(complete, "it was cut off");
    let ids: Vec<_> = ndjson(&body).iter().map(|row| row["id"].as_i64().expect("an id")).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "not each once, in order");
    ids
}

#[test]
fn an_export_that_is_larger_than_the_memory_leaves_out_nothing() {
    let server = with_a_long_log(Setup::new().instance_memory(INSTANCE));
    let gaps = "DELETE FROM visits WHERE id % 1000 = 17 OR id BETWEEN 30000 AND 34999";
    server.volume().open().execute(gaps, []).expect("gaps");
    let expected: Vec<_> = (1..=VISITS).filter(|id| id % 1000 != 17 && !(30_000..35_000).contains(id)).collect();
    for target in ["/visits/export.ndjson", "/visits/export.csv"] {
        let (answer, rows) = export(&server.client(), target);
        assert!(answer.body.len() > 2 * INSTANCE, "{} bytes", answer.body.len());
        assert!(rows.iter().map(|row| &row["id"]).eq(&expected), "not each once, in order: {}", rows.len());
    }
    assert_eq!(server.log(), "");
}

#[test]
fn an_export_that_nobody_reads_keeps_nobody_waiting_and_little_memory() {
    let server = with_a_long_log(Setup::new());
    let client = server.client();
    client.visit();
    let before = server.memory();
    let mut stalled: Vec<_> = (0..20).map(|_| begin(&server, "/visits/export.ndjson")).collect();
    for number in 2..=60 {
        assert_eq!(client.visit(), VISITS + number);
        assert_eq!(client.get("/visits/count").status, 200);
    }
    let ids = ids(stalled.pop().expect("an export"));
    // Whether the visits that came meanwhile are in it, is up to the server.
    assert!(ids.into_iter().take(60_000).eq(1..=VISITS));
    // Whoever keeps the exports for those who do not read them has 640 MB more. An instance for each of the other requests
    // takes up to 340 MB.
    assert!(server.peak_memory() < before + 480 * MIB, "{before} and then {}", server.peak_memory());

    // Those who go away harm nobody.
    drop(stalled);
    assert_eq!(server.volume().audit(), VISITS + 60);
    server.wait_until_idle();
    assert_eq!(client.visit(), VISITS + 61);
}

#[test]
fn a_log_that_is_pruned_meanwhile_is_exported_in_order() {
    let server = with_a_long_log(Setup::new());
    let wire = begin(&server, "/visits/export.ndjson");
    prune(&server.volume().open(), 1000);
    let ids = ids(wire);
    assert_eq!(ids[0], 1);
    // What was there from the beginning to the end is in it.
    assert_eq!(ids.iter().filter(|id| (VISITS - 999..=VISITS).contains(*id)).count(), 1000);
}

#[test]
fn an_export_that_goes_on_and_would_leave_out_what_is_pruned_does_not_look_complete() {
    let server = with_a_long_log(Setup::new());
    let wire = begin(&server, "/visits/export.ndjson?after=0");
    prune(&server.volume().open(), 1000);
    assert!(!finish(wire).1);
    server.wait_for_log("footfall: an export was cut off: visits were pruned that were not exported yet");
}

#[test]
fn an_export_that_fails_does_not_look_complete() {
    let server = with_a_long_log(Setup::new());
    let wire = begin(&server, "/visits/export.ndjson");
    server.volume().open().execute_batch("DROP TRIGGER tally; DROP TABLE visits").expect("no table");
    let (body, complete) = finish(wire);
    assert!(!complete && !body.contains("no such table"), "{} rows look like all of them", body.lines().count());
    server.wait_for_log("footfall: an export was cut off: ");

    let server = with_visits(Setup::new().variable("export_token", TOKEN), [(AT, "=1+1")]);
    let answer = server.client().get_with("/visits/export.csv", &[BEARER]);
    answer.problem(503);
    server.wait_for_log("footfall: ");
}
