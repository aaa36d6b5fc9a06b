//! `retain_visits`: how much the log keeps, and what is counted once it is gone.

use std::ops::RangeInclusive;

use crate::server::{Server, Setup, eventually};
use crate::volume::insert;

/// 2026-03-29T01:00:00Z, which begins a slot.
const BORDER: i64 = 1_774_746_000_000_000;
const MINUTE: i64 = 60_000_000;

/// How many visits there are between two rounds of maintenance, which drops visits.
const BATCH: i64 = 500;

/// Waits until the log has these ids.
fn wait_for_log(server: &Server, ids: RangeInclusive<i64>) {
    let read = || server.volume().log().into_iter().map(|(id, _)| id);
    eventually(&format!("a log of {ids:?}"), || read().eq(ids.clone()).then_some(()));
}

/// Adds visits at the border until the next one sets off maintenance, and makes that one.
fn complete_batches(server: &Server, last: i64) {
    let client = server.client();
    let recorded = client.count("");
    insert(&mut server.volume().open(), (recorded + 1..last).map(|number| (BORDER + number, "/")));
    assert_eq!(client.visit(), last);
}

#[test]
fn the_log_keeps_the_last_visits_and_drops_the_others_in_batches() {
    let server = Setup::new().variable("retain_visits", "5").start();
    assert_eq!(server.client().get("/readyz").status, 200);
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
fn many_at_once_drop_the_oldest_visits_and_count_them_all() {
    let server = Setup::new().variable("retain_visits", "7").start();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let client = server.client();
                for _ in 0..128 {
                    client.visit();
                }
            });
        }
    });
    for query in ["", "page=/", "since=1h"] {
        assert_eq!(server.client().count(query), 2048, "{query}");
    }
    // What maintenance of an instance that ended did not come to, others do.
    for last in [2500, 3000, 3500] {
        complete_batches(&server, last);
        eventually("the tallies", || (server.volume().tallied() == last).then_some(()));
    }
    wait_for_log(&server, 3494..=3500);
    assert_eq!(server.client().count(""), 3500);
}

#[test]
fn nothing_is_dropped_when_all_is_kept() {
    let server = Setup::new().variable("retain_visits", "0").start();
    assert_eq!(server.client().get("/readyz").status, 200);
    complete_batches(&server, 4 * BATCH);
    eventually("the tallies", || (server.volume().tallied() == 4 * BATCH).then_some(()));
    assert_eq!(server.volume().audit(), 4 * BATCH);
}

#[test]
fn a_restart_with_less_to_keep_loses_no_number() {
    let server = Server::start();
    server.client().visit();
    let server = Setup::on(&server.kill()).variable("retain_visits", "1").start();
    complete_batches(&server, BATCH);
    wait_for_log(&server, BATCH..=BATCH);
    assert_eq!(server.client().count(""), BATCH);
    let server = Setup::on(&server.kill()).start();
    assert_eq!(server.client().visit(), BATCH + 1);
}

/// Visits of the day before, with which six more make a batch.
const BEFORE: i64 = BATCH - 6;

/// Six visits, two in each of three slots that begin at 01:00, 01:15 and 01:30, on `/` and on `/b` in turn, and the last
/// ones kept by the log.
fn pruned(kept: i64) -> Server {
    let server = Setup::new().variable("retain_visits", &kept.to_string()).at("2026-03-29T01:40:00Z").start();
    server.client().get("/readyz");
    let before = (0..BEFORE).map(|number| (BORDER - 1440 * MINUTE + number, "/before"));
    let minutes = [1, 11, 16, 26, 31];
    let visits = minutes.iter().zip(["/", "/b"].iter().cycle()).map(|(minute, page)| (BORDER + minute * MINUTE, *page));
    insert(&mut server.volume().open(), before.chain(visits));
    assert_eq!(server.client().visit(), BATCH);
    wait_for_log(&server, BATCH - kept + 1..=BATCH);
    server
}

#[test]
fn a_slot_that_is_pruned_counts_if_it_begins_in_the_range() {
    let server = pruned(2);
    let client = server.client();
    for (query, all, root) in [
        ("", 6, 4),
        // On the borders of slots, nothing is lost.
        ("since=2026-03-29T01:00:00Z", 6, 4),
        ("since=2026-03-29T01:15:00Z", 4, 3),
        ("until=2026-03-29T01:15:00Z", 2, 1),
        ("since=2026-03-29T01:15:00Z&until=2026-03-29T01:30:00Z", 2, 1),
        ("since=2026-03-29T01:30:00Z", 2, 2),
        ("until=2026-03-29T01:30:00Z", 4, 2),
        // Within slots that are pruned, all or nothing.
        ("since=2026-03-29T01:00:00.000001Z", 4, 3),
        ("since=2026-03-29T01:10:00Z", 4, 3),
        ("until=2026-03-29T01:00:00.000001Z", 2, 1),
        ("until=2026-03-29T01:20:00Z", 4, 2),
        ("since=2026-03-29T01:10:00Z&until=2026-03-29T01:20:00Z", 2, 1),
        ("since=2026-03-29T01:17:00Z&until=2026-03-29T01:27:00Z", 0, 0),
        ("since=2026-03-29T01:15:00Z&until=2026-03-29T01:15:00.000001Z", 2, 1),
        // Where the log is there, to the microsecond.
        ("since=2026-03-29T01:31:00Z", 2, 2),
        ("since=2026-03-29T01:31:00.000001Z", 1, 1),
        ("until=2026-03-29T01:31:00Z", 4, 2),
        ("until=2026-03-29T01:31:00.000001Z", 5, 3),
        ("since=2026-03-29T01:20:00Z&until=2026-03-29T01:40:00Z", 1, 1),
        ("since=2026-03-29T01:40:00Z&until=2026-03-29T01:40:00.000001Z", 1, 1),
        ("since=2026-03-29T01:40:00.000001Z", 0, 0),
    ] {
        let before = if query.contains("since") { 0 } else { BEFORE };
        assert_eq!(client.count(query), all + before, "{query}");
        assert_eq!(client.count(&format!("{query}&page=/")), root, "{query} of /");
        assert_eq!(client.count(&format!("{query}&page=/b")), all - root, "{query} of /b");
    }
}

#[test]
fn the_log_is_counted_exactly_where_only_the_beginning_of_its_slot_is_pruned() {
    // The log begins in the middle of a slot: with its visit of 01:26, or of 01:40.
    for (kept, oldest, dropped) in [(3, "01:26:00", 3), (1, "01:40:00", 5)] {
        let server = pruned(kept);
        let client = server.client();
        for (query, visits) in [
            (&*format!("until=2026-03-29T{oldest}Z"), dropped + BEFORE),
            (&*format!("since=2026-03-29T{oldest}Z"), 6 - dropped),
            ("since=2026-03-29T01:40:00Z", 1),
            ("since=2026-03-29T01:40:00.000001Z", 0),
            ("until=2026-03-29T01:40:00Z", 5 + BEFORE),
            ("since=2026-03-29T01:15:00Z&until=2026-03-29T01:30:00Z", 2),
        ] {
            assert_eq!(client.count(query), visits, "{query}, {kept} kept");
        }
    }
}
