//! The chart as a part of another one, an umbrella chart.

use serde_json::{Value, json};

use crate::chart::{Chart, list};

/// The Secrets by which a pod pulls its images.
fn pull_secrets(pod: &Value) -> Vec<&Value> {
    list(&pod["imagePullSecrets"]).iter().map(|secret| &secret["name"]).collect()
}

#[test]
fn an_umbrella_chart_switches_it_on_and_off_by_its_condition() {
    let umbrella = Chart::new().umbrella();
    assert_eq!(umbrella.render(&["footfall.enabled=true"]).all("StatefulSet").len(), 1);
    assert_eq!(umbrella.render(&["footfall.enabled=false"]).0, Vec::<Value>::new());
}

#[test]
fn the_values_of_an_umbrella_chart_are_those_of_its_part() {
    let part =
        Chart::new().umbrella().render(&["footfall.replicaCount=5", "footfall.podSecurityContext.runAsUser=null"]);
    assert_eq!(part.only("StatefulSet")["spec"]["replicas"], 5);
    let contexts = [&part.template()["spec"], &part.only("Pod")["spec"]].map(|pod| &pod["securityContext"]);
    assert!(contexts.iter().all(|context| context["runAsUser"].is_null() && context["runAsNonRoot"] == true));
}

#[test]
fn all_images_come_from_the_global_registry_by_the_global_secrets() {
    let global = ["global.imageRegistry=registry.example.com:5000/mirror", "global.imagePullSecrets={one}"];
    for (chart, prefix) in [(Chart::new(), ""), (Chart::new().umbrella(), "footfall.")] {
        for (repository, mirrored) in [
            ("footfall", "footfall"),
            ("team/footfall", "team/footfall"),
            ("ghcr.io/team/footfall", "team/footfall"),
            ("localhost/footfall", "footfall"),
            ("localhost:5001/footfall", "footfall"),
        ] {
            let values = [
                global[0],
                global[1],
                &format!("{prefix}image.repository={repository}"),
                &format!("{prefix}image.tag=one"),
                &format!("{prefix}imagePullSecrets[0].name=two"),
            ];
            let objects = chart.render(&values);
            let image = format!("registry.example.com:5000/mirror/{mirrored}:one");
            assert_eq!(objects.container()["image"], image, "{repository}");
            let test = &objects.only("Pod")["spec"];
            assert_eq!(test["containers"][0]["image"], "registry.example.com:5000/mirror/library/busybox:1.37");
            for pod in [&objects.template()["spec"], test] {
                assert_eq!(pull_secrets(pod), [&json!("one"), &json!("two")]);
            }
        }
    }
}
