//! Volumes on which nothing can be recorded, and their repair, which takes no restart.

use std::fs;
use std::process::Command;

use super::{assert_unavailable, visit_until_unavailable};
use crate::server::{Server, Setup, eventually};
use crate::volume::{Volume, set_mode};

/// A fault, and what the log says then.
struct Fault {
    reason: &'static str,
    damage: fn(&Volume),
    repair: fn(&Volume),
    /// Whether the visits are there afterwards.
    keeps_visits: bool,
    /// Whether it may come while the database is in use.
    in_use: bool,
}

const FAULTS: [Fault; 6] = [
    Fault {
        reason: "attempt to write a readonly database",
        damage: |volume| set_mode(&volume.database(), 0o444),
        repair: Volume::make_writable,
        keeps_visits: true,
        in_use: true,
    },
    Fault {
        reason: "footfall: ",
        damage: |volume| set_mode(&volume.data(), 0o555),
        repair: |volume| set_mode(&volume.data(), 0o755),
        keeps_visits: true,
        in_use: false,
    },
    Fault {
        reason: "unable to open database file",
        damage: |volume| fs::rename(volume.data(), volume.path().join("away")).expect("a move"),
        repair: |volume| fs::rename(volume.path().join("away"), volume.data()).expect("a move"),
        keeps_visits: true,
        in_use: true,
    },
    Fault {
        reason: "unable to open database file",
        damage: |volume| fs::remove_dir_all(volume.data()).expect("a directory"),
        repair: |volume| fs::create_dir(volume.data()).expect("a directory"),
        keeps_visits: false,
        in_use: true,
    },
    Fault {
        reason: "file is not a database",
        damage: |volume| {
            empty(volume);
            fs::write(volume.database(), "no database at all\n".repeat(1000)).expect("a file");
        },
        repair: empty,
        keeps_visits: false,
        in_use: false,
    },
    Fault {
        reason: "unable to open database file",
        damage: |volume| {
            empty(volume);
            fs::create_dir(volume.database()).expect("a directory");
        },
        repair: empty,
        keeps_visits: false,
        in_use: false,
    },
];

fn empty(volume: &Volume) {
    fs::remove_dir_all(volume.data()).expect("a directory");
    fs::create_dir(volume.data()).expect("a directory");
}

#[test]
fn a_volume_that_fails_is_unavailable_until_it_is_repaired() {
    for Fault { reason, damage, repair, keeps_visits, in_use } in FAULTS {
        let server = Setup::new().at("2026-03-29T01:00:00Z").start();
        let mut visits = server.client().visit();
        let volume = server.kill();
        // Now nothing is left to do for those who cannot write.
        assert_eq!(volume.audit(), visits);
        for in_use in [false, true].into_iter().take(1 + usize::from(in_use)) {
            let server = Setup::on(&volume).bound().start();
            let client = server.client();
            if in_use {
                visits = client.visit();
            }
            damage(&volume);
            visits += visit_until_unavailable(&client);
            assert_unavailable(&server, reason);
            repair(&volume);
            visits = if keeps_visits { visits + 1 } else { 1 };
            assert_eq!(client.visit(), visits, "{reason}");
            assert_eq!(client.get("/readyz").status, 200, "{reason}");
            assert_eq!(volume.audit(), visits, "{reason}");
        }
    }
}

#[test]
fn an_empty_file_is_a_database_that_has_yet_to_be_made() {
    let server = Server::start();
    fs::write(server.volume().database(), "").expect("a file");
    assert_eq!(server.client().visit(), 1);
    assert_eq!(server.volume().audit(), 1);
}

/// As a network file system may be: it has the file, and fails what the write-ahead log needs.
#[test]
fn a_volume_on_which_the_first_write_fails_is_named_in_a_sentence_by_the_log_and_to_clients() {
    let server = Setup::new().at("2026-03-29T01:00:00Z").start();
    server.client().visit();
    let volume = server.kill();
    assert_eq!(volume.audit(), 1);
    // Nothing can be written at a place of a pipe, nor can this one be removed.
    _ = fs::remove_file(volume.wal());
    assert!(Command::new("mkfifo").arg(volume.wal()).status().expect("mkfifo").success());
    fs::write(volume.data().join("visits.db-shm"), "").expect("a file");
    set_mode(&volume.data(), 0o555);
    let server = Setup::on(&volume).bound().start();
    let client = server.client();
    let sentence = "or it is a network file system, which is not supported";
    server.pass(61);
    for target in ["/", "/readyz"] {
        let problem = client.get(target).problem(503);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(sentence)), "{problem}");
    }
    assert_unavailable(&server, &format!("disk I/O error: the volume is broken or full, {sentence}"));
    set_mode(&volume.data(), 0o755);
    fs::remove_file(volume.wal()).expect("removed");
    eventually("it records again", || (client.get("/").status == 200).then_some(()));
    assert_eq!(volume.audit(), 2);
}
