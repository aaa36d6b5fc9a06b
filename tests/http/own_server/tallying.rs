//! Counts that follow the log: every one is exact at every moment, whatever ends the process.

use std::thread;

use crate::server::{Runtime, Server, Setup, eventually};
use crate::soak::few_pages;
use crate::soak::load::Load;
use crate::volume::Volume;

/// Checks that each page's count is what its part of the log says, and that they add up.
fn assert_counts(server: &Server, volume: &Volume) {
    let (client, log) = (server.client(), volume.log());
    for page in ["/", "/a", "/x/y/z"] {
        let visits = log.iter().filter(|(_, other)| other == page).count();
        let visits = i64::try_from(visits).expect("a number");
        assert_eq!(client.count(&format!("page={page}")), visits, "{page}");
        assert_eq!(client.count(&format!("page={page}&since=1h")), visits, "{page} in an hour");
    }
    assert_eq!(client.count(""), i64::try_from(log.len()).expect("a number"));
}

#[test]
fn maintenance_that_is_cut_off_before_any_of_its_statements_loses_nothing() {
    for runtime in Runtime::ALL {
        for statement in ["UPDATE watermarks SET tallied", "DELETE FROM visits WHERE id <= min(", "wal_checkpoint"] {
            let mut server = Setup::new().runtime(runtime).option("--exit-before", statement).start();
            let load = Load::on(&server, 16, few_pages);
            server.wait();
            let ledger = load.stop();
            let volume = server.kill();
            let (answered, recorded) = (ledger.answered(), ledger.audit(&volume.copy()));
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
            let (client, page) = (server.client(), format!("page=/{number}"));
            scope.spawn(move || {
                for visits in 1..=200 {
                    assert_eq!(client.get(&format!("/footfall.gif?{page}")).status, 200);
                    // Nobody else visits this page.
                    for query in ["", "&since=1h", "&until=0s&since=2h"] {
                        assert_eq!(client.count(&format!("{page}{query}")), visits, "{page}{query}");
                    }
                }
            });
        }
    });
    assert_eq!(server.volume().audit(), 1600);
}
