//! The chart's `NetworkPolicy`, enforced.

use serde_json::{Value, json};

use crate::node::{processes, reaches};
use crate::release::{NAME, Release};
use crate::tools::{NODE, ROOT, apply, eventually, own_cluster, stdout, tried};

/// A pod that is not Footfall's, and serves port 8080.
fn guest(release: &Release, name: &str) -> Value {
    let context = json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}});
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"guest": name}},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "guest", "image": "localhost/footfall-busybox:1", "securityContext": context,
                "command": ["httpd", "-f", "-p", "8080", "-h", "/bin"],
            }],
        },
    });
    apply(release.namespace(), &pod);
    stdout(release.kubectl().args(["wait", "--for", "condition=Ready", &format!("pod/{name}"), "--timeout", "60s"]));
    release.get(&format!("pod/{name}"))
}

/// What a guest gets from the Service.
fn asks(release: &Release, name: &str) -> Result<String, String> {
    let ask = ["wget", "-q", "-t", "1", "-T", "3", "-O", "-", "http://footfall:5000/version"];
    tried(release.kubectl().args(["exec", name, "--"]).args(ask))
}

#[test]
fn who_is_not_named_in_from_is_refused() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    for name in ["friend", "stranger"] {
        guest(&release, name);
        eventually("everybody may come in", || asks(&release, name).ok());
    }
    release.upgrade(&["networkPolicy.from[0].podSelector.matchLabels.guest=friend"]);
    eventually("the stranger is refused", || asks(&release, "stranger").err());
    asks(&release, "friend").expect("a friend is let in");
    // Nor are the other replicas and `helm test`, which nobody has named.
    for asked in 0..3 {
        release.total(asked, 3);
    }
    stdout(release.helm().args(["test", NAME]));
}

/// Applies the chart's policy as two, one for each direction. kube-router lets pass between two pods of one policy what
/// either of its directions allows.
fn apply_policy(release: &Release) {
    let mut helm = release.helm();
    helm.args(["template", NAME, &format!("{ROOT}/deploy/chart"), "--show-only", "templates/networkpolicy.yaml"]);
    let policy = stdout(helm.args(["--set", "networkPolicy.enabled=true"]));
    let policy: Value = serde_yaml_ng::from_str(&policy).expect("YAML");
    for (kept, other) in [("ingress", "egress"), ("egress", "ingress")] {
        let mut policy = policy.clone();
        policy["metadata"]["name"] = kept.into();
        let spec = policy["spec"].as_object_mut().expect("a spec");
        spec.remove(other);
        let types = spec["policyTypes"].as_array_mut().expect("a list");
        types.retain(|kind| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case(kept)));
        assert_eq!(types.len(), 1, "{kept}");
        apply(release.namespace(), &policy);
    }
}

#[test]
fn a_replica_reaches_its_peers_and_dns_and_nobody_else() {
    let installed = || Release::installed("-policy", &["replicaCount=2"]);
    let Some(release) = own_cluster().and_then(|_| installed()) else { return };
    let address = |pod: &Value| pod["status"]["podIP"].as_str().expect("an address").to_owned();
    let (peer, other) = (address(&release.pod(1)), address(&guest(&release, "other")));
    let replica = processes(&release, 0).swap_remove(0);
    eventually("without a policy another pod is reached", || reaches(&replica, &other, 8080).then_some(()));
    assert!(reaches(&replica, NODE, 6443), "without a policy the API server is out of reach");

    apply_policy(&release);
    eventually("another pod is out of reach", || (!reaches(&replica, &other, 8080)).then_some(()));
    assert!(!reaches(&replica, NODE, 6443), "the API server is reached");
    assert!(reaches(&replica, &peer, 5000), "a peer is out of reach");
    assert!(reaches(&replica, NODE, 53), "DNS is out of reach");
    release.total(0, 2);
    stdout(release.kubectl().args(["delete", "namespace", release.namespace(), "--wait=false"]));
}
