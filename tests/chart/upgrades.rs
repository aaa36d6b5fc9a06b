//! What may change from version to version, and what may not.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::chart::{Chart, Objects, ROOT, stdout};
use crate::snapshots::difference;

/// What Kubernetes refuses to change in a `StatefulSet` that is there.
fn immutable(objects: &Objects) -> Value {
    let set = objects.only("StatefulSet");
    let spec = &set["spec"];
    let fields = ["selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates"];
    json!([set["metadata"]["name"], fields.map(|field| &spec[field])])
}

#[test]
fn a_new_version_can_be_installed_over_an_old_one() {
    let old = Chart::new().render(&[]);
    // One of the chart alone restarts nothing, and one of the app changes the image alone.
    let chart = Chart::new().with_line("Chart.yaml", "version:", "version: 9.9.9+build.1").render(&[]);
    assert_eq!(chart.template(), old.template());
    let app = Chart::new().with_line("Chart.yaml", "appVersion:", "appVersion: 9.9.8").render(&[]);
    let mut expected = old.template().clone();
    expected["spec"]["containers"][0]["image"] = json!("footfall:9.9.8");
    assert_eq!(app.template(), &expected);
    for new in [chart, app] {
        assert_eq!(immutable(&new), immutable(&old));
    }
}

/// `helm upgrade --reuse-values` takes the values of the release in place of the chart's own.
#[test]
fn values_that_an_older_release_did_not_have_mean_the_defaults() {
    let chart = Chart::new();
    let old = Path::new(ROOT).join("tests/chart/fixtures/old-values.yaml");
    let reusing = chart.with_file("values.yaml", &fs::read_to_string(&old).expect("values"));
    // A field that the old one's probe did not have is Kubernetes' own.
    let expected = chart.with_line("values.yaml", "  timeoutSeconds: 5", "");
    for file in chart.ci_files() {
        let install = ["install", "footfall", "--dry-run=client"];
        let [reused, expected] = [&reusing, &expected].map(|chart| {
            let mut helm = chart.helm(&install);
            let text = stdout(helm.arg("--values").arg(&old).arg("--values").arg(chart.path().join(&file)));
            text.split_once("HOOKS:").expect("hooks, the manifest and the notes").1.to_owned()
        });
        assert!(reused == expected, "{file}:\n{}", difference(&expected, &reused));
    }
}

#[test]
fn other_values_can_be_installed_over_those_of_before_and_restart_the_pods_if_they_are_theirs() {
    let chart = Chart::new();
    let before = chart.render(&[]);
    for (value, restarts) in [
        ("replicaCount=5", true),
        ("podLabels.team=web", true),
        ("podAnnotations.note=x", true),
        ("timezone=Europe/Moscow", true),
        ("maxStorage=64Mi", true),
        ("exportToken.value=secret", true),
        ("readToken.value=secret", true),
        ("image.tag=next", true),
        ("containerPort=8080", true),
        ("runtimeClass.name=spin", true),
        ("resources.limits.memory=1Gi", true),
        ("listenAddress=0.0.0.0", true),
        ("maxInstanceMemory=64Mi", true),
        ("commonLabels.team=web", true),
        ("commonAnnotations.note=x", false),
        ("statefulSet.annotations.note=x", false),
        ("service.type=ClusterIP", false),
        ("podDisruptionBudget.enabled=false", false),
        ("ingress.enabled=true", false),
        ("networkPolicy.enabled=true", false),
        ("statefulSet.minReadySeconds=5", false),
        ("statefulSet.persistentVolumeClaimRetentionPolicy.whenScaled=Delete", false),
    ] {
        let after = chart.render(&[value]);
        assert_eq!(immutable(&after), immutable(&before), "{value}");
        assert_eq!(after.template() != before.template(), restarts, "{value}");
    }
}

#[test]
fn another_runtime_config_or_token_restarts_the_pods() {
    let chart = Chart::new();
    let config = chart.with_line("templates/_helpers.tpl", "path = ", "path = \"/data/other.db\"");
    assert_ne!(config.render(&[]).template(), chart.render(&[]).template());
    for value in ["exportToken", "readToken"] {
        let [one, two] = ["one", "two"].map(|token| chart.render(&[&format!("{value}.value={token}")]));
        assert_ne!(one.template(), two.template(), "{value}");
    }
}
