//! The Grafana dashboard that adds the replicas up, and the alerts.

use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::chart::{Chart, Objects, list, stdout};

/// What the app has at `/metrics`.
const METRICS: [&str; 9] = [
    "footfall_build_info",
    "footfall_ignored_requests_total",
    "footfall_log_visits",
    "footfall_oldest_timestamp_seconds",
    "footfall_pages",
    "footfall_ready",
    "footfall_storage_budget_bytes",
    "footfall_storage_bytes",
    "footfall_visits_total",
];

/// The labels that the Prometheus operator gives to what a `PodMonitor` finds, and those of the app.
const LABELS: [&str; 6] = ["detail", "job", "namespace", "pod", "reason", "version"];

fn dashboard() -> Value {
    Chart::new().read_yaml("grafana.json")
}

/// All that Prometheus is asked: by the panels, and for the values of the variables.
fn queries(dashboard: &Value) -> Vec<&str> {
    let targets = list(&dashboard["panels"]).iter().flat_map(|panel| list(&panel["targets"]));
    let variables = list(&dashboard["templating"]["list"]).iter().map(|variable| &variable["query"]["query"]);
    targets.map(|target| &target["expr"]).chain(variables).filter_map(Value::as_str).collect()
}

/// The names in a query.
fn words(query: &str) -> impl Iterator<Item = &str> {
    query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[test]
fn panels_are_told_apart_and_ask_the_data_source_that_is_chosen() {
    let dashboard = dashboard();
    let (mut ids, mut titles) = (BTreeSet::new(), BTreeSet::new());
    let chosen = json!({ "type": "prometheus", "uid": "${datasource}" });
    for panel in list(&dashboard["panels"]) {
        let title = panel["title"].as_str().expect("a title");
        assert!(ids.insert(panel["id"].as_i64()) && titles.insert(title) && !title.is_empty(), "{title}");
        let targets = list(&panel["targets"]);
        assert!(!targets.is_empty(), "{title}");
        assert!(targets.iter().chain([panel]).all(|one| one["datasource"] == chosen), "{title}");
        let [x, width] = ["x", "w"].map(|name| panel["gridPos"][name].as_i64().expect("a number"));
        assert!(x + width <= 24, "{title}");
        for target in targets {
            let query = target["expr"].as_str().expect("a query");
            assert!(["sum", "count", "max"].iter().any(|name| query.starts_with(name)), "{query}");
            assert!(query.contains(r#"{namespace="$namespace", job="$job", pod=~"$pod"}"#), "{query}");
        }
    }
    let [source, variables @ ..] = list(&dashboard["templating"]["list"]) else { panic!("no variables") };
    assert_eq!((&source["name"], &source["type"]), (&json!("datasource"), &json!("datasource")));
    assert!(variables.iter().all(|variable| variable["datasource"] == chosen), "{variables:?}");
}

#[test]
fn queries_name_every_metric_of_the_app_and_nothing_that_is_not_there() {
    let dashboard = dashboard();
    let declared = list(&dashboard["templating"]["list"]).iter().filter_map(|variable| variable["name"].as_str());
    // This one is Grafana's own.
    let declared: Vec<_> = declared.chain(["__rate_interval"]).collect();
    let mut shown = BTreeSet::new();
    for query in queries(&dashboard) {
        let metrics: Vec<_> = words(query).filter(|word| word.starts_with("footfall_")).collect();
        assert!(!metrics.is_empty(), "{query}");
        shown.extend(metrics);
        for variable in query.split('$').skip(1) {
            let name = words(variable).next().expect("a name");
            assert!(declared.contains(&name), "{query} has ${name}");
        }
        let selectors = query.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let matched = selectors.flat_map(|selector| selector.split(", ")).filter_map(|matcher| words(matcher).next());
        let grouped = query.split(" by (").skip(1).filter_map(|rest| rest.split(')').next());
        let grouped = grouped.flat_map(|labels| labels.split(", "));
        for label in matched.chain(grouped) {
            assert!(LABELS.contains(&label), "{query} has {label}");
        }
    }
    assert!(shown.iter().eq(&METRICS), "{shown:?}");
}

fn watched() -> Objects {
    Objects::parse(&stdout(&mut Chart::new().helm_with(&["template", "footfall"], "ci/prometheus.yaml")))
}

#[test]
fn the_sidecar_of_grafana_finds_the_dashboard_as_it_is() {
    let objects = watched();
    let maps = objects.all("ConfigMap");
    let [map] = maps.iter().filter(|map| map["metadata"]["labels"]["grafana_dashboard"] == "1").collect::<Vec<_>>()[..]
    else {
        panic!("not one dashboard")
    };
    let text = map["data"]["footfall.json"].as_str().expect("a file");
    assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), dashboard());
    assert_eq!(map["metadata"]["annotations"]["grafana_folder"], "Visits");
}

#[test]
fn alerts_ask_for_what_the_app_has_and_the_pod_monitor_finds() {
    let objects = watched();
    let (monitor, rule) = (objects.only("PodMonitor"), objects.only("PrometheusRule"));
    assert_eq!(rule["metadata"]["labels"]["release"], "prometheus");
    // The operator calls a job by the namespace and the name of what found it.
    let job = format!(r#"{{namespace="web", job="web/{}"}}"#, monitor["metadata"]["name"].as_str().expect("a name"));
    let mut names = BTreeSet::new();
    for alert in list(&rule["spec"]["groups"][0]["rules"]) {
        let expression = alert["expr"].as_str().expect("an expression");
        for metric in words(expression).filter(|word| word.starts_with("footfall_")) {
            assert!(METRICS.contains(&metric), "{expression}");
        }
        assert_eq!(expression.matches('{').count(), expression.matches(&job).count(), "{expression}");
        names.insert(alert["alert"].as_str().expect("a name"));
    }
    let expected = ["FootfallNotReady", "FootfallReplicaMissing", "FootfallReplicaSilent", "FootfallStorageNearlyFull"];
    assert!(names.iter().eq(&expected), "{names:?}");
}
