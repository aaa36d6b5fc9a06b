//! Somebody else who writes to the database.

use std::thread;
use std::time::{Duration, Instant};

use super::assert_unavailable;
use crate::server::Server;

#[test]
fn a_lock_of_a_second_only_delays_visits() {
    let server = Server::start();
    server.client().visit();
    let other = server.volume().open();
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    thread::scope(|scope| {
        let visits: Vec<_> = (0..20).map(|_| scope.spawn(|| server.client().visit())).collect();
        // This long is the lock held, whatever the visits do.
        thread::sleep(Duration::from_secs(1));
        assert!(visits.iter().all(|visit| !visit.is_finished()), "a visit was answered before it could be recorded");
        other.execute_batch("COMMIT").expect("the end of the lock");
        let mut ids: Vec<_> = visits.into_iter().map(|visit| visit.join().expect("a visit")).collect();
        ids.sort_unstable();
        assert_eq!(ids, (2..=21).collect::<Vec<_>>());
    });
    assert_eq!(server.volume().audit(), 21);
}

#[test]
fn a_lock_during_the_first_request_only_delays_it() {
    let server = Server::start();
    let other = rusqlite::Connection::open(server.volume().database()).expect("a database");
    other.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    thread::scope(|scope| {
        let visit = scope.spawn(|| server.client().visit());
        thread::sleep(Duration::from_millis(500));
        assert!(!visit.is_finished());
        other.execute_batch("COMMIT").expect("the end of the lock");
        assert_eq!(visit.join().expect("a visit"), 1);
    });
    assert_eq!(server.volume().audit(), 1);
}

#[test]
fn a_lock_that_stays_is_unavailable_until_it_is_gone() {
    let server = Server::start();
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

#[test]
fn a_lock_does_not_keep_the_log_from_being_read() {
    let server = Server::start();
    server.client().visit();
    let other = server.volume().open();
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let start = Instant::now();
    assert_eq!(server.client().count(""), 1);
    assert_eq!(server.client().count("since=1h&page=/"), 1);
    assert_eq!(super::ids(&server.client().json("/visits")), [1]);
    assert!(start.elapsed() < Duration::from_secs(2), "reading waits for a writer");
}
