//! An image that the runtime refuses: the build for Spin 4.1, where Spin 4.0 runs.

use crate::release::{NAME, Release, json};
use crate::tools::{eventually, stdout, tried};

#[test]
fn an_upgrade_to_the_wrong_image_costs_one_replica_until_it_is_rolled_back() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    let visitor = release.visitor();
    release.upgrade(&["image.variant=final"]);
    // What a user sees is this, and no word in the log under the shim.
    let name = format!("pod/{NAME}-2");
    let status = eventually("the pod is in CrashLoopBackOff", || {
        // Between the old pod and the new one there is none.
        let pod = json(&tried(release.kubectl().args(["get", &name, "--output", "json"])).ok()?);
        let status = pod["status"]["containerStatuses"][0].clone();
        (status["state"]["waiting"]["reason"] == "CrashLoopBackOff").then_some(status)
    });
    assert_ne!(status["lastState"]["terminated"]["exitCode"], 0, "{status}");

    // The others stay as they were, answer for themselves, and say who is missing.
    for _ in 0..10 {
        visitor.visit();
    }
    let answer = visitor.json("/visits/count?scope=cluster");
    assert_eq!(answer["complete"], false, "{answer}");
    assert_eq!(answer["missing"][0], format!("{NAME}-2"), "{answer}");

    stdout(release.helm().args(["rollback", NAME]));
    release.is_ready();
    release.total(0, 3);
}
