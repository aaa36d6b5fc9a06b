//! What selects the replicas, and nothing else.

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicyPeer};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;

use crate::cases::{Case, everywhere};
use crate::objects::{Labels, Objects, selects};

/// Every selector of pods that the chart writes, with what it is in.
fn selectors(case: &Case) -> Vec<(&'static str, Labels)> {
    let objects = &case.objects;
    let mut all = Vec::new();
    for service in objects.all::<Service>() {
        all.push(("Service", service.spec.and_then(|spec| spec.selector).expect("a selector")));
    }
    for budget in objects.all::<PodDisruptionBudget>() {
        let selector = budget.spec.and_then(|spec| spec.selector).and_then(|selector| selector.match_labels);
        all.push(("PodDisruptionBudget", selector.expect("labels")));
    }
    for policy in objects.all::<NetworkPolicy>() {
        let selector = policy.spec.and_then(|spec| spec.pod_selector).and_then(|selector| selector.match_labels);
        all.push(("NetworkPolicy", selector.expect("labels")));
    }
    for monitor in objects.custom("PodMonitor") {
        let labels = monitor.pointer("/spec/selector/matchLabels").expect("labels");
        all.push(("PodMonitor", serde_json::from_value(labels.clone()).expect("labels")));
    }
    for (index, spread) in objects.pod().topology_spread_constraints.expect("constraints").into_iter().enumerate() {
        let labels = spread.label_selector.and_then(|selector| selector.match_labels).expect("labels");
        if case.value("/topologySpreadConstraints")[index]["labelSelector"].is_null() {
            all.push(("topologySpreadConstraint", labels));
        }
    }
    all
}

fn peers(policy: &NetworkPolicy) -> Vec<Vec<NetworkPolicyPeer>> {
    let spec = policy.spec.as_ref().expect("a spec");
    let from = spec.ingress.iter().flatten().filter_map(|rule| rule.from.clone());
    let to = spec.egress.iter().flatten().filter_map(|rule| rule.to.clone());
    from.chain(to).collect()
}

fn lets(peers: &[NetworkPolicyPeer], labels: &Labels) -> bool {
    let selectors = peers.iter().filter_map(|peer| peer.pod_selector.as_ref()?.match_labels.as_ref());
    selectors.into_iter().any(|selector| selects(selector, labels))
}

fn test_labels(objects: &Objects) -> Labels {
    objects.test_pod().metadata.labels.expect("labels")
}

#[test]
fn every_selector_is_the_one_of_the_replicas() {
    everywhere(|case| {
        let own = case.objects.selector();
        assert!(!own.is_empty());
        for (kind, selector) in selectors(case) {
            assert_eq!(selector, own, "{kind}");
        }
    });
}

#[test]
fn the_selector_selects_the_pods() {
    everywhere(|case| {
        let labels = case.objects.pod_metadata().labels.expect("labels");
        assert!(selects(&case.objects.selector(), &labels), "{labels:?}");
        for spread in case.objects.pod().topology_spread_constraints.expect("constraints") {
            let selector = spread.label_selector.and_then(|selector| selector.match_labels).expect("labels");
            assert!(selects(&selector, &labels), "{selector:?}");
        }
    });
}

#[test]
fn the_selector_tells_one_release_from_another() {
    everywhere(|case| {
        assert_eq!(case.objects.selector()["app.kubernetes.io/instance"], case.release);
    });
}

#[test]
fn nothing_selects_the_pod_of_helm_test() {
    everywhere(|case| {
        for (kind, selector) in selectors(case) {
            assert!(!selects(&selector, &test_labels(&case.objects)), "{kind}");
        }
    });
}

#[test]
fn a_network_policy_lets_the_replicas_ask_each_other() {
    everywhere(|case| {
        for policy in case.objects.all::<NetworkPolicy>() {
            let rules = peers(&policy);
            assert!(!rules.is_empty());
            for rule in rules {
                assert!(lets(&rule, &case.objects.selector()), "{rule:?}");
            }
        }
    });
}

#[test]
fn a_network_policy_lets_helm_test_in() {
    everywhere(|case| {
        for policy in case.objects.all::<NetworkPolicy>() {
            for from in policy.spec.expect("a spec").ingress.expect("rules").into_iter().filter_map(|rule| rule.from) {
                assert!(lets(&from, &test_labels(&case.objects)), "{from:?}");
            }
        }
    });
}
