//! The Grafana dashboard that adds the replicas up.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::tools::ROOT;

/// What the app has at `/metrics`.
const METRICS: [&str; 6] = [
    "footfall_build_info",
    "footfall_database_bytes",
    "footfall_ignored_requests_total",
    "footfall_log_visits",
    "footfall_pages",
    "footfall_visits_total",
];

/// The labels that the Prometheus operator gives to what a `PodMonitor` finds, and those of the app.
const LABELS: [&str; 5] = ["job", "namespace", "pod", "reason", "version"];

fn dashboard() -> Value {
    let text = fs::read_to_string(format!("{ROOT}/deploy/grafana/footfall.json")).expect("a dashboard");
    serde_json::from_str(&text).expect("JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// All that Prometheus is asked: by the panels, and for the values of the variables.
fn queries(dashboard: &Value) -> Vec<&str> {
    let targets = list(&dashboard["panels"]).iter().flat_map(|panel| list(&panel["targets"]));
    let variables = list(&dashboard["templating"]["list"]).iter().filter(|variable| variable["type"] == "query");
    let queries = variables.map(|variable| &variable["query"]["query"]);
    targets.map(|target| &target["expr"]).chain(queries).map(text).collect()
}

/// The names in a query that begin so.
fn words<'a>(query: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(move |word| word.starts_with(start))
}

#[test]
fn every_panel_has_a_number_a_title_a_place_and_the_data_source_that_is_chosen() {
    let dashboard = dashboard();
    let (mut ids, mut titles) = (BTreeSet::new(), BTreeSet::new());
    let chosen = json!({ "type": "prometheus", "uid": "${datasource}" });
    for panel in list(&dashboard["panels"]) {
        let title = text(&panel["title"]);
        assert!(!title.is_empty() && titles.insert(title), "{title}");
        assert!(ids.insert(panel["id"].as_i64().expect("a number")), "{title}");
        assert_eq!(panel["datasource"], chosen, "{title}");
        assert!(!list(&panel["targets"]).is_empty(), "{title}");
        for target in list(&panel["targets"]) {
            assert_eq!(target["datasource"], chosen, "{title}");
        }
        let [x, width] = ["x", "w"].map(|name| panel["gridPos"][name].as_i64().expect("a number"));
        assert!(x + width <= 24, "{title}");
    }
    let mut variables = list(&dashboard["templating"]["list"]).iter();
    let source = variables.next().expect("a variable");
    assert_eq!((text(&source["name"]), text(&source["type"])), ("datasource", "datasource"));
    for variable in variables {
        assert_eq!(variable["datasource"], chosen, "{}", variable["name"]);
    }
}

#[test]
fn every_metric_of_the_app_is_shown_and_no_other() {
    let dashboard = dashboard();
    let mut shown = BTreeSet::new();
    for query in queries(&dashboard) {
        let mut metrics = words(query, "footfall_").peekable();
        assert!(metrics.peek().is_some(), "{query}");
        shown.extend(metrics);
    }
    assert!(shown.iter().eq(&METRICS), "{shown:?}");
}

#[test]
fn every_label_and_variable_of_a_query_is_there() {
    let dashboard = dashboard();
    let declared = list(&dashboard["templating"]["list"]).iter().map(|variable| text(&variable["name"]));
    // This one is Grafana's own.
    let declared: Vec<_> = declared.chain(["__rate_interval"]).collect();
    for query in queries(&dashboard) {
        for (used, _) in query.match_indices('$') {
            let name = words(&query[used..], "").find(|word| !word.is_empty()).expect("a name");
            assert!(declared.contains(&name), "{query} has ${name}");
        }
        for selector in query.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            for matcher in selector.split(", ") {
                let label = words(matcher, "").next().expect("a label");
                assert!(LABELS.contains(&label), "{query} has {label}");
            }
        }
        for labels in query.split(" by (").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(LABELS.contains(&labels), "{query} has {labels}");
        }
    }
}

#[test]
fn what_all_replicas_have_is_summed_over_those_that_are_chosen() {
    let dashboard = dashboard();
    for panel in list(&dashboard["panels"]) {
        for target in list(&panel["targets"]) {
            let expr = text(&target["expr"]);
            assert!(["sum", "count", "max"].iter().any(|name| expr.starts_with(name)), "{expr}");
            assert!(expr.contains(r#"{namespace="$namespace", job="$job", pod=~"$pod"}"#), "{expr}");
        }
    }
}
