//! What holds in every case.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use http::Uri;
use serde_json::{Value, json};
use toml::Table;

use crate::allowed_hosts::AllowedHost;
use crate::cases::everywhere;
use crate::chart::{Chart, ROOT, list};

/// The app's manifest.
static MANIFEST: LazyLock<Table> =
    LazyLock::new(|| fs::read_to_string(format!("{ROOT}/spin.toml")).expect("a manifest").parse().expect("TOML"));

/// The variable of the app that an environment variable sets.
fn variable(env: &Value) -> Option<String> {
    env["name"].as_str()?.strip_prefix("SPIN_VARIABLE_").map(str::to_lowercase)
}

#[test]
fn pods_are_what_the_pod_security_standard_restricted_allows_and_a_little_less() {
    everywhere(|case| {
        let pods = [&case.objects.template()["spec"], &case.objects.only("Pod")["spec"]];
        if case.file == "ci/no-security-context.yaml" {
            return assert!(!json!(pods).to_string().contains("securityContext"), "it was to be emptied");
        }
        // Null on OpenShift, which chooses them itself.
        let [user, group, owner] =
            ["runAsUser", "runAsGroup", "fsGroup"].map(|id| case.value(&format!("/podSecurityContext/{id}")));
        assert!([user, group, owner].iter().all(|id| **id == 65532 || case.file == "ci/openshift.yaml"), "{user}");
        for pod in pods {
            let context = &pod["securityContext"];
            assert_eq!(context["runAsNonRoot"], true);
            assert_eq!((&context["runAsUser"], &context["runAsGroup"]), (user, group));
            assert_eq!(context["seccompProfile"], json!({ "type": "RuntimeDefault" }));
            assert_eq!(pod["automountServiceAccountToken"], false);
            assert!(pod["initContainers"].is_null() && pod["ephemeralContainers"].is_null());
            for container in list(&pod["containers"]) {
                let context = json!({
                    "allowPrivilegeEscalation": false,
                    "readOnlyRootFilesystem": true,
                    "capabilities": { "drop": ["ALL"] },
                });
                assert_eq!(container["securityContext"], context);
            }
            let text = pod.to_string();
            for field in ["hostNetwork", "hostPID", "hostIPC", "hostPort", "hostPath", "serviceAccountName"] {
                assert!(!text.contains(field), "{field}");
            }
        }
        assert_eq!(&pods[0]["securityContext"]["fsGroup"], owner, "the volume belongs to who writes it");
    });
}

#[test]
fn the_state_is_on_the_claim_and_the_runtime_config_says_so() {
    everywhere(|case| {
        let name = case.objects.name();
        let claim = json!([{
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": { "name": "visits" },
            "spec": case.value("/statefulSet/volumeClaimTemplates/spec"),
        }]);
        assert_eq!(case.objects.only("StatefulSet")["spec"]["volumeClaimTemplates"], claim);
        let volumes = json!([{ "name": "config", "configMap": { "name": name } }]);
        assert_eq!(case.objects.template()["spec"]["volumes"], volumes);
        let file = "runtime-config.toml";
        let mounts = json!([
            { "name": "visits", "mountPath": "/data" },
            { "name": "config", "mountPath": "/runtime-config.toml", "subPath": file, "readOnly": true },
        ]);
        assert_eq!(case.objects.container()["volumeMounts"], mounts);

        let configs = case.objects.all("ConfigMap");
        let config = configs.iter().find(|config| config["metadata"]["name"] == name).expect("a configuration");
        let config: Value = toml::from_str(config["data"][file].as_str().expect("a file")).expect("TOML");
        // The shim refuses any other key.
        let database = json!({ "type": "spin", "path": "/data/visits.db" });
        assert_eq!(config, json!({ "state_dir": "/data", "sqlite_database": { "default": database } }));
    });
}

