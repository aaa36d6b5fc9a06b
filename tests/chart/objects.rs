//! What was rendered, as Kubernetes' own types.

use std::collections::BTreeMap;

use k8s_openapi::Resource;
use k8s_openapi::api::apps::v1::{StatefulSet, StatefulSetSpec};
use k8s_openapi::api::core::v1::{Container, EnvVar, Pod, PodSpec, Service, ServiceSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Labels, or what selects them.
pub type Labels = BTreeMap<String, String>;

/// Whether a selector selects an object with these labels.
pub fn selects(selector: &Labels, labels: &Labels) -> bool {
    selector.iter().all(|(name, value)| labels.get(name) == Some(value))
}

/// All objects of a release.
#[derive(Clone)]
pub struct Objects(pub Vec<Value>);

impl Objects {
    /// Reads what `helm template` writes.
    pub fn parse(yaml: &str) -> Self {
        let documents = serde_yaml_ng::Deserializer::from_str(yaml)
            .map(|document| Value::deserialize(document).unwrap_or_else(|error| panic!("{error} in:\n{yaml}")))
            .filter(|document| !document.is_null());
        Self(documents.collect())
    }

    /// Every object of a type.
    pub fn all<T: Resource + DeserializeOwned>(&self) -> Vec<T> {
        let of_the_type = |document: &&Value| document["kind"] == T::KIND && document["apiVersion"] == T::API_VERSION;
        let read = |document: &Value| {
            serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{error} in {document:#}"))
        };
        self.0.iter().filter(of_the_type).map(read).collect()
    }

    /// The only object of a type.
    pub fn only<T: Resource + DeserializeOwned>(&self) -> T {
        let mut all = self.all::<T>();
        assert_eq!(all.len(), 1, "how many of the kind {} there are", T::KIND);
        all.remove(0)
    }

    /// The objects of a kind that Kubernetes itself does not have.
    pub fn custom(&self, kind: &str) -> Vec<&Value> {
        self.0.iter().filter(|document| document["kind"] == kind).collect()
    }

    /// The metadata of every object, with its kind.
    pub fn metadata(&self) -> Vec<(&str, ObjectMeta)> {
        let read = |document: &Value| serde_json::from_value(document["metadata"].clone()).expect("metadata");
        self.0.iter().map(|document| (document["kind"].as_str().expect("a kind"), read(document))).collect()
    }

    /// The specification of the replicas.
    pub fn stateful_set(&self) -> StatefulSetSpec {
        self.only::<StatefulSet>().spec
    }

    /// The name of the release's objects.
    pub fn name(&self) -> String {
        self.only::<StatefulSet>().metadata.name.expect("a name")
    }

    /// The labels by which the replicas are selected.
    pub fn selector(&self) -> Labels {
        self.stateful_set().selector.match_labels.expect("labels")
    }

    /// The pods' own metadata.
    pub fn pod_metadata(&self) -> ObjectMeta {
        self.stateful_set().template.metadata.expect("metadata")
    }

    /// The pod of a replica.
    pub fn pod(&self) -> PodSpec {
        self.stateful_set().template.spec.expect("a spec")
    }

    /// The one container of a replica.
    pub fn container(&self) -> Container {
        let mut containers = self.pod().containers;
        assert_eq!(containers.len(), 1, "a replica is one container");
        containers.remove(0)
    }

    /// The port on which a replica listens.
    pub fn port(&self) -> i32 {
        let ports = self.container().ports.expect("ports");
        assert_eq!(ports.len(), 1, "a replica has one port");
        assert_eq!(ports[0].name.as_deref(), Some("http"));
        ports[0].container_port
    }

    /// An environment variable of a replica.
    pub fn env(&self, name: &str) -> Option<EnvVar> {
        self.container().env.expect("an environment").into_iter().find(|variable| variable.name == name)
    }

    /// The text of an environment variable.
    pub fn env_text(&self, name: &str) -> String {
        self.env(name).and_then(|variable| variable.value).unwrap_or_else(|| panic!("{name} has no text"))
    }

    /// The Service for visitors.
    pub fn service(&self) -> ServiceSpec {
        self.service_where(|spec| spec.cluster_ip.as_deref() != Some("None")).spec.expect("a spec")
    }

    /// The Service that gives each replica a name.
    pub fn headless(&self) -> Service {
        self.service_where(|spec| spec.cluster_ip.as_deref() == Some("None"))
    }

    /// The pod of `helm test`.
    pub fn test_pod(&self) -> Pod {
        self.only()
    }

    fn service_where(&self, wanted: impl Fn(&ServiceSpec) -> bool) -> Service {
        let mut services = self.all::<Service>();
        services.retain(|service| service.spec.as_ref().is_some_and(&wanted));
        assert_eq!(services.len(), 1, "one Service is headless, one is not");
        services.remove(0)
    }
}
