//! What `/readyz` costs, by the clock. `assert_unavailable` has when it fails.

use std::fs;

use rusqlite::Connection;

use crate::client::Client;
use crate::server::{Server, Setup, eventually};
use crate::volume::set_mode;

/// How many seconds lie between two probes: fewer than a minute, which is no multiple of it.
const STEP: i64 = 25;
const DAY: i64 = 86_400;

fn start() -> (Server, Client, Connection) {
    let server = Setup::new().at("2026-03-29T01:00:00Z").start();
    let client = server.client();
    client.visit();
    let database = server.volume().open();
    (server, client, database)
}

fn probe(server: &Server, client: &Client) {
    server.pass(STEP);
    assert_eq!(client.get("/readyz").status, 200);
}

/// A number that is another one once somebody else has committed.
fn version(database: &Connection) -> i64 {
    database.query_row("PRAGMA data_version", [], |row| row.get(0)).expect("a version")
}

#[test]
fn a_week_of_probes_commits_at_most_once_a_minute_and_makes_no_file_larger() {
    let (server, client, database) = start();
    let bytes = || {
        let files = fs::read_dir(server.volume().data()).expect("a directory").map(|file| file.expect("a file"));
        files.map(|file| file.metadata().expect("its size").len()).sum::<u64>()
    };
    let (mut last, mut at, mut commits, mut before) = (version(&database), 0, 0, 0);
    for now in (1..=7 * DAY / STEP).map(|probe| probe * STEP) {
        probe(&server, &client);
        let version = version(&database);
        if version != last {
            assert!(now - at >= 60, "commits at {at} s and at {now} s");
            (last, at, commits) = (version, now, commits + 1);
        }
        if now == 600 {
            before = bytes();
        }
    }
    assert_eq!(bytes(), before);
    assert!(commits >= 7 * DAY / 120, "only {commits} commits");
}

/// Prometheus asks every few seconds, too.
#[test]
fn metrics_say_whether_a_visit_could_be_recorded_and_share_the_commits_of_probes() {
    let server = Setup::new().at("2026-03-29T01:00:00Z").bound().start();
    let client = server.client();
    client.visit();
    let database = server.volume().open();
    let ready = || client.get("/metrics").text().contains("\nfootfall_ready 1\n");
    let mut commits = Vec::new();
    let mut last = version(&database);
    for now in (1..=40).map(|probe| probe * STEP) {
        server.pass(STEP);
        assert!(ready(), "after {now} s");
        assert_eq!(client.get("/readyz").status, 200);
        let version = version(&database);
        if version != last {
            commits.push(now);
            last = version;
        }
    }
    assert!(commits.len() > 10 && commits.windows(2).all(|pair| pair[1] - pair[0] >= 60), "{commits:?}");

    set_mode(&server.volume().database(), 0o444);
    // Who has the file open already may write on.
    eventually("it is not ready", || {
        server.pass(61);
        client.get("/metrics").text().contains("\nfootfall_ready 0\n").then_some(())
    });
    server.volume().make_writable();
    assert!(ready());
}

#[test]
fn probes_commit_nothing_while_visits_come_and_do_so_once_the_clock_is_set_back() {
    let (server, client, database) = start();
    for _ in 0..50 {
        server.pass(60 - STEP);
        client.visit();
        let before = version(&database);
        probe(&server, &client);
        assert_eq!(version(&database), before);
    }
    let before = version(&database);
    server.pass(-DAY);
    probe(&server, &client);
    assert_ne!(version(&database), before);
}
