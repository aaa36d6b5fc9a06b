//! Pods that restart while visitors come.

use super::load::under_load;
use crate::node::{kill, processes};
use crate::release::{NAME, Release, eventually, stdout};

/// Does something while visitors come: what failed. A visit that was answered is recorded; one that failed may be.
fn disturb(release: &Release, requests_of_a_connection: usize, work: impl FnOnce() + Send) -> Vec<String> {
    let before = release.total(0, 3);
    let (answered, failed) = under_load(release, requests_of_a_connection, work);
    let unanswered = release.total(0, 3) - before - answered;
    assert!((0..=failed.len()).contains(&usize::try_from(unanswered).expect("all are recorded")), "{failed:?}");
    failed
}

fn rolling_restart(release: &Release) {
    stdout(&mut release.kubectl(&["rollout", "restart", &format!("statefulset/{NAME}")]));
    release.wait_until_ready();
}

#[test]
fn a_rolling_restart_loses_no_visit_of_clients_that_connect_anew() {
    let release = Release::shared();
    let failed = disturb(&release, 20, || rolling_restart(&release));
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn a_rolling_restart_cuts_a_connection_that_stays_once_a_replica_at_most() {
    let release = Release::shared();
    let failed = disturb(&release, usize::MAX, || rolling_restart(&release));
    assert!(failed.len() <= 3 * 16, "{failed:?}");
}

#[test]
fn a_replica_that_is_killed_under_load_has_every_answered_visit() {
    let release = Release::shared();
    let restarts = || release.container(1)["restartCount"].as_i64().expect("a number");
    let failed = disturb(&release, 20, || {
        let (before, visits) = (restarts(), release.count(1));
        eventually("the replica is visited", || (release.count(1) > visits + 100).then_some(()));
        kill(&processes(&release, 1));
        eventually("the container runs again", || (restarts() > before).then_some(()));
        eventually("the replica is ready", || (release.container(1)["ready"] == true).then_some(()));
    });
    assert!(!failed.is_empty(), "nobody noticed that a replica was killed");
}
