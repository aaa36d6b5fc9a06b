//! Replicas that come and go behind addresses which stay, and an account of their visits that is kept outside.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde_json::Value;

use super::fake::{Fake, lock};
use super::{NOW, TARGETS, array, check, names, states, text};
use crate::client::Client;
use crate::server::{Runtime, Server, Setup, eventually};
use crate::volume::Volume;

/// How many visits there are, as those know who make them.
#[derive(Default)]
struct Books {
    begun: AtomicI64,
    recorded: AtomicI64,
    /// Who takes visits.
    endpoints: Mutex<Vec<String>>,
}

impl Books {
    /// Makes 20 visits on one connection; a server may be killed meanwhile.
    fn visit(&self, url: &str) {
        let client = Client::new(url);
        for _ in 0..20 {
            self.begun.fetch_add(1, SeqCst);
            let Ok(answer) = client.try_get("/") else { return };
            assert!(answer.recorded().is_some(), "{}", answer.text());
            self.recorded.fetch_add(1, SeqCst);
        }
    }

    /// Asks for the total of all, which is right if it claims to be complete. The server may be killed meanwhile.
    fn ask(&self, url: &str) -> Option<Value> {
        let least = self.recorded.load(SeqCst);
        let answer = Client::new(url).try_request(&Method::GET, TARGETS[0], &[("accept", "application/json")]).ok()?;
        let (answer, most) = (answer.json(), self.begun.load(SeqCst));
        check(&answer);
        let total = answer["total"].as_i64().expect("a total");
        assert!(total <= most && (total >= least || answer["complete"] == false), "{least} to {most}: {answer}");
        Some(answer)
    }
}

/// Whether something becomes true in time.
fn until(patience: Duration, mut is_true: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !is_true() {
        if start.elapsed() > patience {
            return false;
        }
        thread::sleep(patience / 1000);
    }
    true
}

