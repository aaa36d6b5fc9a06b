//! The way of a request to the container.

use k8s_openapi::api::core::v1::{Probe, Service};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::cases::everywhere;
use crate::objects::Objects;

/// Whether a port of a Service, a probe or a policy is that of the container.
fn is_the_port(port: &IntOrString, objects: &Objects) -> bool {
    match port {
        IntOrString::Int(number) => *number == objects.port(),
        IntOrString::String(name) => name == "http",
    }
}

/// The probes that there are.
pub fn probes(objects: &Objects) -> Vec<Probe> {
    let container = objects.container();
    [container.startup_probe, container.liveness_probe, container.readiness_probe].into_iter().flatten().collect()
}

#[test]
fn spin_listens_where_the_container_has_its_port() {
    everywhere(|case| {
        let port = case.objects.port();
        assert_eq!(case.value("/containerPort"), port);
        assert!(port >= 1024, "no capability is needed");
        assert_eq!(case.objects.env_text("SPIN_HTTP_LISTEN_ADDR"), format!("0.0.0.0:{port}"));
    });
}

#[test]
fn services_lead_to_the_port_of_the_container() {
    everywhere(|case| {
        for service in case.objects.all::<Service>() {
            let ports = service.spec.and_then(|spec| spec.ports).expect("ports");
            assert_eq!(ports.len(), 1);
            assert!(is_the_port(ports[0].target_port.as_ref().expect("a target"), &case.objects), "{ports:?}");
        }
        let visitors = case.objects.service().ports.expect("ports");
        assert_eq!(case.value("/service/port"), visitors[0].port);
    });
}

#[test]
fn the_headless_service_has_the_port_at_which_peers_are_asked() {
    everywhere(|case| {
        let ports = case.objects.headless().spec.and_then(|spec| spec.ports).expect("ports");
        assert_eq!(ports[0].port, case.objects.port());
    });
}

#[test]
fn probes_ask_the_port_of_the_container() {
    everywhere(|case| {
        for probe in probes(&case.objects) {
            assert!(is_the_port(&probe.http_get.expect("an HTTP probe").port, &case.objects));
        }
    });
}

#[test]
fn what_leads_in_from_outside_ends_at_the_service() {
    everywhere(|case| {
        let (name, service) = (case.objects.name(), case.objects.service());
        let port = service.ports.expect("ports").remove(0);
        for ingress in case.objects.all::<Ingress>() {
            for rule in ingress.spec.and_then(|spec| spec.rules).expect("rules") {
                for path in rule.http.expect("paths").paths {
                    let backend = path.backend.service.expect("a service");
                    assert_eq!(backend.name, name);
                    assert_eq!(backend.port.expect("a port").name, port.name);
                }
            }
        }
        for route in case.objects.custom("HTTPRoute") {
            let backend = &route["spec"]["rules"][0]["backendRefs"][0];
            assert_eq!(backend["name"], *name);
            assert_eq!(backend["port"], port.port);
        }
    });
}

#[test]
fn a_network_policy_opens_the_port_and_dns_alone() {
    everywhere(|case| {
        for spec in case.objects.all::<NetworkPolicy>().into_iter().filter_map(|policy| policy.spec) {
            assert_eq!(spec.policy_types.expect("types"), ["Ingress", "Egress"]);
            for port in spec.ingress.expect("rules").into_iter().filter_map(|rule| rule.ports).flatten() {
                assert!(is_the_port(port.port.as_ref().expect("a port"), &case.objects));
            }
            for rule in spec.egress.expect("rules") {
                let ports = rule.ports.expect("ports, for without any all are open");
                let dns = ports.iter().all(|port| port.port == Some(IntOrString::Int(53)));
                let peers = ports.iter().all(|port| is_the_port(port.port.as_ref().expect("a port"), &case.objects));
                assert!(dns || peers && rule.to.is_some(), "{ports:?}");
            }
        }
    });
}

#[test]
fn helm_test_asks_each_replica_and_the_service() {
    everywhere(|case| {
        let (name, headless) = (case.objects.name(), case.objects.headless().metadata.name.expect("a name"));
        let container = case.objects.test_pod().spec.expect("a spec").containers.remove(0);
        let script = container.args.expect("a script").join("\n");
        let port = case.objects.port();
        for replica in 0..case.value("/replicaCount").as_u64().expect("a number") {
            assert!(script.contains(&format!(" http://{name}-{replica}.{headless}:{port}/readyz\n")), "{script}");
        }
        let visitors = case.objects.service().ports.expect("ports").remove(0).port;
        assert!(script.contains(&format!(" http://{name}:{visitors}/")), "{script}");
    });
}
