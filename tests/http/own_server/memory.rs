//! The memory of an instance, capped as an operator would cap it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::server::{PATIENCE, Server, Setup};
use crate::volume::tally;

const MIB: usize = 1 << 20;

/// How many MiB an instance may have that exports; it gets by with 3.
const CAP: usize = 8;

/// So many that an export of them is larger than that.
const ROWS: usize = 300_000;

/// A server whose instances may have this many MiB, and whose log may be exported.
fn capped(mib: usize) -> Server {
    let cap = format!("SPIN_MAX_INSTANCE_MEMORY={}", mib * MIB);
    Setup::new().variable("export_token", "secret").through(["env", &cap]).start()
}

fn fill(server: &Server) {
    assert_eq!(server.client().get("/readyz").status, 200);
    let sql = "
        WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?1)
        INSERT INTO visits (at, page) SELECT 1774746000000000 + number * 1000000, '/' FROM numbers";
    let database = server.volume().open();
    let rows = database.execute(sql, [ROWS]).expect("visits");
    tally(&database);
    assert_eq!(rows, ROWS);
}

#[test]
fn an_export_that_is_larger_than_the_memory_comes_out_whole() {
    let server = capped(CAP);
    fill(&server);
    // CSV has a head.
    for (target, head) in [("/visits/export.ndjson", 0), ("/visits/export.csv", 1)] {
        let answer = server.client().get_with(target, &[("authorization", "Bearer secret")]);
        assert_eq!(answer.status, 200, "{target}");
        assert!(answer.body.len() > CAP * MIB, "{target}: {} bytes", answer.body.len());
        assert_eq!(answer.text().lines().count(), ROWS + head, "{target}");
        assert!(answer.text().lines().last().is_some_and(|line| line.contains(&ROWS.to_string())), "{target}");
    }
    assert_eq!(server.log(), "");
}

#[test]
fn an_export_waits_for_a_slow_client_without_more_memory() {
    let server = capped(CAP);
    fill(&server);
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let request = "GET /visits/export.ndjson HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer secret\r\n\
        connection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("a request");
    // Time enough to read the whole log into memory, where somebody did that.
    thread::sleep(Duration::from_secs(3));
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    // A last chunk of no bytes is what says that nothing is missing.
    assert!(answer.ends_with(b"\n\r\n0\r\n\r\n"), "cut off after {} bytes", answer.len());
    assert!(answer.len() > CAP * MIB, "{}", answer.len());
    assert_eq!(server.log(), "");
}

#[test]
fn an_instance_that_needs_more_memory_than_it_may_have_is_an_error() {
    let server = capped(1);
    assert_eq!(server.client().get("/").status, 500);
    server.wait_for_log("bytes of memory may not have");
}
