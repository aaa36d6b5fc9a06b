//! `retain_visits`: how much the log keeps. `counting` has what is counted once it is gone.

use std::ops::RangeInclusive;

use super::AT;
use crate::server::{Server, Setup, eventually};
use crate::volume::insert;

/// How many visits there are between two rounds of maintenance, which drops visits.
const BATCH: i64 = 500;

/// Waits until the log has these ids.
fn wait_for_log(server: &Server, ids: RangeInclusive<i64>) {
    let read = || server.volume().log().into_iter().map(|(id, _)| id);
    eventually(&format!("a log of {ids:?}"), || read().eq(ids.clone()).then_some(()));
}

/// Adds visits until the next one sets off maintenance, and makes that one.
fn complete_batches(server: &Server, last: i64) {
    let client = server.client();
    let recorded = client.count("");
    insert(&mut server.volume().open(), (recorded + 1..last).map(|number| (AT + number, "/")));
    assert_eq!(client.visit(), last);
}

#[test]
fn the_log_keeps_the_last_visits_and_drops_the_others_in_batches() {
    let server = Setup::new().variable("retain_visits", "5").start();
    complete_batches(&server, 3 * BATCH);
    wait_for_log(&server, 2 * BATCH + 1..=3 * BATCH);
    complete_batches(&server, 4 * BATCH);
    wait_for_log(&server, 4 * BATCH - 4..=4 * BATCH);
    for query in ["", "page=/", "since=2026-03-29T01:00:00Z"] {
        assert_eq!(server.client().count(query), 4 * BATCH, "{query}");
    }
    assert_eq!(server.client().visit(), 4 * BATCH + 1);
}

#[test]
fn nothing_is_dropped_until_there_is_less_to_keep() {
    let server = Setup::new().variable("retain_visits", "0").start();
    complete_batches(&server, 2 * BATCH);
    eventually("the tallies", || (server.volume().tallied() == 2 * BATCH).then_some(()));
    assert_eq!(server.volume().audit(), 2 * BATCH);
    let server = Setup::on(&server.kill()).variable("retain_visits", "1").start();
    for batches in [3, 4] {
        complete_batches(&server, batches * BATCH);
    }
    wait_for_log(&server, 4 * BATCH..=4 * BATCH);
    let server = Setup::on(&server.kill()).start();
    assert_eq!(server.client().count(""), 4 * BATCH);
    assert_eq!(server.client().visit(), 4 * BATCH + 1);
}
