//! Values that are a mistake are refused, by name.

use serde_json::Value;

use crate::chart::{Chart, output, stdout};

/// What is set, and what the message has to name.
const MISTAKES: [(&str, &str); 43] = [
    // A wrong type.
    ("replicaCount=many", "/replicaCount"),
    ("image=footfall", "/image"),
    ("timezone=3", "/timezone"),
    ("ignoreAgents=My Checker", "/ignoreAgents"),
    ("exportToken.value=12345", "/exportToken/value"),
    ("service.annotations.internal=true", "/service/annotations/internal"),
    // A key that nobody reads.
    ("replicas=3", "'replicas'"),
    ("image.name=footfall", "'name'"),
    ("statefulSet.volumeClaimTemplate.spec=x", "'volumeClaimTemplate'"),
    ("service.nodeport=31553", "'nodeport'"),
    // A number out of its range.
    ("replicaCount=-1", "/replicaCount"),
    ("replicaCount=17", "/replicaCount"),
    ("maxReplicas=17", "/maxReplicas"),
    ("maxReplicas=2", "replicaCount is 3 and maxReplicas 2: set maxReplicas to 3 or more"),
    (
        "preStopSleepSeconds=21",
        "21 and terminationGracePeriodSeconds 30: leave 10 seconds or more between them, in which",
    ),
    ("containerPort=80", "/containerPort"),
    ("service.port=70000", "/service/port"),
    ("retainVisits=-1", "/retainVisits"),
    ("peerTimeoutMs=0", "/peerTimeoutMs"),
    ("maxStorage=16777215", "/maxStorage"),
    ("maxStorage=16M", "maxStorage is \"16M\": set it to 16Mi or more"),
    // A word that is none of those that there are.
    ("service.type=Foo", "/service/type"),
    ("synchronous=maybe", "/synchronous"),
    ("statefulSet.podManagementPolicy=Random", "/statefulSet/podManagementPolicy"),
    ("maxStorage=1Ti", "/maxStorage"),
    ("maxStorage=064Mi", "/maxStorage"),
    ("retired={footfall-4}", "/retired/0"),
    ("clusterDomain=cluster.local.", "/clusterDomain"),
    ("image.digest=latest", "/image/digest"),
    ("image.digests.rc=latest", "/image/digests/rc"),
    ("image.variant=0.3.0", "/image/variant"),
    // What would be ignored, or matches nothing.
    ("ignoreAgents={ }", "/ignoreAgents/0"),
    ("ignoreAgents={a\nb}", "/ignoreAgents/0"),
    ("listenAddress=::", "/listenAddress"),
    ("service.ipFamilies={ipv6}", "/service/ipFamilies/0"),
    ("maxInstanceMemory=64MiB", "/maxInstanceMemory"),
    // What does not fit into a header.
    ("exportToken.value=two words", "/exportToken/value"),
    // Something that has to be there.
    ("statefulSet.volumeClaimTemplates.spec.accessModes=null", "'accessModes'"),
    ("httpRoute.enabled=true", "httpRoute.parentRefs"),
    ("prometheusRule.enabled=true", "prometheusRule.enabled wants podMonitor.enabled"),
    // Something that is there twice.
    ("extraEnv[0].name=SPIN_VARIABLE_TIMEZONE", "/extraEnv/0/name"),
    ("extraEnv[0].name=SPIN_HTTP_LISTEN_ADDR", "/extraEnv/0/name"),
    ("ingress.enabled=true,ingress.host=a,ingress.hosts[0].host=b", "ingress.host and ingress.hosts are both set"),
];

/// What Helm says of arguments that it refuses.
pub fn refusal(arguments: &[&str]) -> String {
    let output = output(Chart::new().helm(&["template", "footfall"]).args(arguments));
    assert!(!output.status.success(), "{arguments:?} was not refused");
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn a_mistake_is_refused_and_named() {
    for (mistake, named) in MISTAKES {
        let refusal = refusal(&["--set", mistake]);
        assert!(refusal.contains(named), "{mistake}: {refusal}");
    }
}

#[test]
fn a_cluster_that_is_too_old_is_refused() {
    let refusal = refusal(&["--kube-version", "1.29.0"]);
    assert!(refusal.contains("kubeVersion"), "{refusal}");
    // Managed clusters have versions like these.
    stdout(Chart::new().helm(&["template", "footfall"]).args(["--kube-version", "1.30.4-gke.100"]));
}

#[test]
fn no_file_of_values_is_refused_nor_the_values_of_a_parent_chart() {
    let chart = Chart::new();
    for file in chart.ci_files() {
        stdout(&mut chart.helm_with(&["lint", "--strict"], &file));
    }
    assert!(chart.render(&["global.domain=example.com"]) == chart.render(&[]));
}

#[test]
fn every_value_of_the_schema_has_a_default_and_every_default_is_in_the_schema() {
    let chart = Chart::new();
    let (schema, defaults) = (chart.read_yaml("values.schema.json"), chart.read_yaml("values.yaml"));
    let names = |object: &Value| -> Vec<String> {
        let mut names: Vec<_> = object.as_object().expect("an object").keys().cloned().collect();
        // Those of an umbrella chart.
        names.retain(|name| name != "global" && name != "enabled");
        names.sort();
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
