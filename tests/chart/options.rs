//! What can be added, changed or emptied.

use serde_json::{Value, json};

use crate::chart::{Chart, Objects, list, stdout};

/// The objects that a file of values gives.
fn render(file: &str) -> Objects {
    Objects::parse(&stdout(&mut Chart::new().helm_with(&["template", "footfall"], file)))
}

#[test]
fn every_object_has_the_common_labels_and_annotations_but_its_own_win() {
    let objects = render("ci/common.yaml");
    assert!(objects.0.len() >= 8, "too few objects");
    for object in &objects.0 {
        let metadata = &object["metadata"];
        assert_eq!(metadata["labels"]["example.com/team"], "web", "{metadata}");
        assert_ne!(metadata["labels"]["app.kubernetes.io/name"], "mine", "{metadata}");
        let owner = if object["kind"] == "StatefulSet" { "visits" } else { "web" };
        assert_eq!(metadata["annotations"]["example.com/owner"], owner, "{metadata}");
    }
    let pods = &objects.template()["metadata"];
    assert_eq!(pods["labels"]["example.com/team"], "web");
    assert_eq!(pods["labels"]["app.kubernetes.io/instance"], "footfall");
    // Kubernetes lets nobody change them.
    let claims = &objects.only("StatefulSet")["spec"]["volumeClaimTemplates"][0];
    assert_eq!(claims["metadata"], json!({ "name": "visits" }));
}

#[test]
fn a_service_has_its_own_annotations_beside_the_common_ones() {
    let objects = render("ci/common.yaml");
    let [visitors, headless] = objects.services().map(|service| &service["metadata"]["annotations"]);
    assert_eq!(*visitors, json!({ "example.com/internal": "true", "example.com/owner": "web" }));
    assert_eq!(*headless, json!({ "example.com/owner": "web" }));
}

#[test]
fn the_memory_of_an_instance_is_told_to_spin_in_bytes_and_further_variables_as_they_are() {
    let objects = render("ci/common.yaml");
    assert_eq!(objects.env("SPIN_MAX_INSTANCE_MEMORY"), "67108864");
    assert_eq!(objects.env("OTEL_EXPORTER_OTLP_ENDPOINT"), "http://collector.observability:4318");
    let defaults = Chart::new().render(&[]);
    assert!(!defaults.template().to_string().contains("SPIN_MAX_INSTANCE_MEMORY"));
}

#[test]
fn a_probe_of_which_a_part_is_set_has_one_handler() {
    let chart = Chart::new();
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        for (value, handler) in [
            ("tcpSocket.port=http", "tcpSocket"),
            ("grpc.port=5000", "grpc"),
            ("exec.command={true}", "exec"),
            ("periodSeconds=9", "httpGet"),
            ("httpGet.path=/version", "httpGet"),
            ("httpGet=null", "httpGet"),
        ] {
            let objects = chart.render(&[&format!("{probe}.{value}")]);
            let rendered = &objects.container()[probe];
            let handlers =
                ["tcpSocket", "grpc", "exec", "httpGet"].into_iter().filter(|name| rendered[name].is_object());
            assert!(handlers.eq([handler]), "{probe}.{value}: {rendered}");
            assert_eq!(rendered["httpGet"].is_null(), handler != "httpGet", "{rendered}");
        }
    }
}

#[test]
fn a_route_sends_to_footfall_what_is_not_redirected_nor_sent_elsewhere() {
    let objects = render("ci/http-route-rules.yaml");
    let rules = list(&objects.only("HTTPRoute")["spec"]["rules"]);
    let backends: Vec<_> = rules.iter().map(|rule| &rule["backendRefs"]).collect();
    let [own, other] = [("footfall", 5000), ("other", 80)].map(|(name, port)| json!([{ "name": name, "port": port }]));
    assert_eq!(backends, [&own, &Value::Null, &other]);
    assert_eq!(rules[0]["filters"][0]["type"], "URLRewrite");
    assert!(rules.iter().all(|rule| rule["matches"].is_array()));
}

#[test]
fn an_ingress_has_the_hosts_and_paths_that_are_listed() {
    let objects = render("ci/ingress-hosts.yaml");
    let rules = list(&objects.only("Ingress")["spec"]["rules"]);
    let paths = |rule: &Value| -> Vec<(Value, Value)> {
        let paths = list(&rule["http"]["paths"]).iter();
        paths.map(|path| (path["path"].clone(), path["pathType"].clone())).collect()
    };
    let hosts: Vec<_> = rules.iter().map(|rule| &rule["host"]).collect();
    assert_eq!(hosts, ["visits.example.com", "visits.example.org", "visits.internal.example.com"]);
    let public = ["/", "/footfall.js", "/visit", "/footfall.gif", "/badge.svg"];
    assert_eq!(paths(&rules[1]), public.map(|path| (json!(path), json!("Exact"))));
    assert_eq!(paths(&rules[2]), [(json!("/"), json!("Prefix"))]);
}

/// Runs what `helm test` runs, with a wget that gives this for the whole cluster.
fn helm_test(answer: &str) -> bool {
    let objects = Chart::new().render(&[]);
    let script = objects.only("Pod")["spec"]["containers"][0]["args"][0].as_str().expect("a script").to_owned();
    let wget = format!("wget() {{ case \"$*\" in *scope=cluster*) echo '{answer}' ;; *) echo ok ;; esac; }}\n");
    std::process::Command::new("sh").args(["-euc", &(wget + &script)]).output().expect("a shell").status.success()
}

#[test]
fn helm_test_fails_unless_the_answer_for_all_replicas_is_complete_and_has_a_log_of_each() {
    let answer = |complete, answered| {
        let replicas = vec![json!({"state": "answered"}); answered];
        helm_test(&json!({"total": 3, "complete": complete, "replicas": replicas}).to_string())
    };
    assert!(answer(true, 3));
    assert!(!answer(false, 3));
    assert!(!answer(true, 2));
    // Somebody has scaled it up.
    assert!(answer(true, 4));
    assert!(!helm_test(""));
}

#[test]
fn the_pod_of_helm_test_has_resources_and_what_is_set_replaces_them() {
    let resources =
        |values: &[&str]| Chart::new().render(values).only("Pod")["spec"]["containers"][0]["resources"].clone();
    assert!(resources(&[])["limits"]["memory"].is_string());
    assert_eq!(resources(&["test.resources.limits.memory=1Gi"])["limits"]["memory"], "1Gi");
}
