//! The way of visitors from outside, and the ways of the Spin shim, which what stands in for it has too.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::Client;
use crate::release::{Release, apply, eventually, kubectl, stdout, try_stdout};

#[test]
fn visits_from_outside_reach_every_replica_and_are_counted_once() {
    let release = Release::shared();
    let (url, before) = (release.url(), release.total(0, 3));
    let (mut visits, mut replicas) = (0, BTreeSet::new());
    eventually("every replica is reached", || {
        // Over a connection of its own, for a connection stays with its replica.
        let answer = Client::new(&url).json("/");
        visits += 1;
        replicas.insert(answer["replica"].to_string());
        (replicas.len() == 3).then_some(())
    });
    let answer = Client::new(&url).json("/visits/count?scope=cluster");
    assert_eq!(answer["complete"], true, "{answer}");
    assert_eq!(answer["total"], before + visits);
    assert_eq!(release.counts().iter().sum::<i64>(), before + visits);
}

#[test]
fn a_plain_pod_listens_on_port_80_takes_plain_variables_and_ends_at_sigterm() {
    let release = Release::shared();
    let image = &release.pod(0)["spec"]["containers"][0]["image"];
    let env = json!([
        {"name": "TIMEZONE", "value": "Asia/Kathmandu"},
        {"name": "SPIN_VARIABLE_TIMEZONE", "value": "Europe/Moscow"},
        {"name": "SPIN_VARIABLE_REPLICA", "value": "a-plain-pod"},
    ]);
    // Not in the restricted namespace: without a runtime configuration the state goes to /.spin.
    let spec = json!({
        "runtimeClassName": "wasmtime-spin-v2", "terminationGracePeriodSeconds": 60,
        "containers": [{"name": "plain", "image": image, "command": ["/"], "env": env, "securityContext": {"runAsUser": 0}}],
    });
    let metadata = json!({"name": "plain", "namespace": "default"});
    apply(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}));
    let said = eventually("the pod answers on port 80", || {
        try_stdout(&mut kubectl(&["get", "--raw", "/api/v1/namespaces/default/pods/plain:80/proxy/"])).ok()
    });
    assert!(said.contains("Asia/Kathmandu") && said.contains("a-plain-pod"), "{said}");

    let start = Instant::now();
    stdout(&mut kubectl(&["delete", "pod", "plain", "--namespace", "default", "--timeout", "60s"]));
    assert!(start.elapsed() < Duration::from_secs(30), "it took {:?} to end", start.elapsed());
}
