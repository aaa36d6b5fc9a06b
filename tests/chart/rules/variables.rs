//! The variables of the app.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use serde_json::json;
use toml::Table;

use crate::cases::{everywhere, objects};
use crate::tools::ROOT;

const PREFIX: &str = "SPIN_VARIABLE_";

/// The app's manifest.
pub static MANIFEST: LazyLock<Table> =
    LazyLock::new(|| fs::read_to_string(format!("{ROOT}/spin.toml")).expect("a manifest").parse().expect("TOML"));

fn variables() -> BTreeSet<String> {
    MANIFEST["variables"].as_table().expect("variables").keys().cloned().collect()
}

/// The variable that an environment variable sets.
fn variable(name: &str) -> Option<String> {
    name.strip_prefix(PREFIX).map(str::to_lowercase)
}

#[test]
fn every_environment_variable_sets_a_variable_of_the_app() {
    everywhere(|case| {
        let mut seen = BTreeSet::new();
        for env in case.objects.container().env.expect("an environment") {
            assert!(seen.insert(env.name.clone()), "{} is there twice", env.name);
            let known = variable(&env.name).is_some_and(|variable| variables().contains(&variable));
            assert!(known || env.name == "SPIN_HTTP_LISTEN_ADDR", "{}", env.name);
            assert_eq!(env.name, env.name.to_uppercase());
        }
        assert!(case.objects.container().env_from.is_none());
    });
}

#[test]
fn every_variable_of_the_app_can_be_set() {
    let mut settable = BTreeSet::new();
    everywhere(|case| {
        let env = case.objects.container().env.expect("an environment");
        settable.extend(env.iter().filter_map(|env| variable(&env.name)));
    });
    assert_eq!(settable, variables());
}

#[test]
fn a_replica_is_called_like_its_pod() {
    everywhere(|case| {
        let env = case.objects.env("SPIN_VARIABLE_REPLICA").expect("a variable");
        let field = env.value_from.and_then(|source| source.field_ref).expect("a field");
        assert_eq!(field.field_path, "metadata.name");
    });
}

#[test]
fn no_environment_comes_from_the_services_of_the_namespace() {
    // A Service called `timezone` would set TIMEZONE_PORT and the like, and Spin reads the environment for variables.
    everywhere(|case| assert_eq!(case.objects.pod().enable_service_links, Some(false)));
}

#[test]
fn the_defaults_of_the_chart_are_those_of_the_app() {
    let manifest = MANIFEST["variables"].as_table().expect("variables");
    let mut compared = 0;
    for env in objects("defaults.yaml").container().env.expect("an environment") {
        let Some(name) = variable(&env.name) else { continue };
        let ours = ["replica", "peers", "peer_domain"].contains(&name.as_str());
        if let (false, Some(variable), Some(value)) = (ours, manifest.get(&name), env.value) {
            assert_eq!(variable["default"].as_str(), Some(value.as_str()), "{name}");
            compared += 1;
        }
    }
    assert!(compared >= 5, "{compared} were compared");
}

#[test]
fn values_reach_the_app_as_they_were_written() {
    let container = objects("variables.yaml").container();
    let env = container.env.expect("an environment").into_iter();
    let values = env.filter_map(|env| Some((variable(&env.name)?, env.value?)));
    let mut values: serde_json::Map<_, _> = values.map(|(name, value)| (name, value.into())).collect();
    values.retain(|name, _| !["peers", "peer_domain"].contains(&name.as_str()));
    let written = json!({
        "timezone": "Europe/Moscow",
        "synchronous": "full",
        "retain_visits": "2000000",
        "max_pages": "500",
        "ignore_agents": "kube-probe/, Uptime Robot",
        "peer_timeout_ms": "1500",
    });
    assert_eq!(json!(values), written);
}
