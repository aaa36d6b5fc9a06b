//! The ways of the Spin shim that the chart does not show, and that what stands in for it has too.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::release::Release;
use crate::tools::{apply, eventually, kubectl, stdout, tried};

#[test]
fn a_plain_pod_listens_on_port_80_takes_plain_variables_and_ends_at_sigterm() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    let image = release.pod(0)["spec"]["containers"][0]["image"].clone();
    let env = json!([
        {"name": "TIMEZONE", "value": "Asia/Kathmandu"},
        {"name": "SPIN_VARIABLE_TIMEZONE", "value": "Europe/Moscow"},
        {"name": "SPIN_VARIABLE_REPLICA", "value": "a-plain-pod"},
    ]);
    // Not restricted: without a runtime configuration the state goes to /.spin.
    let spec = json!({
        "runtimeClassName": "wasmtime-spin-v2", "terminationGracePeriodSeconds": 60,
        "containers": [{"name": "plain", "image": image, "command": ["/"], "env": env, "securityContext": {"runAsUser": 0}}],
    });
    apply("default", &json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "plain"}, "spec": spec}));
    let said = eventually("the pod answers on port 80", || {
        tried(kubectl().args(["get", "--raw", "/api/v1/namespaces/default/pods/plain:80/proxy/"])).ok()
    });
    assert!(said.contains("Asia/Kathmandu") && said.contains("a-plain-pod"), "{said}");

    let start = Instant::now();
    stdout(kubectl().args(["delete", "pod", "plain", "--namespace", "default", "--timeout", "60s"]));
    assert!(start.elapsed() < Duration::from_secs(30), "it took {:?} to end", start.elapsed());
}
