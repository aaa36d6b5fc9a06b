//! Replicas that come, end, break, and are taken for others: the total is right, or says what it lacks.
//!
//! What they say of each other is written as in [`Fleet::expect`].

use std::process::Command;
use std::thread;

use super::fleet::Fleet;
use crate::server::{Runtime, Server, eventually};
use crate::volume::Volume;

fn three() -> Fleet {
    Fleet::start(Runtime::of_the_tests(), &["a", "b", "c"])
}

#[test]
fn under_load_replicas_may_come_and_end_in_order_and_a_kill_is_told() {
    for runtime in Runtime::ALL {
        let mut fleet = Fleet::start(runtime, &["a", "b"]);
        // The third is expected. A fourth was never seen, and does not exist.
        fleet.expect("a b c:missing");
        fleet.run(2, "c", &Volume::new());
        fleet.expect("a b c");
        let volumes = fleet.under_load(|fleet| {
            fleet.run(3, "d", &Volume::new());
            fleet.run(4, "e", &Volume::new());
            fleet.discover();
            fleet.expect("a b c d e");
            let volumes = fleet.end(&["d", "e"]);
            fleet.expect("a b c d:ended e:ended");
            fleet.later(5);
            volumes
        });
        // Long after that, also at a replica that never saw them.
        fleet.later(3600);
        fleet.run(4, "e", &Volume::new());
        fleet.expect("a b c d:ended e e:ended");
        // It has drained, is there again, and ends without that.
        fleet.run(3, "d", &volumes[0]);
        fleet.expect("a b c d e e:ended");
        fleet.visit("d");
        let volume = fleet.kill("d");
        fleet.expect("a b c d:unreachable e e:ended");
        fleet.expect_lack(20);
        fleet.under_load(|fleet| {
            fleet.kill("c");
            fleet.kill("e");
            fleet.expect("a b c:unreachable d:unreachable e:ended e:unreachable");
        });
        fleet.run(3, "d", &volume);
        fleet.expect("a b c:unreachable d e:ended e:unreachable");
    }
}

#[test]
fn one_that_was_away_for_a_moment_hears_at_once_who_came_and_went_meanwhile() {
    let mut fleet = three();
    let volume = fleet.kill("b");
    for (place, name) in [(3, "d"), (4, "e")] {
        fleet.run(place, name, &Volume::new());
        fleet.visit(name);
    }
    fleet.end(&["e"]);
    fleet.run(1, "b", &volume);
    fleet.expect("a b c d e:ended");
}

#[test]
fn one_that_is_killed_before_it_has_drained_did_not_end_in_order() {
    let mut fleet = three();
    fleet.variables = vec![("drain_seconds", "60".to_owned())];
    fleet.restart(1, "b");
    let (drained, database) = (fleet.server("b").client(), fleet.server("b").volume().open());
    let drain = thread::spawn(move || drained.try_get("/drain").is_err());
    let begun = || database.query_row("SELECT drain_until > 0 FROM identity", [], |row| row.get(0)) == Ok(true);
    eventually("a drain", || begun().then_some(()));
    fleet.discover();
    fleet.visit("b");
    let volume = fleet.kill("b");
    assert!(drain.join().expect("an end"), "it had a minute for that");
    fleet.later(5);
    fleet.expect("a b:unreachable c");
    fleet.expect_lack(20);
    // Started again, it is not about to end.
    fleet.run(1, "b", &volume);
    fleet.discover();
    fleet.kill("b");
    fleet.later(5);
    fleet.expect("a b:unreachable c");
}

#[test]
fn one_that_hangs_has_its_last_number_until_it_goes_on() {
    let mut fleet = three();
    fleet.visit("b");
    let hung = fleet.take("b");
    let signal = |signal: &str| {
        Command::new("kill").args([signal, &hung.pid().to_string()]).status().is_ok_and(|status| status.success())
    };
    assert!(signal("-STOP"));
    fleet.expect("a b:unreachable c");
    fleet.expect_lack(20);
    assert!(signal("-CONT"));
    fleet.expect("a b c");
}

