//! Values that are a mistake are refused, by name.

use crate::chart::{Chart, sets};

/// What is set, and what the message has to name.
const MISTAKES: [(&str, &str); 23] = [
    // A wrong type.
    ("replicaCount=many", "/replicaCount"),
    ("image=footfall", "/image"),
    ("timezone=3", "/timezone"),
    ("ignoreAgents=kube-probe/", "/ignoreAgents"),
    ("exportToken.value=12345", "/exportToken/value"),
    ("service.annotations.internal=true", "/service/annotations/internal"),
    // A key that nobody reads.
    ("replicas=3", "'replicas'"),
    ("image.name=footfall", "'name'"),
    ("statefulSet.volumeClaimTemplate.spec=x", "'volumeClaimTemplate'"),
    ("service.nodeport=31553", "'nodeport'"),
    // A number out of its range.
    ("replicaCount=-1", "/replicaCount"),
    ("containerPort=80", "/containerPort"),
    ("service.port=70000", "/service/port"),
    ("retainVisits=-1", "/retainVisits"),
    ("peerTimeoutMs=0", "/peerTimeoutMs"),
    // A word that is none of those that there are.
    ("service.type=Foo", "/service/type"),
    ("synchronous=maybe", "/synchronous"),
    ("statefulSet.podManagementPolicy=Random", "/statefulSet/podManagementPolicy"),
    ("image.digest=latest", "/image/digest"),
    ("image.variant=0.3.0", "/image/variant"),
    // What does not fit into a header.
    ("exportToken.value=two words", "/exportToken/value"),
    // Something that has to be there.
    ("statefulSet.volumeClaimTemplates.spec.accessModes=null", "'accessModes'"),
    ("httpRoute.enabled=true", "httpRoute.parentRefs"),
];

#[test]
fn a_mistake_is_refused_and_named() {
    let chart = Chart::new();
    for (mistake, named) in MISTAKES {
        let refusal = chart.refusal(&sets(&[mistake]));
        assert!(refusal.contains(named), "{mistake}: {refusal}");
    }
}

#[test]
fn every_value_of_the_schema_has_a_default_and_every_default_is_in_the_schema() {
    let chart = Chart::new();
    let schema: serde_json::Value = serde_json::from_str(&chart.read("values.schema.json")).expect("JSON");
    let defaults: serde_json::Value = serde_yaml_ng::from_str(&chart.read("values.yaml")).expect("YAML");
    let names = |object: &serde_json::Value| -> Vec<String> {
        let mut names: Vec<_> = object.as_object().expect("an object").keys().cloned().collect();
        names.sort();
        names.retain(|name| name != "global");
        names
    };
    let properties = &schema["properties"];
    assert_eq!(names(&defaults), names(properties));
    for name in names(&defaults) {
        let inner = &properties[&name]["properties"];
        if inner.is_object() {
            assert_eq!(names(&defaults[&name]), names(inner), "{name}");
        }
    }
}
