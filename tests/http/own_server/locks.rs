//! Somebody else who writes to the database. `soak::locks` has what happens under load.

use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::assert_unavailable;
use crate::server::{Server, Setup};

#[test]
fn a_lock_during_the_first_request_only_delays_it() {
    let server = Server::start();
    let other = Connection::open(server.volume().database()).expect("a database");
    other.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    thread::scope(|scope| {
        let visit = scope.spawn(|| server.client().visit());
        // This long is the lock held, whatever the visit does.
        thread::sleep(Duration::from_millis(500));
        assert!(!visit.is_finished());
        other.execute_batch("COMMIT").expect("the end of the lock");
        assert_eq!(visit.join().expect("a visit"), 1);
    });
    assert_eq!(server.volume().audit(), 1);
}

#[test]
fn a_lock_that_stays_is_unavailable_until_it_is_gone() {
    let server = Setup::new().at("2026-03-29T01:00:00Z").start();
    server.client().visit();
    let other = server.volume().open();
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let start = Instant::now();
    assert_eq!(server.client().get("/healthz").status, 200);
    assert!(start.elapsed() < Duration::from_secs(2), "being alive does not wait for the database");
    assert_unavailable(&server, "the database stayed locked");
    other.execute_batch("COMMIT").expect("the end of the lock");
    assert_eq!(server.client().visit(), 2, "a visit without an answer counted");
    assert_eq!(server.volume().audit(), 2);
}
