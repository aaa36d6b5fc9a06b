//! What comes without any values, and with those that the chart grew out of.

use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::node::v1::RuntimeClass;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde_json::json;

use crate::cases::objects;
use crate::chart::Chart;
use crate::objects::Objects;
use crate::tools::ROOT;

/// Three replicas that start together, each with a claim of 256M, behind a load balancer at port 5000.
fn is_the_classic(objects: &Objects) {
    let set = objects.stateful_set();
    assert_eq!(set.replicas, Some(3));
    assert_eq!(set.pod_management_policy.as_deref(), Some("Parallel"));
    let claims = set.volume_claim_templates.expect("claims");
    assert_eq!(claims[0].metadata.name.as_deref(), Some("visits"));
    let claim = claims[0].spec.as_ref().expect("a spec");
    assert_eq!(claim.access_modes.as_deref(), Some(&["ReadWriteOnce".to_owned()][..]));
    let requests = claim.resources.as_ref().and_then(|resources| resources.requests.as_ref()).expect("requests");
    assert_eq!(requests["storage"], Quantity("256M".to_owned()));
    let service = objects.service();
    assert_eq!(service.type_.as_deref(), Some("LoadBalancer"));
    assert_eq!(service.ports.expect("ports")[0].port, 5000);
}

#[test]
fn the_defaults_are_three_replicas_with_256m_each_behind_a_load_balancer() {
    is_the_classic(objects("defaults.yaml"));
}

#[test]
fn the_values_that_the_chart_grew_out_of_still_give_the_same() {
    is_the_classic(objects("seed.yaml"));
}

#[test]
fn the_image_is_of_the_version_of_the_package() {
    let cargo: toml::Table =
        std::fs::read_to_string(format!("{ROOT}/Cargo.toml")).expect("text").parse().expect("TOML");
    let version = cargo["package"]["version"].as_str().expect("a version");
    let image = objects("defaults.yaml").container().image.expect("an image");
    assert_eq!(image, format!("footfall:{version}"));
    let image = objects("final.yaml").container().image.expect("an image");
    assert_eq!(image, format!("footfall:{version}-final"));
    let chart: serde_json::Value = serde_yaml_ng::from_str(&Chart::new().read("Chart.yaml")).expect("YAML");
    assert_eq!(chart["appVersion"], version);
}

#[test]
fn nothing_is_there_that_nobody_asked_for() {
    let objects = objects("defaults.yaml");
    let mut kinds: Vec<_> = objects.metadata().into_iter().map(|(kind, _)| kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["ConfigMap", "Pod", "PodDisruptionBudget", "Service", "Service", "StatefulSet"]);
    assert!(objects.all::<Ingress>().is_empty() && objects.all::<NetworkPolicy>().is_empty());
}

#[test]
fn a_tag_goes_before_the_variant_and_a_digest_before_both() {
    let tagged = Chart::new().render(&["image.variant=final", "image.tag=mine"]);
    assert_eq!(tagged.container().image.as_deref(), Some("footfall:mine"));
    let objects = objects("digest.yaml");
    let image = objects.container().image.expect("an image");
    assert_eq!(image, format!("registry.example.com/footfall@sha256:{}", "0123456789abcdef".repeat(4)));
    assert_eq!(objects.pod().image_pull_secrets.expect("secrets")[0].name, "registry");
}

#[test]
fn a_runtime_class_is_made_on_request() {
    let class = objects("runtime-class.yaml").only::<RuntimeClass>();
    assert_eq!(class.metadata.name.as_deref(), Some("spin"));
    assert_eq!(class.handler, "spin");
    let scheduling = class.scheduling.expect("scheduling");
    assert_eq!(json!(scheduling.node_selector), json!({ "spin": "true" }));
    assert_eq!(scheduling.tolerations.expect("tolerations")[0].key.as_deref(), Some("spin"));
}

#[test]
fn values_of_a_parent_chart_are_no_mistake() {
    let chart = Chart::new();
    assert_eq!(chart.render(&["global.domain=example.com"]).0, chart.render(&[]).0);
}
