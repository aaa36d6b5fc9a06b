//! Names, selectors and ports fit together in every case.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cases::{Case, everywhere};
use crate::chart::list;

/// The labels that select the replicas, and tell one release from another.
fn own_labels(case: &Case) -> Value {
    json!({ "app.kubernetes.io/name": "footfall", "app.kubernetes.io/instance": case.release })
}

fn selects(selector: &Value, labels: &Value) -> bool {
    selector.as_object().expect("labels").iter().all(|(name, value)| labels[name] == *value)
}

/// What an object selects pods by, if it selects any.
fn selector(object: &Value) -> Option<&Value> {
    let path = match object["kind"].as_str()? {
        "Service" => "/spec/selector",
        "StatefulSet" | "PodDisruptionBudget" | "PodMonitor" => "/spec/selector/matchLabels",
        "NetworkPolicy" => "/spec/podSelector/matchLabels",
        _ => return None,
    };
    Some(object.pointer(path).expect("a selector"))
}

#[test]
fn every_selector_selects_the_replicas_and_nothing_else() {
    everywhere(|case| {
        let (own, template) = (own_labels(case), case.objects.template());
        let labels = &template["metadata"]["labels"];
        assert!(selects(&own, labels), "{labels}");
        assert!(!selects(&own, &case.objects.only("Pod")["metadata"]["labels"]), "the pod of helm test is selected");
        for object in &case.objects.0 {
            assert!(selector(object).is_none_or(|selector| *selector == own), "{object:#}");
        }
        for spread in list(&template["spec"]["topologySpreadConstraints"]) {
            assert!(selects(&spread["labelSelector"]["matchLabels"], labels), "{spread}");
        }
    });
}

#[test]
fn a_network_policy_lets_in_the_port_and_lets_out_peers_and_dns() {
    let peer = |labels: Value| json!({ "podSelector": { "matchLabels": labels } });
    everywhere(|case| {
        for policy in case.objects.all("NetworkPolicy") {
            let (own, spec) = (peer(own_labels(case)), &policy["spec"]);
            assert_eq!(spec["policyTypes"], json!(["Ingress", "Egress"]));
            let http = json!([{ "port": "http", "protocol": "TCP" }]);
            // On OpenShift, the pods behind the Service of DNS have the port 5353.
            let dns = json!([
                { "port": 53, "protocol": "UDP" }, { "port": 53, "protocol": "TCP" },
                { "port": 5353, "protocol": "UDP" }, { "port": 5353, "protocol": "TCP" },
            ]);
            let mut egress = vec![json!({ "to": [own], "ports": http }), json!({ "ports": dns })];
            egress.extend(list(case.value("/networkPolicy/extraEgress")).iter().cloned());
            assert_eq!(spec["egress"], Value::Array(egress));
            let mut ingress = vec![json!({ "ports": http })];
            let listed = list(case.value("/networkPolicy/from"));
            if !listed.is_empty() {
                // The replicas ask each other, and helm test asks them all.
                let test = peer(json!({ "app.kubernetes.io/name": format!("{}-test", case.objects.name()) }));
                let ranges = list(case.value("/service/loadBalancerSourceRanges"));
                let ranges = ranges.iter().map(|range| json!({ "ipBlock": { "cidr": range } }));
                let namespace = case.value("/networkPolicy/prometheusNamespace");
                let namespace = json!({ "matchLabels": { "kubernetes.io/metadata.name": namespace } });
                let prometheus = Some(json!({ "namespaceSelector": namespace }));
                let prometheus = prometheus.filter(|_| case.value("/networkPolicy/prometheusNamespace") != "");
                ingress[0]["from"] =
                    listed.iter().cloned().chain([own, test]).chain(ranges).chain(prometheus).collect();
            }
            ingress.extend(list(case.value("/networkPolicy/extraIngress")).iter().cloned());
            assert_eq!(spec["ingress"], Value::Array(ingress));
        }
    });
}

