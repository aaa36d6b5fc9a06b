//! Pods that go while visitors come.

use crate::load::{Load, Tally};
use crate::node::{kill, processes};
use crate::release::{NAME, Release};
use crate::tools::{eventually, stdout};

/// Restarts all replicas, one by one, while 16 clients visit: what the clients saw, and how many visits were recorded.
fn rolling_restart(release: &Release, requests_of_a_connection: usize) -> (Tally, i64) {
    let url = release.url();
    release.visitor();
    let before = release.total(0, 3);
    let load = Load::start(&url, 16, requests_of_a_connection);
    stdout(release.kubectl().args(["rollout", "restart", &format!("statefulset/{NAME}")]));
    release.is_ready();
    let tally = load.stop();
    let recorded = release.total(0, 3) - before;
    eprintln!("{} answered, {} failed, {recorded} recorded", tally.answered, tally.failed.len());
    (tally, recorded)
}

#[test]
fn a_rolling_restart_loses_no_visit_of_clients_that_connect_anew() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    let (tally, recorded) = rolling_restart(&release, 20);
    assert!(tally.failed.is_empty(), "{:?}", tally.failed);
    assert_eq!(recorded, tally.answered);
}

/// A connection that is kept is cut when its replica ends. What was answered on it is recorded; the request that was
/// under way may be, or not.
#[test]
fn a_rolling_restart_loses_no_answered_visit_of_clients_that_stay_connected() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    let (tally, recorded) = rolling_restart(&release, usize::MAX);
    let failed = i64::try_from(tally.failed.len()).expect("a number");
    assert!((tally.answered..=tally.answered + failed).contains(&recorded), "{recorded} recorded: {tally:?}");
    // Each of three replicas cuts each of 16 connections at most once.
    assert!(failed <= 48, "{:?}", tally.failed);
}

/// Kills the process of a replica under load, so many times.
fn kills(release: &Release, times: i64) {
    let url = release.url();
    release.visitor();
    let before = release.total(0, 3);
    let load = Load::start(&url, 16, 20);
    for _ in 0..times {
        let (restarts, visits) = (restarts(release), release.count(1));
        eventually("the replica is visited", || (release.count(1) > visits + 100).then_some(()));
        kill(&processes(release, 1));
        eventually("the container runs again", || (self::restarts(release) > restarts).then_some(()));
        eventually("the replica is ready", || {
            (release.pod(1)["status"]["containerStatuses"][0]["ready"] == true).then_some(())
        });
    }
    let tally = load.stop();
    let failed = i64::try_from(tally.failed.len()).expect("a number");
    let recorded = release.total(0, 3) - before;
    eprintln!("{times} kills: {} answered, {failed} failed, {recorded} recorded", tally.answered);
    assert!(failed > 0, "nobody noticed that a replica was killed");
    assert!((tally.answered..=tally.answered + failed).contains(&recorded), "{recorded} recorded: {tally:?}");
}

fn restarts(release: &Release) -> i64 {
    release.pod(1)["status"]["containerStatuses"][0]["restartCount"].as_i64().expect("a number")
}

#[test]
fn a_replica_that_is_killed_under_load_has_every_answered_visit() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    kills(&release, 1);
}

// The kubelet waits longer and longer, up to five minutes, before it starts a container again.
#[test]
#[ignore = "slow: make kubernetes-long"]
fn a_replica_that_is_killed_again_and_again_has_every_answered_visit() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    kills(&release, 4);
}
