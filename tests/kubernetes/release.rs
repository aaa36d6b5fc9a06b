//! The chart as it is installed, and what is asked of its replicas.

use std::env;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use footfall_tests::eventually_within;
use serde_json::{Value, json};

use crate::client::Client;

/// The root of the project.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The name of the release, of its `StatefulSet`, and of its Service.
pub const NAME: &str = "footfall";

/// Whether a release did not get ready: then the next test need not wait for it.
static BROKEN: AtomicBool = AtomicBool::new(false);

/// Tries again and again until there is a result. A cluster takes its time.
pub fn eventually<T>(what: &str, attempt: impl FnMut() -> Option<T>) -> T {
    eventually_within(Duration::from_mins(3), what, attempt)
}

/// What a program wrote to standard output; it has to succeed.
pub fn stdout(command: &mut Command) -> String {
    try_stdout(command).unwrap_or_else(|error| panic!("{error}"))
}

/// The same, where it may fail: with what it said.
pub fn try_stdout(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let stdout = String::from_utf8(output.stdout).expect("text");
    let stderr = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(stdout) } else { Err(format!("{command:?} failed: {stderr}{stdout}")) }
}

/// kubectl, for the whole cluster.
pub fn kubectl(arguments: &[&str]) -> Command {
    let mut kubectl = Command::new("kubectl");
    kubectl.args(arguments);
    kubectl
}

/// Applies an object, which may be there already: of its fields, those that are named.
pub fn apply(object: &Value) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&file, object.to_string()).expect("written");
    stdout(kubectl(&["apply", "--server-side", "--field-manager", "tests", "--filename"]).arg(file.path()));
}

/// Text as JSON.
pub fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// How many replicas are in a state, as an answer for the cluster says.
pub fn in_state(answer: &Value, state: &str) -> usize {
    let replicas = answer["replicas"].as_array().unwrap_or_else(|| panic!("no replicas: {answer}"));
    replicas.iter().filter(|replica| replica["state"] == state).count()
}

/// A release in a namespace of its own.
pub struct Release {
    /// Its name.
    pub namespace: String,
    values: Vec<String>,
}

impl Release {
    /// The one that the tests share, whatever one before did to it: three replicas, all ready, and a `NetworkPolicy`.
    pub fn shared() -> Self {
        Self::install("", &["networkPolicy.enabled=true"])
    }

    /// One in a namespace that enforces restricted pod security: the tests' with this behind its name.
    pub fn install(suffix: &str, values: &[&str]) -> Self {
        let release = Self::not_yet(suffix, values);
        assert!(!BROKEN.swap(true, Ordering::Relaxed), "the chart does not get ready, as a test before this says");
        release.upgrade(&[]);
        release.wait_until_ready();
        BROKEN.store(false, Ordering::Relaxed);
        release
    }

