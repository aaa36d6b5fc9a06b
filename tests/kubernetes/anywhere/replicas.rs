//! Replicas that know each other, and one that goes and comes back.

use crate::release::{NAME, Release};
use crate::tools::stdout;

#[test]
fn any_replica_answers_for_all_of_them() {
    let Some(release) = Release::shared() else { return };
    let sum = release.sum();
    for asked in 0..3 {
        assert_eq!(release.total(asked, 3), sum, "asked of replica {asked}");
    }
}

#[test]
fn a_pod_that_is_deleted_comes_back_with_its_count() {
    let Some(release) = Release::shared() else { return };
    release.ask(1, "/");
    let (visits, pod) = (release.count(1), release.pod(1)["metadata"]["uid"].clone());
    stdout(release.kubectl().args(["delete", "pod", &format!("{NAME}-1")]));
    release.is_ready();
    assert_ne!(release.pod(1)["metadata"]["uid"], pod);
    assert_eq!(release.count(1), visits);
}

#[test]
fn scaling_down_keeps_the_claims_and_what_is_on_them() {
    let Some(release) = Release::shared() else { return };
    release.upgrade(&["replicaCount=5"]);
    release.is_ready();
    release.ask(4, "/");
    release.total(4, 5);
    let visits = release.count(4);

    release.upgrade(&[]);
    release.is_ready();
    release.total(0, 3);
    assert_eq!(release.get(&format!("pvc/visits-{NAME}-4"))["status"]["phase"], "Bound");

    release.upgrade(&["replicaCount=5"]);
    release.is_ready();
    assert_eq!(release.count(4), visits);
}
