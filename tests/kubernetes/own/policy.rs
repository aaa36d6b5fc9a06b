//! The chart's `NetworkPolicy`, enforced.

use serde_json::{Value, json};

use crate::node::{processes, reaches};
use crate::release::{NAME, Release};
use crate::tools::{apply, eventually, stdout, tried};

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

#[test]
fn a_replica_reaches_its_peers_and_dns_and_nobody_else() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    let address = |pod: &Value| pod["status"]["podIP"].as_str().expect("an address").to_owned();
    let (peer, other) = (address(&release.pod(1)), address(&guest(&release, "other")));
    let replica = processes(&release, 0).swap_remove(0);
    assert!(reaches(&replica, &peer, 5000), "a peer is out of reach");
    assert!(reaches(&replica, crate::tools::NODE, 53), "DNS is out of reach");
    eventually("another pod is out of reach", || (!reaches(&replica, &other, 8080)).then_some(()));
    assert!(!reaches(&replica, crate::tools::NODE, 6443), "the API server can be reached");

    // Without the policy both can be: it is the policy that keeps them out of reach.
    release.upgrade(&["networkPolicy.enabled=false"]);
    release.is_ready();
    eventually("another pod can be reached", || reaches(&replica, &other, 8080).then_some(()));
    eventually("the API server can be reached", || reaches(&replica, crate::tools::NODE, 6443).then_some(()));
}
