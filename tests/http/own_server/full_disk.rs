//! A volume that fills.

use std::fs::{self, File};
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use super::{assert_unavailable, visit_until_unavailable};
use crate::disk;

#[test]
fn a_full_disk_is_unavailable_until_there_is_room() {
    let Some(server) = disk::start("1m") else { return };
    let client = server.client();
    assert_eq!((client.visit(), client.visit(), client.visit()), (1, 2, 3));
    disk::fill(&server);
    let mut visits = 3 + visit_until_unavailable(&client);
    // The last connection that closed gave back the room of the write-ahead log.
    server.wait_for_rest();
    disk::fill(&server);
    assert_unavailable(&server, "database or disk is full");
    disk::free(&server);
    visits += 1;
    assert_eq!(client.visit(), visits, "a visit without an answer counted");
    assert_eq!(client.get("/readyz").status, 200);
    assert_eq!(disk::audit(&server), visits);
}

#[test]
fn a_disk_that_fills_during_a_load_loses_no_visit_that_was_answered() {
    let Some(server) = disk::start("2m") else { return };
    // What is left is not enough for long.
    fs::write(disk::filler(&server), vec![b'x'; 1_500_000]).expect("a file");
    let recorded = AtomicI64::new(0);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let client = server.client();
                recorded.fetch_add(visit_until_unavailable(&client), Ordering::Relaxed);
            });
        }
    });
    disk::free(&server);
    let recorded = recorded.into_inner();
    assert!(recorded > 0);
    assert_eq!(server.client().visit(), recorded + 1, "a visit without an answer counted");
    assert_eq!(disk::audit(&server), recorded + 1);
}

#[test]
fn a_disk_that_is_full_from_the_start_is_unavailable_until_there_is_room() {
    let Some(server) = disk::start("256k") else { return };
    disk::fill(&server);
    assert_unavailable(&server, "footfall: ");
    // Room for a part of what it takes to begin.
    let file = File::options().write(true).open(disk::filler(&server)).expect("a file");
    for room in [8, 24, 40, 56] {
        file.set_len((256 - room) << 10).expect("a shorter file");
        let answer = server.client().get("/");
        assert!([200, 503].contains(&answer.status), "{}", answer.status);
    }
    drop(file);
    disk::free(&server);
    assert_eq!(server.client().visit(), disk::audit(&server));
}