    /// Such a namespace, and nothing in it.
    pub fn not_yet(suffix: &str, values: &[&str]) -> Self {
        // Lest they touch whatever cluster a developer happens to have.
        assert!(
            env::var_os("FOOTFALL_CLUSTER").is_some(),
            "run `make kubernetes`, which starts a cluster, or `make e2e`"
        );
        let namespace = env::var("NAMESPACE").unwrap_or_else(|_| "footfall-e2e".to_owned()) + suffix;
        let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
        let metadata = json!({"name": namespace, "labels": labels});
        apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}));
        let values = values.iter().map(|&value| value.to_owned()).chain(env::var("FOOTFALL_VALUES")).collect();
        Self { namespace, values }
    }

    /// The one that somebody else installs, in the namespace that a new kubeconfig has.
    pub fn of_somebody_else() -> Self {
        Self { namespace: "default".to_owned(), values: Vec::new() }
    }

    /// Installs it, or gives it other values: those of all, and these.
    pub fn upgrade(&self, values: &[&str]) {
        let mut helm = self.helm(&["upgrade", "--install", NAME, &format!("{ROOT}/deploy/chart")]);
        for value in self.values.iter().map(String::as_str).chain(values.iter().copied()) {
            helm.args(["--set", value]);
        }
        stdout(&mut helm);
    }

    /// Waits until all its replicas are of its latest revision, and ready.
    pub fn wait_until_ready(&self) {
        stdout(&mut self.kubectl(&["rollout", "status", &format!("statefulset/{NAME}"), "--timeout", "180s"]));
    }

    /// Scales it from up to five replicas to some by kubectl, and waits until they are ready and the others gone.
    pub fn scale(&self, replicas: usize) {
        stdout(&mut self.kubectl(&["scale", "statefulset", NAME, "--replicas", &replicas.to_string()]));
        for gone in replicas..5 {
            let pod = format!("pod/{NAME}-{gone}");
            stdout(&mut self.kubectl(&["wait", "--for", "delete", &pod, "--timeout", "180s"]));
        }
        self.wait_until_ready();
    }

    /// Removes it with its namespace: the node has room for some twenty replicas.
    pub fn remove(self) {
        stdout(&mut kubectl(&["delete", "namespace", &self.namespace, "--timeout", "180s"]));
    }

    /// kubectl, in its namespace.
    pub fn kubectl(&self, arguments: &[&str]) -> Command {
        // Before the arguments: what follows `--` is a command for a pod.
        let mut kubectl = kubectl(&["--namespace", &self.namespace]);
        kubectl.args(arguments);
        kubectl
    }

    /// Helm, in its namespace, with nothing of this machine's settings.
    pub fn helm(&self, arguments: &[&str]) -> Command {
        let mut helm = Command::new(format!("{ROOT}/target/tools/helm"));
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HELM_")) {
            helm.env_remove(name);
        }
        helm.args(["--namespace", &self.namespace]).args(arguments);
        helm
    }

    /// An object of its namespace.
    pub fn get(&self, name: &str) -> Value {
        parse(&stdout(&mut self.kubectl(&["get", name, "--output", "json"])))
    }

    /// The pod of a replica.
    pub fn pod(&self, replica: usize) -> Value {
        self.get(&format!("pod/{NAME}-{replica}"))
    }

    /// The status of a replica's container.
    pub fn container(&self, replica: usize) -> Value {
        self.pod(replica)["status"]["containerStatuses"][0].clone()
    }

    /// What the API server answers at a path of its namespace.
    pub fn get_raw(&self, path: &str) -> String {
        stdout(&mut self.kubectl(&["get", "--raw", &format!("/api/v1/namespaces/{}/{path}", self.namespace)]))
    }

    /// What a replica answers, asked through the API server: there is no `kubectl exec` into a component.
    pub fn ask(&self, replica: usize, target: &str) -> Value {
        parse(&self.get_raw(&format!("pods/{NAME}-{replica}:5000/proxy{target}")))
    }

    /// How many visits a replica has.
    pub fn count(&self, replica: usize) -> i64 {
        let answer = self.ask(replica, "/visits/count?scope=replica");
        answer["visits"].as_i64().unwrap_or_else(|| panic!("no number of visits: {answer}"))
    }

    /// Waits until visitors have come to a replica.
    pub fn wait_until_visited(&self, replica: usize) {
        let before = self.count(replica);
        eventually("it is visited", || (self.count(replica) > before + 100).then_some(()));
    }

    /// How many visits each of three replicas has, asked for its own.
    pub fn counts(&self) -> [i64; 3] {
        [0, 1, 2].map(|replica| self.count(replica))
    }

    /// How many visits all replicas have, as one of them knows; this many have to answer.
    pub fn total(&self, asked: usize, replicas: usize) -> i64 {
        let answer = self.ask(asked, "/visits/count?scope=cluster");
        assert_eq!(answer["complete"], true, "replica {asked} misses one: {answer}");
        assert_eq!(in_state(&answer, "answered"), replicas, "{answer}");
        answer["total"].as_i64().unwrap_or_else(|| panic!("no total: {answer}"))
    }

    /// The URL of its `LoadBalancer`, once it answers there.
    pub fn url(&self) -> String {
        let url = eventually("the Service has an address", || {
            let service = self.get(&format!("service/{NAME}"));
            let address = service["status"]["loadBalancer"]["ingress"][0]["ip"].as_str()?;
            let address = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
            Some(format!("http://{address}:5000"))
        });
        eventually("the LoadBalancer answers", || Client::new(&url).try_get("/version").ok());
        url
    }
}
