//! What is there after `helm install`.

use crate::release::{NAME, Release};
use crate::tools::{eventually, stdout, tried};

#[test]
fn three_pods_are_ready_where_pod_security_is_restricted() {
    let Some(release) = Release::shared() else { return };
    let status = release.get(&format!("statefulset/{NAME}"))["status"].clone();
    assert_eq!(status["readyReplicas"], 3, "{status}");
    for replica in 0..3 {
        let container = release.pod(replica)["status"]["containerStatuses"][0].clone();
        assert_eq!(container["ready"], true, "{container}");
    }
}

#[test]
fn each_replica_has_a_claim_of_256_mb_which_is_bound() {
    let Some(release) = Release::shared() else { return };
    for replica in 0..3 {
        let claim = release.get(&format!("pvc/visits-{NAME}-{replica}"));
        assert_eq!(claim["status"]["phase"], "Bound", "{claim}");
        assert_eq!(claim["spec"]["resources"]["requests"]["storage"], "256M", "{claim}");
    }
}

#[test]
fn visitors_have_a_load_balancer_on_port_5000() {
    let Some(release) = Release::shared() else { return };
    let service = release.get(&format!("service/{NAME}"));
    assert_eq!(service["spec"]["type"], "LoadBalancer", "{service}");
    assert_eq!(service["spec"]["ports"][0]["port"], 5000, "{service}");
}

#[test]
fn helm_test_passes() {
    let Some(release) = Release::shared() else { return };
    let said = stdout(release.helm().args(["test", NAME]));
    assert!(said.contains("Phase:          Succeeded"), "{said}");
}

#[test]
fn the_claims_outlive_the_release() {
    let Some(release) = Release::installed("-gone", &["replicaCount=1"]) else { return };
    release.ask(0, "/");
    let visits = release.count(0);
    assert_eq!(visits, 1);

    stdout(release.helm().args(["uninstall", NAME, "--wait"]));
    eventually("the pod is gone", || tried(release.kubectl().args(["get", &format!("pod/{NAME}-0")])).err());
    assert_eq!(release.get(&format!("pvc/visits-{NAME}-0"))["status"]["phase"], "Bound");
    release.upgrade(&[]);
    release.is_ready();
    assert_eq!(release.count(0), visits);
    stdout(release.kubectl().args(["delete", "namespace", release.namespace(), "--wait=false"]));
}
