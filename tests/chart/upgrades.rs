//! What may change from version to version, and what may not.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::chart::Chart;
use crate::objects::Objects;

/// What Kubernetes refuses to change in a `StatefulSet` that is there.
fn immutable(objects: &Objects) -> Value {
    let set = &objects.custom("StatefulSet")[0];
    let spec = &set["spec"];
    json!({
        "name": set["metadata"]["name"],
        "selector": spec["selector"],
        "serviceName": spec["serviceName"],
        "podManagementPolicy": spec["podManagementPolicy"],
        "volumeClaimTemplates": spec["volumeClaimTemplates"],
    })
}

/// What starts the pods anew when it changes.
fn template(objects: &Objects) -> &Value {
    &objects.custom("StatefulSet")[0]["spec"]["template"]
}

fn annotations(objects: &Objects) -> BTreeMap<String, String> {
    objects.pod_metadata().annotations.expect("annotations")
}

#[test]
fn a_new_version_can_be_installed_over_an_old_one() {
    let next = Chart::with_line("Chart.yaml", "version:", "version: 9.9.9+build.1").and_line(
        "Chart.yaml",
        "appVersion:",
        "appVersion: 9.9.8",
    );
    let (old, new) = (Chart::new().render(&[]), next.render(&[]));
    assert_ne!(template(&old), template(&new));
    assert_eq!(immutable(&old), immutable(&new));
}

#[test]
fn other_values_can_be_installed_over_those_of_before() {
    let chart = Chart::new();
    let before = immutable(&chart.render(&[]));
    for values in [
        "replicaCount=5",
        "service.type=ClusterIP",
        "podLabels.team=web",
        "podAnnotations.note=x",
        "timezone=Europe/Moscow",
        "exportToken.value=secret",
        "image.tag=next",
        "containerPort=8080",
        "runtimeClass.name=spin",
        "networkPolicy.enabled=true",
        "statefulSet.minReadySeconds=5",
        "statefulSet.persistentVolumeClaimRetentionPolicy.whenScaled=Delete",
        "resources.limits.memory=1Gi",
    ] {
        assert_eq!(immutable(&chart.render(&[values])), before, "{values}");
    }
}

#[test]
fn a_new_version_of_the_chart_alone_restarts_nothing() {
    let next = Chart::with_line("Chart.yaml", "version:", "version: 9.9.9");
    assert_eq!(template(&Chart::new().render(&[])), template(&next.render(&[])));
}

#[test]
fn a_new_version_of_the_app_changes_the_image_and_nothing_else() {
    let next = Chart::with_line("Chart.yaml", "appVersion:", "appVersion: 9.9.8").render(&[]);
    let mut expected = template(&Chart::new().render(&[])).clone();
    expected["spec"]["containers"][0]["image"] = json!("footfall:9.9.8");
    assert_eq!(template(&next), &expected);
}

#[test]
fn another_runtime_config_restarts_the_pods() {
    let next = Chart::with_line("templates/_helpers.tpl", "path = ", "path = \"/data/other.db\"").render(&[]);
    assert_ne!(annotations(&next), annotations(&Chart::new().render(&[])));
}

#[test]
fn another_export_token_restarts_the_pods() {
    let chart = Chart::new();
    let pods = ["", "one", "two"].map(|token| annotations(&chart.render(&[&format!("exportToken.value={token}")])));
    assert!(pods[0] != pods[1] && pods[1] != pods[2], "{pods:?}");
}

#[test]
fn a_value_that_is_not_of_the_pods_restarts_nothing() {
    let chart = Chart::new();
    let before = chart.render(&[]);
    for values in ["service.type=ClusterIP", "podDisruptionBudget.enabled=false", "ingress.enabled=true"] {
        assert_eq!(template(&chart.render(&[values])), template(&before), "{values}");
    }
}
