//! Visits over many connections, as fast as they are answered, and whether the log says the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::server::{Server, eventually};
use crate::volume::Volume;

/// The page of each visit, by its number.
type Pages = fn(u64) -> String;

/// Connections that visit a server, until they are stopped or the server ends.
pub struct Load {
    connections: Vec<JoinHandle<Ledger>>,
    shared: Arc<Shared>,
}

/// What all of its connections know.
struct Shared {
    url: String,
    pages: Pages,
    limit: u64,
    left: AtomicU64,
    answered: AtomicI64,
    refused: AtomicI64,
}

impl Load {
    /// Visits a server without end.
    pub fn on(server: &Server, connections: usize, pages: Pages) -> Self {
        Self::of(u64::MAX, server, connections, pages)
    }

    /// Visits a server so often.
    pub fn of(limit: u64, server: &Server, connections: usize, pages: Pages) -> Self {
        let url = server.url().to_owned();
        let (answered, refused) = (AtomicI64::new(0), AtomicI64::new(0));
        let shared = Arc::new(Shared { url, pages, limit, left: AtomicU64::new(limit), answered, refused });
        let connection = |_| {
            let shared = shared.clone();
            thread::spawn(move || shared.visit())
        };
        Self { connections: (0..connections).map(connection).collect(), shared }
    }

    /// How many visits were answered so far.
    pub fn answered(&self) -> i64 {
        self.shared.answered.load(Ordering::Relaxed)
    }

    /// How many were refused so far.
    pub fn refused(&self) -> i64 {
        self.shared.refused.load(Ordering::Relaxed)
    }

    /// Waits until so many more are answered.
    pub fn wait_for_answers(&self, more: i64) {
        let before = self.answered();
        eventually(&format!("{more} more visits"), || (self.answered() >= before + more).then_some(()));
    }

    /// Whether there is nothing left to do.
    pub fn is_finished(&self) -> bool {
        self.connections.iter().all(JoinHandle::is_finished)
    }

    /// Waits until there is nothing left to do.
    pub fn finish(self) -> Ledger {
        let mut ledger = Ledger::new(self.shared.pages);
        for connection in self.connections {
            ledger.add(connection.join().expect("a connection"));
        }
        ledger
    }

    /// Begins no more visits, and waits for those under way.
    pub fn stop(self) -> Ledger {
        self.shared.left.store(0, Ordering::Relaxed);
        self.finish()
    }
}

impl Shared {
    /// The number of the next visit.
    fn next(&self) -> Option<u64> {
        let left = self.left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        left.ok().map(|left| self.limit - left)
    }

    /// Visits until there is nothing left to do, or the connection ends.
    fn visit(&self) -> Ledger {
        let (client, mut ledger) = (Client::new(&self.url), Ledger::new(self.pages));
        while let Some(number) = self.next() {
            let target = match (self.pages)(number) {
                page if page == "/" => page,
                page => format!("/footfall.gif?page={}", page.replace('%', "%25")),
            };
            let start = Instant::now();
            let Ok(answer) = client.try_get(&target) else {
                ledger.unanswered += 1;
                break;
            };
            ledger.slowest = ledger.slowest.max(start.elapsed());
            if let Some(id) = answer.recorded() {
                assert_eq!(answer.status, 200);
                ledger.visits.push((id, number));
                self.answered.fetch_add(1, Ordering::Relaxed);
            } else {
                let later = answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0);
                assert!(answer.status == 503 && later, "neither recorded nor refused: {answer:?}");
                ledger.refused += 1;
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
        ledger
    }
}

/// What became of the visits of a load.
pub struct Ledger {
    pages: Pages,
    /// The ids of those that were answered, with their numbers.
    visits: Vec<(i64, u64)>,
    /// How many were refused.
    pub refused: usize,
    /// How many connections ended before an answer, with one visit each.
    pub unanswered: usize,
    /// How long the slowest answer took.
    pub slowest: Duration,
}

impl Ledger {
    /// One of no visits.
    pub fn new(pages: Pages) -> Self {
        Self { pages, visits: Vec::new(), refused: 0, unanswered: 0, slowest: Duration::ZERO }
    }

    /// Takes those of another.
    pub fn add(&mut self, other: Self) {
        self.visits.extend(other.visits);
        self.refused += other.refused;
        self.unanswered += other.unanswered;
        self.slowest = self.slowest.max(other.slowest);
    }

    /// How many were answered.
    pub fn answered(&self) -> i64 {
        i64::try_from(self.visits.len()).expect("a number")
    }

    /// Checks that no id was given twice. Gives them in order.
    pub fn ids(&self) -> Vec<i64> {
        let mut ids: Vec<_> = self.visits.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        assert!(ids.is_sorted_by(|one, next| one < next), "an id was given twice");
        ids
    }

    /// Checks that each visit that was answered is in the log, once, with its page. Gives how many there are in the log,
    /// which begins with visit 1 and leaves out no id.
    pub fn audit(&self, volume: &Volume) -> i64 {
        let (recorded, log) = (volume.audit(), volume.log());
        self.ids();
        for (id, number) in &self.visits {
            let found = usize::try_from(id - 1).ok().and_then(|place| log.get(place));
            assert_eq!(found, Some(&(*id, (self.pages)(*number))), "a visit that was answered is not in the log");
        }
        recorded
    }

    /// Checks that the log consists of the visits that were answered, and that each was either answered or refused.
    pub fn audit_all(&self, volume: &Volume) {
        assert_eq!(self.unanswered, 0, "without an answer");
        assert_eq!(self.audit(volume), self.answered(), "{} were refused", self.refused);
    }
}
