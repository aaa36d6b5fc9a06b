//! Pods that restart while visitors come.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::client::Client;
use crate::node::{kill, processes};
use crate::release::{NAME, Release, eventually, stdout};

/// Visits without pause until it is told to stop, over one connection at a time of so many requests: how many visits
/// were answered, and what came instead.
fn visit(url: &str, requests_of_a_connection: usize, stop: &AtomicBool) -> (usize, Vec<String>) {
    let (mut answered, mut failed) = (0, Vec::new());
    let mut client = Client::new(url);
    for request in 1.. {
        match client.try_get("/") {
            Ok(answer) if answer.recorded().is_some() => answered += 1,
            Ok(answer) => failed.push(format!("{}: {}", answer.status, answer.text())),
            Err(error) => failed.push(error.to_string()),
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
        if request % requests_of_a_connection == 0 {
            client = Client::new(url);
        }
    }
    (answered, failed)
}

/// Does something while 16 clients visit: what failed. A visit that was answered is recorded; one that failed may be.
fn under_load(release: &Release, requests_of_a_connection: usize, work: impl FnOnce() + Send) -> Vec<String> {
    // Hundreds of connections a second would use up the ports of this network, which is the tests' own.
    fs::write("/proc/sys/net/ipv4/tcp_tw_reuse", "1").expect("a network of our own");
    let (url, before) = (release.url(), release.total(0, 3));
    let stop = AtomicBool::new(false);
    let clients = thread::scope(|scope| {
        let clients: [_; 16] = std::array::from_fn(|_| scope.spawn(|| visit(&url, requests_of_a_connection, &stop)));
        let worked = scope.spawn(work).join();
        stop.store(true, Ordering::Relaxed);
        worked.expect("work");
        clients.map(|client| client.join().expect("a client"))
    });
    let answered: usize = clients.iter().map(|(answered, _)| answered).sum();
    let failed: Vec<_> = clients.into_iter().flat_map(|(_, failed)| failed).collect();
    let recorded = usize::try_from(release.total(0, 3) - before).expect("a number");
    eprintln!("{answered} answered, {} failed, {recorded} recorded", failed.len());
    assert!((answered..=answered + failed.len()).contains(&recorded), "{failed:?}");
    failed
}

fn rolling_restart(release: &Release) {
    stdout(&mut release.kubectl(&["rollout", "restart", &format!("statefulset/{NAME}")]));
    release.wait_until_ready();
}

#[test]
fn a_rolling_restart_loses_no_visit_of_clients_that_connect_anew() {
    let release = Release::shared();
    let failed = under_load(&release, 20, || rolling_restart(&release));
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn a_rolling_restart_cuts_a_connection_that_stays_once_a_replica_at_most() {
    let release = Release::shared();
    let failed = under_load(&release, usize::MAX, || rolling_restart(&release));
    assert!(failed.len() <= 3 * 16, "{failed:?}");
}

#[test]
fn a_replica_that_is_killed_under_load_has_every_answered_visit() {
    let release = Release::shared();
    let restarts = || release.container(1)["restartCount"].as_i64().expect("a number");
    let failed = under_load(&release, 20, || {
        let (before, visits) = (restarts(), release.count(1));
        eventually("the replica is visited", || (release.count(1) > visits + 100).then_some(()));
        kill(&processes(&release, 1));
        eventually("the container runs again", || (restarts() > before).then_some(()));
        eventually("the replica is ready", || (release.container(1)["ready"] == true).then_some(()));
    });
    assert!(!failed.is_empty(), "nobody noticed that a replica was killed");
}
