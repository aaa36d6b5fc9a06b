//! A memory limit that is too small, and what the user sees.

use crate::long::{container, log};
use crate::own_cluster::load::under_load_of;
use crate::release::{NAME, Release, eventually, try_stdout};

/// The requests, too, for they may not be more.
fn limit(memory: &str) -> [String; 2] {
    ["requests", "limits"].map(|kind| format!("resources.{kind}.memory={memory}"))
}

#[test]
fn a_limit_that_is_too_small_at_rest_shows_as_oomkilled_and_nothing_in_the_log_until_it_is_raised() {
    let release = Release::not_yet("-starved", &["replicaCount=1"]);
    release.upgrade(&limit("32Mi").each_ref().map(String::as_str));
    let status = eventually("the pod is in CrashLoopBackOff", || {
        container(&release, 0).filter(|status| status["state"]["waiting"]["reason"] == "CrashLoopBackOff")
    });
    let ended = &status["lastState"]["terminated"];
    assert_eq!((&ended["reason"], &ended["exitCode"]), (&"OOMKilled".into(), &137.into()), "{status}");
    assert_eq!(log(&release, 0, &["--previous"]), "");
    let said =
        try_stdout(&mut release.kubectl(&["rollout", "status", &format!("statefulset/{NAME}"), "--timeout", "1s"]));
    assert!(said.as_ref().is_err_and(|said| said.contains("Waiting for 1 pods to be ready")), "{said:?}");
    // The pod that does not get ready is replaced all the same.
    release.upgrade(&[]);
    release.wait_until_ready();
    release.remove();
}

#[test]
fn a_limit_that_is_too_small_for_the_connections_restarts_the_replica_which_has_every_answered_visit() {
    let release = Release::not_yet("-crowded", &["replicaCount=1"]);
    release.upgrade(&limit("64Mi").each_ref().map(String::as_str));
    release.wait_until_ready();
    assert_eq!(release.container(0)["restartCount"], 0);
    let (answered, failed) = under_load_of(128, &release.url(), usize::MAX, || {
        let status = eventually("the container has ended", || {
            container(&release, 0).filter(|status| !status["lastState"]["terminated"].is_null())
        });
        assert_eq!(status["lastState"]["terminated"]["reason"], "OOMKilled", "{status}");
    });
    assert!(!failed.is_empty(), "nobody noticed that the replica was killed");
    release.upgrade(&[]);
    release.wait_until_ready();
    let unanswered = release.total(0, 1) - answered;
    assert!((0..=failed.len()).contains(&usize::try_from(unanswered).expect("all are recorded")), "{unanswered}");
    release.remove();
}
