//! What `scope=cluster` promises: replicas that ask each other, and peers that die, hang and lie.

mod asked;
mod clocks;
mod crowd;
pub mod fake;
mod lies;
mod lists;
mod missing;
mod names;
mod numbers;
mod sums;
mod tails;
mod waits;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fake::Fake;
use serde_json::Value;

use crate::client::{Answer, Client};
use crate::server::{Server, Setup};
use crate::volume::{Volume, insert};

/// Every answer that a cluster gives, by its target and its format.
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

/// Those of them that a peer has to be asked for differently.
const TARGETS: [&str; 4] = [
    "/visits/count?scope=cluster",
    "/visits/histogram?scope=cluster",
    "/visits/summary?scope=cluster",
    "/visits?scope=cluster",
];

/// How long anything may take that waits for nobody. Two cores may be busy.
const AT_ONCE: Duration = Duration::from_secs(2);

/// A replica called `a`, with these peers, that has all the time in the world for them.
fn asker(peers: &[String]) -> Setup {
    replica("a").variable("peers", &peers.join(",")).variable("peer_timeout_ms", "20000")
}

/// A replica of this name.
fn replica(name: &str) -> Setup {
    Setup::new().variable("replica", name)
}

/// Asks, and says how long it took.
fn timed(client: &Client, (target, format): (&str, &str)) -> (Answer, Duration) {
    let start = Instant::now();
    let answer = client.get_with(target, &[("accept", format)]);
    let took = start.elapsed();
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    let content_type = answer.header("content-type");
    assert!(content_type.starts_with(format), "{target} as {format}: {content_type}");
    (answer, took)
}

/// Asks for JSON, and checks what holds of all answers of a cluster.
fn cluster(client: &Client, target: &str) -> Value {
    let answer = client.json(target);
    check(&answer);
    answer
}

fn check(answer: &Value) {
    let missing = names(&answer["missing"]);
    let replicas: Vec<_> = array(&answer["replicas"]).iter().map(|one| &one["replica"]).collect();
    assert_eq!(answer["complete"], missing.is_empty(), "{answer}");
    let reasons = answer["reasons"].as_object().expect("reasons");
    assert!(missing.iter().collect::<BTreeSet<_>>().into_iter().eq(reasons.keys()), "{answer}");
    assert!(reasons.values().all(|reason| reason.as_str().is_some_and(|reason| reason.contains(' '))), "{answer}");
    assert_eq!(replicas.iter().map(|name| name.as_str()).collect::<BTreeSet<_>>().len(), replicas.len(), "{answer}");
    let sum: i64 = array(&answer["replicas"]).iter().map(|one| number(&one["visits"])).sum();
    if !answer["total"].is_null() {
        assert_eq!(number(&answer["total"]), sum, "{answer}");
    }
    if !answer["buckets"].is_null() {
        assert_eq!(visits(&answer["buckets"]).iter().sum::<i64>(), sum, "{answer}");
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("an array: {value}"))
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("a number: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("text: {value}"))
}

/// The strings of an array.
fn names(array_of_text: &Value) -> Vec<&str> {
    array(array_of_text).iter().map(text).collect()
}

/// The numbers of visits of all in an array.
fn visits(counted: &Value) -> Vec<i64> {
    array(counted).iter().map(|one| number(&one["visits"])).collect()
}

/// Which replicas answered, and with how many visits.
fn replicas(answer: &Value) -> Vec<(&str, i64)> {
    array(&answer["replicas"]).iter().map(|one| (text(&one["replica"]), number(&one["visits"]))).collect()
}

/// A value as it stands in a query, with every byte encoded.
fn encode(value: &str) -> String {
    value.bytes().flat_map(|byte| [format!("%{byte:02X}")]).collect::<Vec<_>>().concat()
}

/// A point in time in microseconds since 1970.
fn at(time: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(time).expect("a time").timestamp_micros()
}

/// Puts visits into a volume whose server has made its schema.
fn put(volume: &Volume, visits: &[(&str, &str)]) {
    insert(&mut volume.open(), visits.iter().map(|(time, page)| (at(time), *page)));
}

/// A server whose schema is there.
fn start(setup: Setup) -> Server {
    let server = setup.start();
    assert_eq!(server.client().get("/readyz").status, 200, "{}", server.log());
    server
}

/// Replicas `a`, `b`, `c` and so on that have one and the same list of peers: all of them, as in a `StatefulSet`.
struct Cluster {
    servers: Vec<Server>,
    gates: Vec<Fake>,
}

impl Cluster {
    fn start(size: usize, setup: impl Fn(usize, Setup) -> Setup) -> Self {
        let targets: Vec<_> = (0..size).map(|_| Arc::new(Mutex::new(None))).collect();
        let gates: Vec<_> = targets.iter().map(Fake::gate).collect();
        let peers = gates.iter().map(Fake::url).collect::<Vec<_>>().join(",");
        let start = |index| {
            let name = ["a", "b", "c", "d", "e"][index];
            let with = replica(name).variable("peers", &peers).variable("peer_timeout_ms", "20000");
            let server = start(setup(index, with));
            *targets[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(server.url().to_owned());
            server
        };
        Self { servers: (0..size).map(start).collect(), gates }
    }

    fn client(&self, index: usize) -> Client {
        self.servers[index].client()
    }
}
