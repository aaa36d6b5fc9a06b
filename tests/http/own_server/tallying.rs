//! Counts that follow the log: every one is exact at every moment, whatever ends the process.

use std::thread;

use crate::client::Client;
use crate::server::{Runtime, Server, Setup, eventually};
use crate::volume::Volume;

/// Visits a page on 16 connections until the server ends, and returns how many visits were answered.
fn visit_until_the_end(server: &Server) -> i64 {
    let url = server.url();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..16)
            .map(|number| {
                scope.spawn(move || {
                    let (client, target) = (Client::new(url), format!("/count.gif?page=/{}", number % 4));
                    let mut answered = 0;
                    while client.try_get(&target).is_ok_and(|answer| answer.recorded().is_some()) {
                        answered += 1;
                    }
                    answered
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().expect("a client")).sum()
    })
}

/// Checks that each page's count is what its part of the log says, and that they add up.
fn assert_counts(server: &Server, volume: &Volume) {
    let (client, log) = (server.client(), volume.log());
    for number in 0..4 {
        let page = format!("/{number}");
        let visits = log.iter().filter(|(_, other)| *other == page).count();
        let visits = i64::try_from(visits).expect("a number");
        assert_eq!(client.count(&format!("page={page}")), visits, "{page}");
        assert_eq!(client.count(&format!("page={page}&since=1h")), visits, "{page} in an hour");
    }
    assert_eq!(client.count(""), i64::try_from(log.len()).expect("a number"));
}

#[test]
fn maintenance_that_is_cut_off_before_any_of_its_statements_loses_nothing() {
    for runtime in Runtime::ALL {
        for statement in ["UPDATE watermarks SET tallied", "DELETE FROM visits", "wal_checkpoint"] {
            let setup = Setup::new().runtime(runtime).variable("retain_visits", "1000000");
            let server = setup.option("--exit-before", statement).start();
            let answered = visit_until_the_end(&server);
            let volume = server.kill();
            let recorded = volume.copy().audit();
            assert!(recorded >= 500 && (answered..=answered + 16).contains(&recorded), "{answered} of {recorded}");
            // It goes on from there: a visit that completes a batch tallies both.
            let server = Setup::on(&volume).runtime(runtime).start();
            assert_counts(&server, &volume);
            let client = server.client();
            eventually("the tallies", || {
                client.visit();
                (volume.tallied() > recorded).then_some(())
            });
            assert_eq!(volume.audit() + 1, client.visit());
            assert_counts(&server, &volume);
        }
    }
}

#[test]
fn a_schema_that_was_cut_off_is_created_again() {
    for statement in ["PRAGMA journal_mode", "CREATE TABLE visits", "CREATE TRIGGER", "PRAGMA user_version =", "COMMIT"]
    {
        let server = Setup::new().option("--exit-before", statement).start();
        assert!(server.client().try_get("/").is_err(), "it did not end before {statement}");
        let server = Setup::on(&server.kill()).start();
        assert_eq!(server.client().visit(), 1, "{statement}");
        assert_eq!(server.volume().audit(), 1, "{statement}");
    }
}

#[test]
fn a_count_is_never_less_than_what_was_answered_and_never_more_than_what_was_asked() {
    let server = Server::start();
    thread::scope(|scope| {
        for number in 0..8 {
            let server = &server;
            scope.spawn(move || {
                let (client, page) = (server.client(), format!("/{number}"));
                for visits in 1..=200 {
                    assert_eq!(client.get(&format!("/count.gif?page={page}")).status, 200);
                    // Nobody else visits this page.
                    for query in ["", "&since=1h", "&until=0s&since=2h"] {
                        let counted = client.count(&format!("page={page}{query}"));
                        assert_eq!(counted, visits, "{page}{query}");
                    }
                }
            });
        }
    });
    assert_eq!(server.volume().audit(), 1600);
}

#[test]
fn ignored_requests_are_counted_before_and_after_they_are_tallied() {
    let server = Server::start();
    let client = server.client();
    for requests in 1..=600 {
        assert_eq!(client.get_with("/", &[("purpose", "prefetch")]).status, 200);
        if requests % 100 == 0 || requests == 501 {
            let line = format!("footfall_ignored_requests_total{{reason=\"prefetch\"}} {requests}\n");
            assert!(client.get("/metrics").text().contains(&line), "no {line}");
        }
    }
    let left = || {
        let database = server.volume().open();
        database.query_row("SELECT count(*) FROM ignored", [], |row| row.get::<_, i64>(0)).expect("a number")
    };
    eventually("the tallying of the first 500", || {
        client.get_with("/", &[("purpose", "prefetch")]);
        (left() < 500).then_some(())
    });
}
