//! Every object against the schemas of Kubernetes, which know every field: a misspelt one is an error here, where a
//! typed object, and Helm, would pass it over.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cases::{everywhere, objects};
use crate::tools;

/// The oldest version that is still looked after, and the newest that the schemas have.
const VERSIONS: [&str; 2] = ["1.33", "1.37"];

/// These are not of Kubernetes itself. `features::exposure` looks at every field of theirs.
const SKIPPED: [&str; 2] = ["PodMonitor", "HTTPRoute"];

/// What the check says of objects, one line each and version.
fn validate(objects: &[Value], directory: &Path) -> String {
    let file = directory.join("objects.yaml");
    let text: Vec<_> = objects.iter().map(Value::to_string).collect();
    fs::write(&file, text.join("\n---\n")).expect("written");
    let mut command = tools::kubernetes_validate();
    command.args(VERSIONS.iter().flat_map(|version| ["-k", version])).arg(file);
    let output = tools::output(&mut command);
    String::from_utf8(output.stdout).expect("text") + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn every_object_is_what_kubernetes_expects() {
    let mut all = Vec::new();
    everywhere(|case| {
        // One name is enough, the most awkward: no name changes what fields there are.
        if case.release == "true" {
            for object in &case.objects.0 {
                if !SKIPPED.iter().any(|kind| object["kind"] == *kind) && !all.contains(object) {
                    all.push(object.clone());
                }
            }
        }
    });
    let directory = TempDir::new().expect("a directory");
    let report = validate(&all, directory.path());
    let bad: Vec<_> = report.lines().filter(|line| !line.starts_with("INFO ")).collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    for version in VERSIONS {
        let good = report.lines().filter(|line| line.ends_with(&format!(" against version {version}"))).count();
        assert_eq!(good, all.len(), "{report}");
    }
}

#[test]
fn the_check_sees_a_field_that_kubernetes_does_not_have() {
    let mut set = objects("defaults.yaml").custom("StatefulSet")[0].clone();
    set["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = json!({});
    let directory = TempDir::new().expect("a directory");
    let report = validate(&[set], directory.path());
    assert_eq!(report.lines().filter(|line| line.starts_with("ERROR ")).count(), VERSIONS.len(), "{report}");
    assert!(report.contains("'readinesProbe' was unexpected"), "{report}");
}

#[test]
fn the_check_sees_a_kind_that_kubernetes_does_not_have() {
    let directory = TempDir::new().expect("a directory");
    let report =
        validate(&[json!({ "apiVersion": "v1", "kind": "Visit", "metadata": { "name": "x" } })], directory.path());
    assert!(report.lines().all(|line| line.starts_with("WARN ")), "{report}");
}
