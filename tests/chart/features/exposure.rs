//! Who gets to the replicas, and how.

use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use serde_json::json;

use crate::cases::objects;

#[test]
fn a_cluster_ip_is_for_the_cluster_alone() {
    let service = objects("cluster-ip.yaml").service();
    assert_eq!(service.type_.as_deref(), Some("ClusterIP"));
    assert_eq!(service.ports.expect("ports")[0].node_port, None);
    assert_eq!(service.external_traffic_policy, None);
}

#[test]
fn a_node_port_may_be_chosen() {
    let service = objects("node-port.yaml").service();
    assert_eq!(service.type_.as_deref(), Some("NodePort"));
    assert_eq!(service.ports.expect("ports")[0].node_port, Some(31553));
    assert_eq!(service.external_traffic_policy.as_deref(), Some("Local"));
}

#[test]
fn a_load_balancer_is_told_what_it_may_let_in() {
    let service = objects("load-balancer.yaml").service();
    assert_eq!(service.load_balancer_class.as_deref(), Some("example.com/lb"));
    assert_eq!(service.load_balancer_source_ranges.expect("ranges"), ["10.0.0.0/8"]);
    assert_eq!(service.external_traffic_policy.as_deref(), Some("Local"));
}

#[test]
fn an_ingress_has_its_host_its_class_and_its_certificate() {
    let ingress = objects("ingress.yaml").only::<Ingress>();
    let annotations = ingress.metadata.annotations.expect("annotations");
    assert_eq!(annotations["example.com/class"], "public");
    let spec = ingress.spec.expect("a spec");
    assert_eq!(spec.ingress_class_name.as_deref(), Some("nginx"));
    assert_eq!(spec.tls.expect("certificates")[0].secret_name.as_deref(), Some("visits-tls"));
    let rule = spec.rules.expect("rules").remove(0);
    assert_eq!(rule.host.as_deref(), Some("visits.example.com"));
    assert_eq!(rule.http.expect("paths").paths[0].path_type, "Prefix");
}

#[test]
fn an_ingress_without_a_host_is_for_every_host() {
    let spec = objects("ingress-any-host.yaml").only::<Ingress>().spec.expect("a spec");
    assert_eq!(spec.ingress_class_name, None);
    let rule = spec.rules.expect("rules").remove(0);
    assert_eq!(rule.host, None);
    assert_eq!(rule.http.expect("paths").paths[0].path.as_deref(), Some("/visits"));
}

#[test]
fn a_route_hangs_on_its_gateway() {
    let routes = objects("http-route.yaml").custom("HTTPRoute");
    assert_eq!(routes.len(), 1);
    assert_eq!(routes[0]["apiVersion"], "gateway.networking.k8s.io/v1");
    let spec = json!({
        "parentRefs": [{ "name": "gateway", "namespace": "gateways" }],
        "hostnames": ["visits.example.com"],
        "rules": [{ "backendRefs": [{ "name": "footfall", "port": 8080 }] }],
    });
    assert_eq!(routes[0]["spec"], spec);
}

#[test]
fn a_network_policy_lets_everybody_in_unless_told_whom() {
    let ingress = |file| {
        let spec = objects(file).only::<NetworkPolicy>().spec.expect("a spec");
        spec.ingress.expect("rules").remove(0)
    };
    assert_eq!(ingress("network-policy.yaml").from, None);
    let from = ingress("network-policy-from.yaml").from.expect("peers");
    assert_eq!(from.len(), 3, "who was listed, the replicas and helm test");
    assert!(from[0].namespace_selector.is_some());
}

#[test]
fn a_monitor_asks_every_replica_for_its_metrics() {
    let monitors = objects("pod-monitor.yaml").custom("PodMonitor");
    assert_eq!(monitors.len(), 1);
    assert_eq!(monitors[0]["apiVersion"], "monitoring.coreos.com/v1");
    assert_eq!(monitors[0]["metadata"]["labels"]["release"], "prometheus");
    let spec = monitors[0]["spec"].as_object().expect("a spec");
    assert_eq!(spec.keys().collect::<Vec<_>>(), ["podMetricsEndpoints", "selector"]);
    assert_eq!(spec["podMetricsEndpoints"], json!([{ "port": "http", "path": "/metrics", "interval": "15s" }]));
}
