//! The kinds that Kubernetes does not have, as those projects define them that do.

use std::fs;
use std::process::Command;

use serde_json::json;
use tempfile::NamedTempFile;

use crate::release::{NAME, ROOT, Release, kubectl, stdout, try_stdout};

/// A kind, and how the chart is told to make one.
const KINDS: [(&str, &str); 3] =
    [("PodMonitor", "podMonitor"), ("PrometheusRule", "prometheusRule"), ("HTTPRoute", "httpRoute")];

/// The definitions of these kinds in the cluster, for as long as a test wants them.
struct Definitions(String);

impl Definitions {
    fn apply() -> Self {
        let definitions = Self(format!("{ROOT}/target/kubernetes/crds"));
        stdout(&mut definitions.kubectl(&["apply", "--server-side"]));
        stdout(&mut definitions.kubectl(&["wait", "--for", "condition=Established", "--timeout", "60s"]));
        definitions
    }

    fn kubectl(&self, arguments: &[&str]) -> Command {
        let mut kubectl = kubectl(arguments);
        kubectl.args(["--filename", &self.0]);
        kubectl
    }
}

impl Drop for Definitions {
    fn drop(&mut self) {
        stdout(&mut self.kubectl(&["delete", "--ignore-not-found", "--timeout", "60s"]));
    }
}

#[test]
fn the_prometheus_operator_and_the_gateway_api_take_their_objects_and_without_them_nothing_is_installed() {
    let release = Release::not_yet("-kinds", &[]);
    let labels = json!({"release": "prometheus"});
    let header = json!({"set": [{"name": "strict-transport-security", "value": "max-age=31536000"}]});
    let rules = json!([
        {
            "matches": [
                {"path": {"type": "Exact", "value": "/visit"}},
                {"path": {"type": "PathPrefix", "value": "/badge.svg"}},
            ],
            "filters": [{"type": "ResponseHeaderModifier", "responseHeaderModifier": header}],
        },
        {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}]},
    ]);
    let mut values = json!({
        "podMonitor": {"interval": "15s", "labels": labels},
        "prometheusRule": {"labels": labels},
        "httpRoute": {
            "annotations": {"example.com/owner": "web"},
            "parentRefs": [{"name": "gateway", "namespace": "gateways", "sectionName": "https"}],
            "hostnames": ["visits.example.com"],
            "rules": rules,
        },
    });
    for (_, value) in KINDS {
        values[value]["enabled"] = json!(true);
    }
    let file = NamedTempFile::with_suffix(".json").expect("a file");
    fs::write(file.path(), values.to_string()).expect("written");
    let chart = format!("{ROOT}/deploy/chart");
    let install = || try_stdout(release.helm(&["install", NAME, &chart, "--values"]).arg(file.path()));

    let said = install().expect_err("the cluster does not have these kinds");
    for (kind, _) in KINDS {
        assert!(said.contains(&format!("no matches for kind \"{kind}\"")), "{said}");
    }
    assert_eq!(release.get("statefulset")["items"], json!([]));

    let definitions = Definitions::apply();
    // The API server refuses an unknown field, since Helm applies on the server.
    install().expect("a release");
    for (kind, _) in KINDS {
        assert_eq!(release.get(&format!("{kind}/{NAME}"))["kind"], kind);
    }
    release.wait_until_ready();
    stdout(&mut release.helm(&["uninstall", NAME, "--wait"]));
    drop(definitions);
    release.remove();
}