#[test]
fn each_token_comes_from_a_secret_and_is_written_nowhere_else() {
    everywhere(|case| {
        for (value, name) in [("exportToken", "export_token"), ("readToken", "read_token")] {
            let [token, existing, key] =
                ["value", "existingSecret", "key"].map(|field| case.value(&format!("/{value}/{field}")));
            let secrets = case.objects.all("Secret");
            let own = secrets.iter().find(|secret| !secret["stringData"][key.as_str().expect("a key")].is_null());
            assert_eq!(own.is_some(), token != "" && existing == "", "{value}");
            let env = list(&case.objects.container()["env"]);
            let reference = env.iter().find(|env| variable(env).as_deref() == Some(name));
            assert_eq!(reference.is_some(), token != "" || existing != "", "a token is there if it was given");
            let Some(reference) = reference else { continue };
            let source = own.map_or(existing, |secret| &secret["metadata"]["name"]);
            let source = json!({ "name": source, "key": key });
            assert_eq!(reference["valueFrom"], json!({ "secretKeyRef": source }), "a pod does not start without it");
            if name == "read_token" {
                let test = &case.objects.only("Pod")["spec"]["containers"][0]["env"][0]["valueFrom"]["secretKeyRef"];
                assert_eq!(*test, source, "helm test reads");
                for monitor in case.objects.all("PodMonitor") {
                    let endpoint = &monitor["spec"]["podMetricsEndpoints"][0];
                    assert_eq!(endpoint["authorization"]["credentials"], source, "Prometheus reads");
                }
            }
            let Some(secret) = own else { continue };
            assert_eq!(secret["stringData"][key.as_str().expect("a key")], *token);
            for object in case.objects.0.iter().filter(|object| *object != *secret) {
                assert!(!object.to_string().contains(token.as_str().expect("a token")), "{object:#}");
            }
        }
    });
}

#[test]
fn environment_variables_set_every_variable_of_the_app_and_no_other() {
    let variables: BTreeSet<_> = MANIFEST["variables"].as_table().expect("variables").keys().cloned().collect();
    let mut set = BTreeSet::new();
    everywhere(|case| {
        let mut names = BTreeSet::new();
        for env in list(&case.objects.container()["env"]) {
            assert!(names.insert(env["name"].to_string()), "{} is there twice", env["name"]);
            let own = ["SPIN_HTTP_LISTEN_ADDR", "SPIN_MAX_INSTANCE_MEMORY"].iter().any(|name| env["name"] == *name);
            assert!(variable(env).is_some() || own || list(case.value("/extraEnv")).contains(env), "{env}");
            set.extend(variable(env));
        }
        // A Service called `timezone` would set TIMEZONE_PORT, and Spin reads the environment for variables.
        assert_eq!(case.objects.template()["spec"]["enableServiceLinks"], false);
        assert!(case.objects.container()["envFrom"].is_null());
    });
    assert_eq!(set, variables);
}

#[test]
fn the_defaults_of_the_chart_are_those_of_the_app() {
    let objects = Chart::new().render(&[]);
    let envs = list(&objects.container()["env"]).iter().filter(|env| env["value"].is_string());
    let values = envs.filter_map(|env| Some((variable(env)?, &env["value"])));
    let mut compared = 0;
    let others = ["peers", "peer_domain", "replicas", "drain_seconds", "max_storage"];
    for (name, value) in values.filter(|(name, _)| !others.contains(&name.as_str())) {
        assert_eq!(MANIFEST["variables"][&name]["default"].as_str(), value.as_str(), "{name}");
        compared += 1;
    }
    assert!(compared >= 5, "{compared} were compared");
}

