//! What is pushed can be pulled, unless a byte was changed.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::project::{Project, attempt, stdout, tamper};
use crate::registry::Registry;

/// A package, published in a registry of its own: with what `scripts/publish` says of it.
fn published() -> (Registry, Project, BTreeMap<String, String>) {
    let (registry, project) = (Registry::start("127.0.0.1"), Project::new());
    project.package(&format!("{}/somebody/footfall", registry.address));
    let outputs = publish(&registry, &project);
    (registry, project, outputs)
}

fn publish(registry: &Registry, project: &Project) -> BTreeMap<String, String> {
    let outputs = stdout(registry.trusted_by(&mut project.command("scripts/publish", &[])));
    let output = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    outputs.lines().map(|line| output(line).unwrap_or_else(|| panic!("{line} is no output"))).collect()
}

/// Copies an image into a directory, as whoever runs it would.
fn pull(registry: &Registry, reference: &str) -> Result<Value, String> {
    let directory = TempDir::new().expect("a directory");
    let target = format!("dir:{}", directory.path().display());
    let mut skopeo = Command::new("skopeo");
    attempt(registry.trusted_by(skopeo.args(["copy", "--all", &format!("docker://{reference}"), &target])))?;
    Ok(crate::project::parse(&directory.path().join("manifest.json")))
}

/// The reference of the chart, as Helm wants it.
fn chart(outputs: &BTreeMap<String, String>) -> String {
    format!("oci://{}", outputs["chart_repository"])
}

#[test]
fn images_and_chart_can_be_pulled_by_tag_and_by_the_digests_that_the_chart_has() {
    let (registry, project, outputs) = published();
    let version = project.version();
    let charts = chart(&outputs);
    let mut helm = Command::new("target/tools/helm");
    let helm = helm.args(["show", "values", &charts, "--version", &version]);
    let values: Value = serde_yaml_ng::from_str(&stdout(registry.trusted_by(helm))).expect("YAML");
    let image = &values["image"];
    assert_eq!(image["repository"], outputs["repository"]);
    for (variant, tag) in [("rc", version.clone()), ("final", version + "-final")] {
        assert_eq!(image["digests"][variant], outputs[variant]);
        let repository = &outputs["repository"];
        let by_digest = pull(&registry, &format!("{repository}@{}", outputs[variant])).expect("by digest");
        assert_eq!(pull(&registry, &format!("{repository}:{tag}")).expect("by tag"), by_digest);
        assert_eq!(by_digest["manifests"].as_array().expect("platforms").len(), 2);
    }
    assert_eq!(publish(&registry, &project), outputs, "publishing it again makes something else of it");
}

#[test]
fn a_changed_byte_in_the_registry_is_refused() {
    let (registry, project, outputs) = published();
    let reference = format!("{}@{}", outputs["repository"], outputs["rc"]);
    let index = pull(&registry, &reference).expect("as it was pushed");
    let manifest = index["manifests"][0]["digest"].as_str().expect("a digest");
    let manifest: Value = crate::project::parse(&registry.blob(manifest));
    let layer = registry.blob(manifest["layers"][0]["digest"].as_str().expect("a digest"));
    let original = fs::read(&layer).expect("a layer");
    tamper(&layer);
    let refusal = pull(&registry, &reference).expect_err("a changed layer was taken");
    assert!(refusal.contains("Digest did not match") || refusal.contains("does not match"), "{refusal}");
    fs::write(&layer, original).expect("written");
    tamper(&registry.blob(&outputs["rc"]));
    pull(&registry, &reference).expect_err("a changed index was taken");

    let chart_manifest: Value = crate::project::parse(&registry.blob(&outputs["chart"]));
    let show = || {
        let mut helm = Command::new("target/tools/helm");
        attempt(registry.trusted_by(helm.args(["show", "chart", &chart(&outputs), "--version", &project.version()])))
    };
    show().expect("as it was pushed");
    tamper(&registry.blob(chart_manifest["layers"][0]["digest"].as_str().expect("a digest")));
    show().expect_err("a changed chart was taken");
}

/// As the workflow does, by `docker login` alone.
#[test]
fn whoever_has_logged_in_by_docker_may_push_and_nobody_else() {
    // The password is `secret`.
    let users = "somebody:$2b$04$JxVAjr6QhROsCW6zknFWIOatotbYzimzXeKarhLBC/Tw.u9pKoBrq\n";
    let (registry, project) = (Registry::start_for("127.0.0.1", Some(users)), Project::new());
    project.package(&format!("{}/somebody/footfall", registry.address));
    let home = TempDir::new().expect("a directory");
    let publish = || {
        let mut publish = project.command("scripts/publish", &[]);
        let publish = publish.env("HOME", home.path()).env_remove("XDG_RUNTIME_DIR").env_remove("DOCKER_CONFIG");
        attempt(registry.trusted_by(publish))
    };
    publish().expect_err("a stranger may push");
    // What `docker login` writes: `somebody:secret` in base64.
    let login = json!({"auths": {&registry.address: {"auth": "c29tZWJvZHk6c2VjcmV0"}}});
    fs::create_dir(home.path().join(".docker")).expect("a directory");
    fs::write(home.path().join(".docker/config.json"), login.to_string()).expect("written");
    publish().expect("somebody may push");
}
