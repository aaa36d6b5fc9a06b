//! What the chart promises, on any cluster: asked through the API server alone.

use serde_json::json;

use crate::release::{NAME, Release, apply, eventually, kubectl, stdout, try_stdout};

#[test]
fn three_replicas_with_bound_claims_get_ready_where_pod_security_is_restricted_and_helm_test_passes() {
    let release = Release::shared();
    assert_eq!(release.get(&format!("statefulset/{NAME}"))["status"]["readyReplicas"], 3);
    for replica in 0..3 {
        let claim = release.get(&format!("pvc/visits-{NAME}-{replica}"));
        assert_eq!(claim["status"]["phase"], "Bound", "{claim}");
    }
    let said = stdout(&mut release.helm(&["test", NAME]));
    assert!(said.contains("Phase:          Succeeded"), "{said}");
}

#[test]
fn visits_are_counted_once_in_the_log_of_one_replica_and_any_replica_answers_for_all() {
    let release = Release::shared();
    let before = release.counts();
    let visit = release.ask(1, "/");
    assert_eq!(visit["replica"], format!("{NAME}-1"), "{visit}");
    assert_eq!(release.counts(), [before[0], before[1] + 1, before[2]]);

    let before: i64 = release.counts().iter().sum();
    for _ in 0..10 {
        release.get_raw(&format!("services/{NAME}:5000/proxy/"));
    }
    assert_eq!(release.counts().iter().sum::<i64>(), before + 10);
    for asked in 0..3 {
        assert_eq!(release.total(asked, 3), before + 10, "asked of replica {asked}");
    }
}

#[test]
fn probes_are_no_visits() {
    let release = Release::shared();
    let pod = release.pod(0);
    let node = pod["spec"]["nodeName"].as_str().expect("a node");
    let labels = ["namespace", "name"].map(|label| pod["metadata"][label].to_string());
    // How many probes the kubelet has sent.
    let probes = || {
        let metrics = stdout(&mut kubectl(&["get", "--raw", &format!("/api/v1/nodes/{node}/proxy/metrics/probes")]));
        let lines = metrics.lines().filter(|line| line.starts_with("prober_probe_total{"));
        let own = lines.filter(|line| labels.iter().all(|label| line.contains(label)));
        own.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>()
    };
    let (visits, before) = (release.count(0), probes());
    eventually("three more probes", || (probes() >= before + 3.0).then_some(()));
    assert_eq!(release.count(0), visits);
}

/// In the way that the chart's README says. Helm 3 cannot.
#[test]
fn the_number_of_replicas_can_be_left_to_others_and_no_upgrade_changes_it_nor_what_was_counted() {
    let release = Release::install("-scaled", &[]);
    let set = || release.get(&format!("statefulset/{NAME}"));
    let metadata = json!({"name": NAME, "namespace": release.namespace});
    apply(&json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": {"replicas": 3}}));
    release.upgrade(&["replicaCount=null"]);
    assert_eq!(set()["spec"]["replicas"], 3);
    release.wait_until_ready();
    release.ask(2, "/");
    let visits = release.count(2);
    release.scale(2);
    release.upgrade(&["replicaCount=null", "timezone=Asia/Kathmandu"]);
    assert_eq!(set()["spec"]["replicas"], 2);
    assert_eq!(release.get(&format!("pvc/visits-{NAME}-2"))["status"]["phase"], "Bound");
    release.scale(3);
    assert_eq!(release.count(2), visits);
}

#[test]
fn an_upgrade_changes_a_value_and_new_pods_have_the_visits_of_the_old_ones() {
    let release = Release::shared();
    release.ask(1, "/");
    let (visits, pod) = (release.counts(), release.pod(1)["metadata"]["uid"].clone());
    release.upgrade(&["timezone=Asia/Kathmandu"]);
    release.wait_until_ready();
    assert_ne!(release.pod(1)["metadata"]["uid"], pod);
    assert_eq!(release.counts(), visits);
    assert_eq!(release.ask(0, "/")["timezone"], "Asia/Kathmandu");
}

#[test]
fn the_claims_outlive_the_release() {
    let release = Release::install("-gone", &["replicaCount=1"]);
    release.ask(0, "/");
    stdout(&mut release.helm(&["uninstall", NAME, "--wait"]));
    eventually("the pod is gone", || try_stdout(&mut release.kubectl(&["get", &format!("pod/{NAME}-0")])).err());
    release.upgrade(&[]);
    release.wait_until_ready();
    assert_eq!(release.count(0), 1);
}
