//! What is left after the end of a server.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::server::{Server, Setup, eventually};

#[test]
fn visits_survive_a_restart() {
    let server = Server::start();
    let client = server.client();
    for _ in 0..10 {
        client.visit();
    }
    let (log, text) = (client.json("/visits"), client.get("/visits").text().to_owned());
    let volume = server.kill();

    let server = Setup::on(&volume).start();
    let client = server.client();
    assert_eq!(client.json("/visits"), log);
    assert_eq!(client.get("/visits").text(), text);
    assert_eq!(client.count(""), 10);
    assert_eq!(client.visit(), 11);
    assert_eq!(volume.audit(), 11);
}

#[test]
fn a_server_that_is_killed_has_lost_no_visit_that_it_answered() {
    let mut volume = None;
    let mut answered = HashSet::new();
    for _ in 0..2 {
        let server = volume.as_ref().map_or_else(Setup::new, Setup::on).start();
        let visits = AtomicUsize::new(0);
        let url = server.url().to_owned();
        let (survivor, ids) = thread::scope(|scope| {
            let clients = (0..16).map(|_| {
                scope.spawn(|| {
                    let client = crate::client::Client::new(&url);
                    let mut ids = Vec::new();
                    while let Ok(answer) = client.try_get("/") {
                        ids.push(answer.recorded().expect("a visit"));
                        visits.fetch_add(1, Ordering::Relaxed);
                    }
                    ids
                })
            });
            let clients: Vec<_> = clients.collect();
            eventually("400 visits", || (visits.load(Ordering::Relaxed) >= 400).then_some(()));
            let survivor = server.kill();
            (survivor, clients.into_iter().flat_map(|client| client.join().expect("a client")).collect::<Vec<_>>())
        });
        for id in ids {
            assert!(answered.insert(id), "{id} was given twice");
        }

        let recorded = usize::try_from(survivor.audit()).expect("a number");
        // Beyond those there are at most the ones whose answers were under way: one a client, each time.
        assert!(recorded >= answered.len() && recorded <= answered.len() + 32, "{recorded} of {}", answered.len());
        let mut log = survivor.open();
        let log = log.transaction().expect("a transaction");
        for id in &answered {
            let found: bool = log
                .query_row("SELECT EXISTS (SELECT 1 FROM visits WHERE id = ?1)", [id], |row| row.get(0))
                .expect("a row");
            assert!(found, "visit {id} was answered and is not in the log");
        }
        volume = Some(survivor);
    }
    let server = Setup::on(&volume.expect("a volume")).start();
    let next = server.client().visit();
    assert_eq!(server.volume().audit(), next);
    assert!(answered.iter().all(|id| *id < next));
}

#[test]
fn a_visit_survives_with_every_setting_of_synchronous() {
    for synchronous in ["normal", "full"] {
        let server = Setup::new().variable("synchronous", synchronous).start();
        let client = server.client();
        assert_eq!((client.visit(), client.visit()), (1, 2));
        let volume = server.kill();
        assert_eq!(volume.audit(), 2, "{synchronous}");
    }
}

#[test]
fn an_instance_that_was_idle_is_followed_by_another() {
    let server = Server::start();
    let client = server.client();
    assert_eq!(client.visit(), 1);
    server.wait_for_rest();
    assert_eq!(client.visit(), 2);
    assert_eq!(server.volume().audit(), 2);
}
