//! What may change from version to version, and what may not.

use serde_json::{Value, json};

use crate::chart::{Chart, Objects};

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

/// The values that the first version did not have. After `helm upgrade --reuse-values` from it they are not there.
#[test]
fn values_that_an_older_version_did_not_have_mean_the_defaults() {
    let new = ["maxStorage:", "maxReplicas:", "retired:", "clusterDomain:"];
    let old = new.iter().fold(Chart::new(), |chart, value| chart.with_line("values.yaml", value, ""));
    assert!(old.render(&[]) == Chart::new().render(&[]));
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
        ("image.tag=next", true),
        ("containerPort=8080", true),
        ("runtimeClass.name=spin", true),
        ("resources.limits.memory=1Gi", true),
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
fn another_runtime_config_or_export_token_restarts_the_pods() {
    let chart = Chart::new();
    let config = chart.with_line("templates/_helpers.tpl", "path = ", "path = \"/data/other.db\"");
    assert_ne!(config.render(&[]).template(), chart.render(&[]).template());
    let [one, two] = ["one", "two"].map(|token| chart.render(&[&format!("exportToken.value={token}")]));
    assert_ne!(one.template(), two.template());
}
