//! Every object against the schemas of Kubernetes, which know every field: a misspelt one is an error here, where Helm
//! would pass it over.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;
use tempfile::NamedTempFile;

use crate::cases::everywhere;
use crate::chart::{Chart, output, tool};

/// The versions that clusters have, up to the newest that the schemas have.
const VERSIONS: [&str; 7] = ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"];

/// These are not of Kubernetes itself; the snapshots have every field of theirs.
const CUSTOM: [&str; 3] = ["PodMonitor", "PrometheusRule", "HTTPRoute"];

#[test]
fn every_object_is_what_kubernetes_expects_and_a_misspelt_field_is_not() {
    let mut objects = BTreeSet::new();
    everywhere(|case| {
        // One name is enough, the most awkward: no name changes what fields there are.
        if case.release == "true" {
            let known = case.objects.0.iter().filter(|object| CUSTOM.iter().all(|kind| object["kind"] != *kind));
            objects.extend(known.map(ToString::to_string));
        }
    });
    let mut misspelt = Chart::new().render(&[]).only("StatefulSet").clone();
    misspelt["metadata"]["name"] = json!("misspelt");
    misspelt["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = json!({});

    let file = NamedTempFile::with_suffix(".yaml").expect("a file");
    let text: Vec<_> = objects.iter().cloned().chain([misspelt.to_string()]).collect();
    fs::write(&file, text.join("\n---\n")).expect("written");
    let mut validate = std::process::Command::new("python3");
    validate.env("PYTHONPATH", tool("python")).args(["-m", "kubernetes_validate", "--strict"]);
    let output = output(validate.args(VERSIONS.iter().flat_map(|version| ["-k", version])).arg(file.path()));
    let report = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let bad: Vec<_> = report.lines().filter(|line| !line.starts_with("INFO ")).collect();
    assert_eq!(bad.len(), VERSIONS.len(), "{}", bad.join("\n"));
    assert!(
        bad.iter().all(|line| line.starts_with("ERROR ") && line.contains("'readinesProbe' was unexpected")),
        "{bad:?}"
    );
    for version in VERSIONS {
        let good = report.lines().filter(|line| line.ends_with(&format!(" against version {version}"))).count();
        assert_eq!(good, objects.len(), "{report}");
    }
}
