//! How many replicas there are, where, and how they are treated.

use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;

use crate::cases::objects;
use crate::rules::ports::probes;

#[test]
fn one_replica_needs_no_budget() {
    let objects = objects("one-replica.yaml");
    assert_eq!(objects.stateful_set().replicas, Some(1));
    assert!(objects.all::<PodDisruptionBudget>().is_empty());
}

#[test]
fn a_budget_may_be_a_share() {
    let budget = objects("ten-replicas.yaml").only::<PodDisruptionBudget>();
    let unavailable = budget.spec.and_then(|spec| spec.max_unavailable);
    assert_eq!(unavailable, Some(IntOrString::String("20%".to_owned())));
}

#[test]
fn an_update_and_the_end_of_the_claims_can_be_chosen() {
    let set = objects("ten-replicas.yaml").stateful_set();
    let strategy = json!({ "type": "RollingUpdate", "rollingUpdate": { "partition": 3 } });
    assert_eq!(json!(set.update_strategy), strategy);
    assert_eq!(set.min_ready_seconds, Some(10));
    assert_eq!(set.revision_history_limit, Some(3));
    let retention = json!({ "whenDeleted": "Delete", "whenScaled": "Delete" });
    assert_eq!(json!(set.persistent_volume_claim_retention_policy), retention);
}

#[test]
fn claims_stay_by_default() {
    let retention = objects("defaults.yaml").stateful_set().persistent_volume_claim_retention_policy;
    assert_eq!(json!(retention), json!({ "whenDeleted": "Retain", "whenScaled": "Retain" }));
}

#[test]
fn pods_go_where_they_are_told() {
    let objects = objects("scheduling.yaml");
    let pod = objects.pod();
    assert_eq!(json!(pod.node_selector), json!({ "kubernetes.io/arch": "amd64" }));
    assert_eq!(pod.tolerations.expect("tolerations")[0].key.as_deref(), Some("spin"));
    assert!(pod.affinity.and_then(|affinity| affinity.pod_anti_affinity).is_some());
    assert_eq!(pod.priority_class_name.as_deref(), Some("high"));
    let metadata = objects.pod_metadata();
    assert_eq!(metadata.labels.expect("labels")["team"], "web");
    assert_eq!(metadata.annotations.expect("annotations")["example.com/note"], "1");
}

#[test]
fn a_spread_with_labels_of_its_own_keeps_them() {
    let spreads = objects("scheduling.yaml").pod().topology_spread_constraints.expect("constraints");
    let labels = spreads.into_iter().map(|spread| spread.label_selector.and_then(|selector| selector.match_labels));
    let counts: Vec<_> = labels.map(|labels| labels.expect("labels").len()).collect();
    assert_eq!(counts, [2, 1]);
}

#[test]
fn replicas_spread_over_the_nodes_by_default() {
    let spreads = objects("defaults.yaml").pod().topology_spread_constraints.expect("constraints");
    assert_eq!(spreads[0].topology_key, "kubernetes.io/hostname");
}

#[test]
fn probes_are_there_unless_they_are_turned_off() {
    assert_eq!(probes(objects("defaults.yaml")).len(), 3);
    assert_eq!(probes(objects("no-probes.yaml")).len(), 0);
}

#[test]
fn pods_may_start_one_after_the_other() {
    let set = objects("storage.yaml").stateful_set();
    assert_eq!(set.pod_management_policy.as_deref(), Some("OrderedReady"));
    let claim = set.volume_claim_templates.expect("claims").remove(0).spec.expect("a spec");
    assert_eq!(claim.storage_class_name.as_deref(), Some("fast"));
}
