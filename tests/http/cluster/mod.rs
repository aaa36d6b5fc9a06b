//! What `scope=cluster` promises: replicas that ask each other, and peers that die, hang and lie.

mod asked;
mod coming_and_going;
mod deleting;
pub mod fake;
mod faults;
mod fleet;
mod identity;
mod importing;
mod lies;
mod load;
mod merging;
mod pages;
mod remembering;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fake::{Fake, lock};
use serde_json::Value;

use crate::client::{Answer, Client};
use crate::server::{Server, Setup};
use crate::volume::{Volume, insert};

/// Every answer of a cluster, by its target and its format; that of `/pages` is longer, and has tests of its own.
const ANSWERS: [(&str, &str); 10] = [
    ("/visits/count?scope=cluster", "application/json"),
    ("/visits/count?scope=cluster", "text/plain"),
    ("/visits/histogram?scope=cluster", "application/json"),
    ("/visits/histogram?scope=cluster", "text/plain"),
    ("/visits/histogram?scope=cluster", "image/svg+xml"),
    ("/visits/summary?scope=cluster", "application/json"),
    ("/visits?scope=cluster", "application/json"),
    ("/visits?scope=cluster", "text/plain"),
    ("/badge.svg?scope=cluster", "image/svg+xml"),
    ("/visits", "text/html"),
];

/// Those for which a peer is asked different things.
const TARGETS: [&str; 4] = [
    "/visits/count?scope=cluster",
    "/visits/histogram?scope=cluster",
    "/visits/summary?scope=cluster",
    "/visits?scope=cluster",
];

const NOW: &str = "2026-11-23T14:30:00Z";

/// The answer of a peer `b` to `/visits/count`.
const COUNT: &str = r#"{"replica":"b","visits":4}"#;

/// A bound for an answer that waits for nobody. Two cores may be busy.
const AT_ONCE: Duration = Duration::from_secs(2);

/// A replica called `a`, with these peers and a long timeout for them.
fn asker(peers: &[String]) -> Setup {
    replica("a").variable("peers", &peers.join(",")).variable("peer_timeout_ms", "20000")
}

/// A replica of this name.
fn replica(name: &str) -> Setup {
    Setup::new().variable("replica", name)
}

/// A server whose schema is there.
fn start(setup: Setup) -> Server {
    let server = setup.start();
    // Not a probe, which has it ask its peers who they are.
    assert_eq!(server.client().get("/visits/count?scope=replica").status, 200, "{}", server.log());
    server
}

/// Puts visits into the volume of a server whose schema is there.
fn put(volume: &Volume, visits: &[(&str, &str)]) {
    let at = |time: &str| chrono::DateTime::parse_from_rfc3339(time).expect("a time").timestamp_micros();
    insert(&mut volume.open(), visits.iter().map(|(time, page)| (at(time), *page)));
}

/// Asks, checks what is true of every answer in JSON, and measures how long it took.
fn timed(client: &Client, (target, format): (&str, &str)) -> (Answer, Duration) {
    let start = Instant::now();
    let answer = client.get_with(target, &[("accept", format)]);
    let took = start.elapsed();
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    assert!(answer.header("content-type").starts_with(format), "{target} as {format}");
    if format == "application/json" {
        check(&answer.json());
    }
    (answer, took)
}

/// The same for JSON alone.
fn cluster(client: &Client, target: &str) -> Value {
    timed(client, (target, "application/json")).0.json()
}

fn check(answer: &Value) {
    let missing = names(&answer["missing"]);
    assert_eq!(answer["complete"], missing.is_empty(), "{answer}");
    let reasons = answer["reasons"].as_object().expect("reasons");
    assert!(missing.iter().collect::<BTreeSet<_>>().into_iter().eq(reasons.keys()), "{answer}");
    let replicas = replicas(answer);
    let ids = array(&answer["replicas"]).iter().map(|one| (text(&one["replica"]), one["id"].as_str()));
    assert_eq!(ids.collect::<BTreeSet<_>>().len(), replicas.len(), "{answer}");
    let sum: i64 = replicas.iter().map(|(_, visits)| visits).sum();
    assert!(answer["total"].is_null() || answer["total"] == sum, "{answer}");
    assert!(answer["buckets"].is_null() || visits(&answer["buckets"]).iter().sum::<i64>() == sum, "{answer}");
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("an array: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("text: {value}"))
}

/// The strings of an array.
fn names(array_of_text: &Value) -> Vec<&str> {
    array(array_of_text).iter().map(text).collect()
}

/// The numbers of visits in an array.
fn visits(counted: &Value) -> Vec<i64> {
    array(counted).iter().map(|one| one["visits"].as_i64().expect("a number")).collect()
}

/// The replicas that answered, with their numbers of visits.
fn replicas(answer: &Value) -> Vec<(&str, i64)> {
    array(&answer["replicas"]).iter().map(|one| text(&one["replica"])).zip(visits(&answer["replicas"])).collect()
}

/// What each replica did, such as `b:unreachable`; who answered has no state.
fn states(answer: &Value) -> Vec<String> {
    let state = |one: &Value| match (text(&one["replica"]), text(&one["state"])) {
        (name, "answered") => name.to_owned(),
        (name, state) => format!("{name}:{state}"),
    };
    array(&answer["replicas"]).iter().map(state).collect()
}

/// Replicas `a`, `b`, `c` and so on with one and the same list of peers: all of them, as in a `StatefulSet`.
struct Cluster {
    servers: Vec<Server>,
    gates: Vec<Fake>,
    behind: Vec<Arc<Mutex<Vec<String>>>>,
}

impl Cluster {
    fn start(size: usize, setup: impl Fn(usize, Setup) -> Setup) -> Self {
        let behind: Vec<_> = (0..size).map(|_| Arc::default()).collect();
        let gates = behind.iter().map(Fake::gate).collect();
        let mut cluster = Self { servers: Vec::new(), gates, behind };
        cluster.servers = (0..size).map(|index| cluster.run(index, setup(index, Setup::new()))).collect();
        cluster
    }

    /// Starts a replica in its place.
    fn run(&self, index: usize, setup: Setup) -> Server {
        let peers = self.gates.iter().map(Fake::url).collect::<Vec<_>>().join(",");
        let setup = setup.variable("replica", ["a", "b", "c"][index]).variable("peers", &peers);
        let server = start(setup.variable("peer_timeout_ms", "20000"));
        *lock(&self.behind[index]) = vec![server.url().to_owned()];
        server
    }

    fn client(&self, index: usize) -> Client {
        self.servers[index].client()
    }
}
