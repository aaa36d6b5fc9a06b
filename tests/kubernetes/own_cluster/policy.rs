//! The chart's `NetworkPolicy`, enforced.

use serde_json::{Value, json};

use crate::node::{NODE, processes, reaches};
use crate::release::{NAME, ROOT, Release, apply, eventually, stdout, try_stdout};

/// A pod that is not Footfall's, and serves port 8080.
fn guest(release: &Release, name: &str) -> Value {
    let context = json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}});
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": release.namespace, "labels": {"guest": name}},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "guest", "image": "localhost/footfall-busybox:1", "securityContext": context,
                "command": ["httpd", "-f", "-p", "8080", "-h", "/bin"],
            }],
        },
    });
    apply(&pod);
    let pod = format!("pod/{name}");
    stdout(&mut release.kubectl(&["wait", "--for", "condition=Ready", &pod, "--timeout", "60s"]));
    release.get(&pod)
}

#[test]
fn who_is_not_named_in_from_is_refused() {
    let release = Release::shared();
    // What a guest gets from the Service.
    let ask = |name: &str| {
        let wget = ["wget", "-q", "-t", "1", "-T", "3", "-O", "-", "http://footfall:5000/version"];
        try_stdout(release.kubectl(&["exec", name, "--"]).args(wget))
    };
    for name in ["friend", "stranger"] {
        guest(&release, name);
        eventually("everybody may come in", || ask(name).ok());
    }
    release.upgrade(&["networkPolicy.from[0].podSelector.matchLabels.guest=friend"]);
    eventually("the stranger is refused", || ask("stranger").err());
    ask("friend").expect("a friend is let in");
    // So are the other replicas and `helm test`, which nobody has named.
    for asked in 0..3 {
        release.total(asked, 3);
    }
    stdout(&mut release.helm(&["test", NAME]));
}

/// Applies the chart's policy as two, one for each direction. kube-router lets pass between two pods of one policy what
/// either of its directions allows.
fn apply_policy(release: &Release) {
    let chart = format!("{ROOT}/deploy/chart");
    let mut helm = release.helm(&["template", NAME, &chart, "--show-only", "templates/networkpolicy.yaml"]);
    let policy = stdout(helm.args(["--set", "networkPolicy.enabled=true"]));
    let policy: Value = serde_yaml_ng::from_str(&policy).expect("YAML");
    for (direction, other, kind) in [("ingress", "egress", "Ingress"), ("egress", "ingress", "Egress")] {
        let mut policy = policy.clone();
        policy["metadata"]["name"] = direction.into();
        policy["metadata"]["namespace"] = release.namespace.as_str().into();
        policy["spec"].as_object_mut().expect("a spec").remove(other);
        policy["spec"]["policyTypes"] = json!([kind]);
        apply(&policy);
    }
}

#[test]
fn a_replica_reaches_its_peers_and_dns_and_nobody_else() {
    let release = Release::install("-policy", &["replicaCount=2"]);
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
}