#[test]
fn requests_get_to_the_port_of_the_container() {
    everywhere(|case| {
        let (name, port, visitors) = (case.objects.name(), case.value("/containerPort"), case.value("/service/port"));
        let container = case.objects.container();
        assert_eq!(container["ports"], json!([{ "name": "http", "containerPort": port, "protocol": "TCP" }]));
        let address = case.value("/listenAddress").as_str().expect("an address");
        assert_eq!(case.objects.env("SPIN_HTTP_LISTEN_ADDR"), &format!("{address}:{port}"));
        let paths = [("startup", "/healthz"), ("liveness", "/.well-known/spin/health"), ("readiness", "/readyz")];
        for (probe, path) in paths.into_iter().filter(|_| case.file != "ci/probes.yaml") {
            // Spin itself answers for liveness: a full volume takes a replica out, and does not restart it.
            let probe = &container[format!("{probe}Probe")];
            assert!(probe.is_null() || probe["httpGet"] == json!({ "path": path, "port": "http" }), "{probe}");
        }

        let services = case.objects.services();
        for (service, port) in services.into_iter().zip([visitors, port]) {
            let ports = list(&service["spec"]["ports"]);
            assert_eq!(ports.len(), 1, "{ports:?}");
            assert_eq!((&ports[0]["port"], &ports[0]["targetPort"]), (port, &json!("http")));
            assert_eq!(list(&service["spec"]["ipFamilies"]), list(case.value("/service/ipFamilies")));
            let policy = service["spec"]["ipFamilyPolicy"].as_str().unwrap_or_default();
            assert_eq!(policy, case.value("/service/ipFamilyPolicy"));
        }
        let headless = services[1];
        assert_eq!(headless["metadata"]["name"], case.objects.only("StatefulSet")["spec"]["serviceName"]);
        assert_eq!(headless["spec"]["publishNotReadyAddresses"], true, "one that starts asks the others too");
        for ingress in case.objects.all("Ingress") {
            for path in list(&ingress["spec"]["rules"]).iter().flat_map(|rule| list(&rule["http"]["paths"])) {
                assert_eq!(path["backend"]["service"], json!({ "name": name, "port": { "name": "http" } }));
            }
        }
        for route in case.objects.all("HTTPRoute") {
            let backends = route.pointer("/spec/rules/0/backendRefs");
            assert_eq!(backends, Some(&json!([{ "name": name, "port": visitors }])));
        }

        let test = &case.objects.only("Pod")["spec"]["containers"][0]["args"];
        let script = test[0].as_str().expect("a script");
        for replica in 0..case.value("/replicaCount").as_u64().unwrap_or(0) {
            let url = format!(" http://{name}-{replica}.{}:{port}/readyz\n", case.peer_domain());
            assert!(script.contains(&url), "no {url} in {script}");
        }
        assert!(script.contains(&format!(" 'http://{name}:{visitors}/visits/count?scope=cluster'\n")), "{script}");
    });
}

/// Whether it is a label as DNS has it, and as a Service wants it: it begins with a letter.
fn is_dns_label(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= 63 && name.bytes().all(plain) && name.as_bytes()[0].is_ascii_lowercase() && !name.ends_with('-')
}

#[test]
fn names_are_those_of_the_release_and_fit_wherever_they_are_used() {
    everywhere(|case| {
        let (name, release) = (case.objects.name(), case.release.replace('.', "-"));
        assert!(name.starts_with(&release[..release.len().min(52)]), "{name}");
        // The pods have a label of the name, a dash and a hash of ten letters; a claim is called visits-NAME-99.
        assert!(name.len() + 11 <= 63 && "visits-".len() + name.len() + 3 <= 63, "{name}");
        let mut seen = BTreeSet::new();
        for object in &case.objects.0 {
            let own = object["metadata"]["name"].as_str().expect("a name");
            assert!(seen.insert((object["kind"].to_string(), own)), "two of {own}");
            assert!(is_dns_label(own), "{own}");
            assert!(own.starts_with(name) || object["kind"] == "RuntimeClass", "{own}");
            // Helm puts it into the namespace of the release.
            assert!(object["metadata"]["namespace"].is_null(), "{own}");
        }
    });
}
