//! The chart as it was installed, and what is asked of its replicas.

use std::env;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::client::Client;
use crate::tools::{ROOT, apply, eventually, helm, kubectl, own_cluster, stdout, there_is_a_cluster, tried};

/// The name of the release, of its `StatefulSet`, and of its Service.
pub const NAME: &str = "footfall";

/// One test at a time: they count visits, and break what they can.
static TURN: Mutex<()> = Mutex::new(());

/// Whether a release did not get ready as it is: then the next test need not wait for it.
static BROKEN: AtomicBool = AtomicBool::new(false);

/// A release in a namespace that enforces restricted pod security.
pub struct Release {
    namespace: String,
    values: Vec<String>,
    _turn: MutexGuard<'static, ()>,
}

impl Release {
    /// The one that the tests share, whatever one before did to it: three replicas, all ready, and a `NetworkPolicy`.
    /// `None` where there is no cluster.
    pub fn shared() -> Option<Self> {
        Self::installed("", &["networkPolicy.enabled=true"])
    }

    /// The same on a cluster of our own, alone.
    pub fn shared_on_own_cluster() -> Option<Self> {
        own_cluster().and_then(|_| Self::shared())
    }

    /// One in the tests' namespace with this behind its name.
    pub fn installed(suffix: &str, values: &[&str]) -> Option<Self> {
        there_is_a_cluster().then_some(())?;
        let namespace = env::var("NAMESPACE").unwrap_or_else(|_| "footfall-e2e".to_owned()) + suffix;
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
        apply(
            "default",
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}),
        );
        let mut values: Vec<_> = values.iter().map(|&value| value.to_owned()).collect();
        if let Ok(image) = env::var("IMAGE") {
            let (repository, tag) = image.rsplit_once(':').expect("IMAGE is NAME:TAG");
            values.extend([format!("image.repository={repository}"), format!("image.tag={tag}")]);
        }
        values.extend(env::var("RUNTIMECLASS").map(|name| format!("runtimeClass.name={name}")));
        values.extend(env::var("TEST_IMAGE").map(|image| format!("test.image={image}")));
        let release = Self { namespace, values, _turn: turn };
        assert!(!BROKEN.swap(true, Ordering::Relaxed), "the chart does not get ready, as a test before this says");
        release.upgrade(&[]);
        release.is_ready();
        BROKEN.store(false, Ordering::Relaxed);
        Some(release)
    }

    /// Installs it, or gives it other values: those of all, and these.
    pub fn upgrade(&self, values: &[&str]) {
        let mut helm = self.helm();
        helm.args(["upgrade", "--install", NAME, &format!("{ROOT}/deploy/chart")]);
        for value in self.values.iter().map(String::as_str).chain(values.iter().copied()) {
            helm.args(["--set", value]);
        }
        stdout(&mut helm);
    }

    /// Waits until all its replicas are of its latest revision, and ready.
    pub fn is_ready(&self) {
        stdout(self.kubectl().args(["rollout", "status", &format!("statefulset/{NAME}"), "--timeout", "180s"]));
    }

    /// Its namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// kubectl, in its namespace.
    pub fn kubectl(&self) -> Command {
        let mut kubectl = kubectl();
        kubectl.args(["--namespace", &self.namespace]);
        kubectl
    }

    /// Helm, in its namespace.
    pub fn helm(&self) -> Command {
        let mut helm = helm();
        helm.args(["--namespace", &self.namespace]);
        helm
    }

    /// An object of its namespace.
    pub fn get(&self, name: &str) -> Value {
        serde_json::from_str(&stdout(self.kubectl().args(["get", name, "--output", "json"]))).expect("JSON")
    }

    /// The pod of a replica.
    pub fn pod(&self, replica: usize) -> Value {
        self.get(&format!("pod/{NAME}-{replica}"))
    }

    /// What a replica answers, asked through the API server: there is no `kubectl exec` into a component.
    pub fn ask(&self, replica: usize, target: &str) -> String {
        self.try_ask(replica, target).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, where it may not answer.
    pub fn try_ask(&self, replica: usize, target: &str) -> Result<String, String> {
        let path = format!("/api/v1/namespaces/{}/pods/{NAME}-{replica}:5000/proxy{target}", self.namespace);
        tried(kubectl().args(["get", "--raw", &path]))
    }

    /// What the Service answers, asked likewise.
    pub fn ask_service(&self, target: &str) -> String {
        let path = format!("/api/v1/namespaces/{}/services/{NAME}:5000/proxy{target}", self.namespace);
        stdout(kubectl().args(["get", "--raw", &path]))
    }

    /// How many visits a replica has.
    pub fn count(&self, replica: usize) -> i64 {
        let answer = self.ask(replica, "/visits/count?scope=replica");
        json(&answer)["visits"].as_i64().unwrap_or_else(|| panic!("no number of visits: {answer}"))
    }

    /// How many visits three replicas have, each asked for its own.
    pub fn sum(&self) -> i64 {
        (0..3).map(|replica| self.count(replica)).sum()
    }

    /// How many visits all replicas have, as one of them knows; all of this many have to answer.
    pub fn total(&self, asked: usize, replicas: usize) -> i64 {
        let answer = json(&self.ask(asked, "/visits/count?scope=cluster"));
        assert_eq!(answer["complete"], true, "replica {asked} misses one: {answer}");
        assert_eq!(answer["replicas"].as_array().map(Vec::len), Some(replicas), "{answer}");
        answer["total"].as_i64().unwrap_or_else(|| panic!("no total: {answer}"))
    }

    /// The URL of its `LoadBalancer`, which is somebody else's to answer.
    pub fn url(&self) -> String {
        let address = eventually("the Service has an address", || {
            let service = self.get(&format!("service/{NAME}"));
            service["status"]["loadBalancer"]["ingress"][0]["ip"].as_str().map(str::to_owned)
        });
        format!("http://{address}:5000")
    }

    /// A client of the `LoadBalancer`, once it answers.
    pub fn visitor(&self) -> Client {
        let client = Client::new(&self.url());
        eventually("the LoadBalancer answers", || client.try_get("/version").ok());
        client
    }
}

/// Text as JSON.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