/// Five addresses, the first three of which are expected to have a replica behind them.
pub struct Fleet {
    books: Arc<Books>,
    pub gates: Vec<Fake>,
    behind: Vec<Arc<Mutex<Vec<String>>>>,
    pub running: Vec<(&'static str, Server)>,
    /// What those are told that start.
    pub peers: Vec<String>,
    pub variables: Vec<(&'static str, String)>,
    runtime: Runtime,
    now: DateTime<Utc>,
}

impl Fleet {
    /// With these replicas, each of which has 20 visits, and knows the others.
    pub fn start(runtime: Runtime, replicas: &[&'static str]) -> Self {
        let behind: Vec<Arc<Mutex<Vec<_>>>> = (0..5).map(|_| Arc::default()).collect();
        let gates: Vec<_> = behind.iter().map(Fake::gate).collect();
        let (peers, now) = (gates.iter().map(Fake::url).collect(), NOW.parse().expect("a time"));
        let (books, variables, running) = (Arc::default(), vec![("drain_seconds", "2".to_owned())], Vec::new());
        let mut fleet = Self { books, gates, behind, running, peers, variables, runtime, now };
        for (place, name) in replicas.iter().enumerate() {
            fleet.run(place, name, &Volume::new());
            fleet.visit(name);
        }
        fleet.discover();
        fleet
    }

    /// Starts a replica behind an address.
    pub fn run(&mut self, place: usize, name: &'static str, volume: &Volume) {
        let setup = Setup::on(volume).runtime(self.runtime).at(&self.now.to_rfc3339()).variable("replica", name);
        let setup = setup.variable("peers", &self.peers.join(",")).variable("replicas", "3");
        let set = |setup: Setup, (name, value): &(&str, String)| setup.variable(name, value);
        let server = self.variables.iter().fold(setup.variable("peer_timeout_ms", "2000"), set).start();
        lock(&self.behind[place]).push(server.url().to_owned());
        assert_eq!(server.client().get("/readyz").status, 200);
        lock(&self.books.endpoints).push(server.url().to_owned());
        self.running.push((name, server));
    }

    /// Takes one out of those that take visits and are asked.
    pub fn take(&mut self, name: &str) -> Server {
        let place = self.running.iter().rposition(|(other, _)| *other == name).expect("a replica");
        let (_, server) = self.running.remove(place);
        lock(&self.books.endpoints).retain(|url| url != server.url());
        server
    }

    pub fn kill(&mut self, name: &str) -> Volume {
        let server = self.take(name);
        self.behind.iter().for_each(|urls| lock(urls).retain(|url| url != server.url()));
        server.kill()
    }

    /// Ends some in order, all at once.
    pub fn end(&mut self, names: &[&str]) -> Vec<Volume> {
        self.later(1);
        let ending: Vec<_> = names.iter().map(|name| self.server(name).url()).collect();
        lock(&self.books.endpoints).retain(|url| !ending.contains(&url.as_str()));
        let drain = |url| assert_eq!(Client::new(url).get("/drain").status, 200);
        thread::scope(|scope| ending.iter().for_each(|url| _ = scope.spawn(|| drain(url))));
        names.iter().map(|name| self.kill(name)).collect()
    }

    /// Starts one anew, with the variables of now.
    pub fn restart(&mut self, place: usize, name: &'static str) {
        let volume = self.kill(name);
        self.run(place, name, &volume);
    }

    pub fn server(&self, name: &str) -> &Server {
        &self.running.iter().rfind(|(other, _)| *other == name).expect("a replica").1
    }

    /// Makes 20 visits to one.
    pub fn visit(&self, name: &str) {
        self.books.visit(self.server(name).url());
    }

    /// Does something while three make visits, and one asks.
    pub fn under_load<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let (books, done) = (&self.books.clone(), &AtomicBool::new(false));
        let load = |visits: bool| {
            for turn in (0..).take_while(|_| !done.load(SeqCst)) {
                let urls = lock(&books.endpoints).clone();
                let url = &urls[turn % urls.len()];
                if visits { books.visit(url) } else { _ = books.ask(url) }
            }
        };
        thread::scope(|scope| {
            for visits in [true, true, true, false] {
                scope.spawn(move || load(visits));
            }
            let worked = catch_unwind(AssertUnwindSafe(|| work(self)));
            done.store(true, SeqCst);
            worked.unwrap_or_else(|panic| resume_unwind(panic))
        })
    }

    /// Lets time pass, and probes all.
    pub fn later(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
        self.running.iter().for_each(|(_, server)| server.set_clock(&self.now.to_rfc3339()));
        self.running.iter().for_each(|(_, server)| _ = server.client().get("/readyz"));
    }

    /// Lets a minute pass, until all know of all others what they are and have now: what is cut off with an instance is
    /// done again.
    pub fn discover(&mut self) {
        let all: Vec<_> = self.running.iter().map(|(_, server)| server.client()).collect();
        let ids: Vec<_> = all.iter().map(|client| client.json("/replica")["id"].take()).collect();
        let is_known = |client: &Client, id: &Value, now| {
            let answer = client.json(&format!("/replica?pages_of={}", text(id)));
            let known = array(&answer["known"]).iter().find(|known| known["id"] == *id);
            let is_new = |known: &Value| text(&known["as_of"]).parse() == Ok(now);
            known.is_some_and(|known| {
                is_new(known) && answer["pages"]["revision"].as_i64() >= known["revision"].as_i64()
            })
        };
        eventually("the numbers and the pages of all others", || {
            self.later(61);
            let others = |own| ids.iter().filter(move |id| *id != own);
            let mut pairs = all.iter().zip(&ids).flat_map(|(client, own)| others(own).map(move |id| (client, id)));
            let patience = Duration::from_secs(3);
            pairs.all(|(client, id)| until(patience, || is_known(client, id, self.now))).then_some(())
        });
    }

    /// Checks that all say this of the cluster, such as `a b:unreachable`: who answered has no state.
    pub fn expect(&self, states: &str) {
        self.running.iter().for_each(|(name, _)| self.expect_at(name, states));
    }

    /// The same of one.
    pub fn expect_at(&self, name: &str, expected: &str) {
        let answer = self.books.ask(self.server(name).url()).expect("an answer");
        let mut all = states(&answer);
        let mut missing: BTreeSet<_> = names(&answer["missing"]).into_iter().collect();
        missing.retain(|name| !all.contains(&format!("{name}:unreachable")));
        // One that is not known has the name of its address.
        let place = |name: &str| self.gates.iter().position(|gate| gate.name() == name);
        all.extend(
            missing
                .iter()
                .map(|name| format!("{}:missing", place(name).map_or(*name, |place| &"abcde"[place..=place]))),
        );
        all.sort();
        assert_eq!(all.join(" "), expected, "{name}: {answer}");
    }

    /// Checks that a total that is not complete lacks so many visits.
    pub fn expect_lack(&self, visits: i64) {
        let range = (self.books.recorded.load(SeqCst) - visits)..=(self.books.begun.load(SeqCst) - visits);
        for (name, server) in &self.running {
            let answer = self.books.ask(server.url()).expect("an answer");
            assert!(range.contains(&answer["total"].as_i64().expect("a total")), "{name}: {range:?}: {answer}");
        }
    }
}