#[test]
fn another_volume_under_a_name_is_another_replica_and_the_lost_one_may_be_retired() {
    let mut fleet = three();
    let lost = fleet.server("b").client().json("/replica")["id"].take();
    let volume = fleet.kill("b");
    fleet.run(1, "b", &Volume::new());
    fleet.visit("b");
    fleet.expect_at("a", "a b b:unreachable c");
    fleet.discover();
    fleet.expect("a b b:unreachable c");
    fleet.expect_lack(0);
    fleet.variables.push(("retired", super::text(&lost).to_owned()));
    ["a", "b", "c"].into_iter().enumerate().for_each(|(place, name)| fleet.restart(place, name));
    fleet.expect("a b b:retired c");
    // It is seen again, and counted again.
    fleet.run(3, "d", &volume);
    fleet.discover();
    fleet.visit("d");
    fleet.expect("a b c d");
    fleet.server("a").wait_for_log("is retired");
    // Its last number is no more the one that it had when it was retired.
    fleet.kill("d");
    fleet.expect("a b c d:unreachable");
    fleet.expect_lack(20);
}

#[test]
fn a_volume_under_another_name_or_address_is_the_same_replica() {
    let mut fleet = three();
    let volume = fleet.kill("b");
    fleet.run(1, "x", &volume);
    fleet.visit("x");
    fleet.expect("a c x");
    fleet.kill("x");
    fleet.run(3, "y", &volume);
    fleet.visit("y");
    // Whoever is expected where it was may have visits, too.
    fleet.expect("a b:missing c y");
    fleet.expect_lack(0);
}

#[test]
fn a_copy_of_a_volume_is_counted_once_and_told_as_soon_as_it_differs() {
    for (b, d, states, less) in [(1, 2, "a b:missing c d:duplicate", "b"), (2, 1, "a b:duplicate c d:missing", "d")] {
        let mut fleet = three();
        let volume = fleet.kill("b");
        fleet.run(3, "d", &volume.copy());
        fleet.run(1, "b", &volume);
        fleet.expect_at("d", "a c d");
        fleet.expect_lack(0);
        (0..b).for_each(|_| fleet.visit("b"));
        (0..d).for_each(|_| fleet.visit("d"));
        fleet.discover();
        fleet.expect(states);
        fleet.expect_lack(20);
        // With one of them go the visits that only it has.
        fleet.kill(less);
        fleet.discover();
        fleet.expect_lack(20);
    }
}

#[test]
fn a_copy_that_has_the_name_of_the_replica_that_asks_is_told() {
    let mut fleet = three();
    let volume = fleet.kill("a");
    fleet.run(3, "a", &volume.copy());
    fleet.visit("a");
    fleet.run(0, "a", &volume);
    fleet.discover();
    fleet.expect("a:duplicate a:missing b c");
    fleet.expect_lack(0);
}

#[test]
fn two_behind_one_address_are_both_told() {
    let mut fleet = three();
    fleet.run(1, "b", &Volume::new());
    fleet.visit("b");
    let known = |server: &Server| server.client().json("/replica")["known"].as_array().map_or(0, Vec::len);
    eventually("both are known to all", || {
        fleet.later(61);
        fleet.running.iter().all(|(_, server)| known(server) == 3).then_some(())
    });
    (0..3).for_each(|_| ["a", "c"].iter().for_each(|name| fleet.expect_at(name, "a b b:unreachable c")));
}

#[test]
fn one_whose_name_does_not_resolve_has_its_last_number() {
    let mut fleet = three();
    fleet.visit("b");
    fleet.peers[1] = "http://b.gone.localhost:1".to_owned();
    fleet.restart(0, "a");
    fleet.expect_at("a", "a b:unreachable c");
    fleet.kill("a");
    // With an empty volume, and who could tell it of the others gone, it knows nobody.
    fleet.kill("b");
    fleet.kill("c");
    fleet.run(0, "a", &Volume::new());
    fleet.expect("a b:missing c:missing");
}
