//! A volume that an earlier version has left.

use std::thread;

use crate::server::{Server, Setup};
use crate::volume::Volume;

/// A volume with 20 visits and the schema of version 0.1.0, which had no table of what was ignored.
fn left_by_0_1_0() -> Volume {
    let server = Server::start();
    for _ in 0..20 {
        server.client().visit();
    }
    let volume = server.kill();
    volume.open().execute_batch("DROP TABLE ignored; PRAGMA user_version = 1").expect("the schema of 0.1.0");
    volume
}

#[test]
fn a_volume_of_an_earlier_version_is_taken_over() {
    let volume = left_by_0_1_0();
    let server = Setup::on(&volume).start();
    let client = server.client();
    assert_eq!(client.count(""), 20);
    assert_eq!(client.visit(), 21);
    assert_eq!(client.get_with("/", &[("purpose", "prefetch")]).header("x-visit"), "ignored; reason=prefetch");
    let metrics = client.get("/metrics");
    for line in ["footfall_visits_total 21", "footfall_ignored_requests_total{reason=\"prefetch\"} 1"] {
        assert!(metrics.text().lines().any(|other| other == line), "no {line} in {}", metrics.text());
    }
    assert_eq!(volume.audit(), 21);
}

#[test]
fn a_volume_may_be_taken_over_by_many_requests_at_once() {
    let volume = left_by_0_1_0();
    let servers = [Setup::on(&volume).start(), Setup::on(&volume).start()];
    thread::scope(|scope| {
        for number in 0..48 {
            let client = servers[number % 2].client();
            scope.spawn(move || match number % 3 {
                0 => assert!(client.visit() > 20),
                1 => assert_eq!(client.get_with("/", &[("purpose", "prefetch")]).status, 200),
                _ => assert_eq!(client.get("/metrics").status, 200),
            });
        }
    });
    let metrics = servers[0].client().get("/metrics");
    for line in ["footfall_visits_total 36", "footfall_ignored_requests_total{reason=\"prefetch\"} 16"] {
        assert!(metrics.text().lines().any(|other| other == line), "no {line} in {}", metrics.text());
    }
    assert_eq!(volume.audit(), 36);
}