#[test]
fn the_app_knows_and_reaches_every_replica_that_there_may_be_and_nothing_else_but_its_own_machine() {
    let hosts = &MANIFEST["component"]["footfall"]["allowed_outbound_hosts"];
    let hosts: Vec<_> = hosts.as_array().expect("a list").iter().map(|host| host.as_str().expect("a text")).collect();
    everywhere(|case| {
        let (name, port) = (case.objects.name(), case.value("/containerPort"));
        let domain = case.peer_domain();
        assert_eq!(case.objects.env("SPIN_VARIABLE_PEER_DOMAIN"), &domain);
        let all = 0..case.value("/maxReplicas").as_u64().expect("a number");
        let peers: Vec<_> = all.map(|replica| format!("http://{name}-{replica}.{domain}:{port}")).collect();
        assert_eq!(case.objects.env("SPIN_VARIABLE_PEERS"), &peers.join(","));

        let expand = |host: &&str| AllowedHost::parse(&host.replace("{{ peer_domain }}", &domain)).expect("a host");
        let allowed: Vec<_> = hosts.iter().map(expand).collect();
        let allows = |url: &str| {
            let uri: Uri = url.parse().expect("a URL");
            allowed.iter().any(|host| host.allows(&uri))
        };
        for peer in peers {
            assert!(allows(&peer), "{peer}");
            for other in [peer.replace(&domain, &format!("{domain}example")), peer.replace("http:", "https:")] {
                assert!(!allows(&other), "{other}");
            }
        }
        assert!(allows("http://127.0.0.1:3000"));
        for host in
            ["example.com", "localhost", "10.0.0.1", "169.254.169.254", "kubernetes.default.svc", "[::1]", &domain]
        {
            assert!(!allows(&format!("http://{host}:5000/")), "{host}");
        }
    });
}

#[test]
fn as_many_replicas_are_expected_as_the_chart_asks_for_and_the_first_if_that_is_left_to_others() {
    everywhere(|case| {
        let count = case.value("/replicaCount");
        assert_eq!(&case.objects.only("StatefulSet")["spec"]["replicas"], count);
        assert_eq!(case.objects.env("SPIN_VARIABLE_REPLICAS"), &count.as_u64().unwrap_or(1).to_string());
    });
}

#[test]
fn a_pod_that_ends_is_drained_by_the_app_which_knows_how_long_it_has() {
    everywhere(|case| {
        let drain = json!({ "preStop": { "httpGet": { "path": "/drain", "port": "http" } } });
        assert_eq!(case.objects.container()["lifecycle"], drain);
        let grace = case.value("/terminationGracePeriodSeconds");
        assert_eq!(&case.objects.template()["spec"]["terminationGracePeriodSeconds"], grace);
        let wait = case.value("/preStopSleepSeconds");
        assert_eq!(case.objects.env("SPIN_VARIABLE_DRAIN_SECONDS"), &wait.to_string());
    });
}

#[test]
fn every_version_is_that_of_the_package() {
    let cargo: Table = fs::read_to_string(format!("{ROOT}/Cargo.toml")).expect("text").parse().expect("TOML");
    let version = cargo["package"]["version"].as_str().expect("a version");
    let chart = Chart::new();
    assert_eq!(chart.read_yaml("Chart.yaml")["appVersion"], version);
    for (variant, tag) in [("rc", version.to_owned()), ("final", format!("{version}-final"))] {
        let objects = chart.render(&[&format!("image.variant={variant}")]);
        assert_eq!(objects.container()["image"], format!("footfall:{tag}"));
    }
}

#[test]
fn a_chart_with_digests_takes_that_of_the_variant_unless_a_user_names_a_tag_or_a_digest() {
    let [rc, last, own] = ["1", "2", "3"].map(|digit| format!("sha256:{}", digit.repeat(64)));
    let digests = format!("image.digests.rc={rc},image.digests.final={last}");
    for (values, image) in [
        (String::new(), format!("footfall@{rc}")),
        ("image.variant=final".to_owned(), format!("footfall@{last}")),
        ("image.tag=mine".to_owned(), "footfall:mine".to_owned()),
        (format!("image.digest={own}"), format!("footfall@{own}")),
        (format!("image.digest={own},image.tag=mine"), format!("footfall@{own}")),
        ("global.imageRegistry=registry.example.com".to_owned(), format!("registry.example.com/footfall@{rc}")),
    ] {
        assert_eq!(Chart::new().render(&[&digests, &values]).container()["image"], image, "{values}");
    }
}
