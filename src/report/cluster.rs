//! The merged reports of several replicas, and which replicas are missing in them.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;

use super::id::Id;
use super::known::{Known, KnownState, Memory};
use super::replica::{BucketCount, CoarseBefore, InRange, Reporter};
use crate::bucket::Bucket;
use crate::visit::{Page, Visit};

/// The answer of a peer.
#[derive(Debug)]
pub struct Answer<T> {
    /// The peer's name, as far as it is known before it answers.
    pub peer: String,
    /// Whether it is missing if it is silent and nothing is known of it.
    pub expected: bool,
    /// Whether it is this replica.
    pub is_own: bool,
    /// Whether it may know of replicas that this one does not.
    pub has_news: bool,
    /// Its report, or the reason why there is none: what follows `footfall-2 is missing: `.
    pub report: Result<T, String>,
}

/// What a replica knows of the others when it asks them.
#[derive(Clone, Debug, Default)]
pub struct Others {
    /// What it remembers.
    pub memory: Memory,
    /// Those that do not come back: the variable `retired`.
    pub retired: Vec<Id>,
    /// When they were asked.
    pub now: DateTime<Utc>,
}

impl Others {
    /// The state of one that does not answer.
    pub fn state(&self, silent: &Known) -> State {
        let is_final = silent.state == KnownState::Drained && !self.is_duplicate(&silent.id);
        match (self.is_retired(silent), is_final) {
            (true, _) => State::Retired,
            (false, true) => State::Ended,
            (false, false) if silent.state == KnownState::Imported => State::Imported,
            (false, false) => State::Unreachable,
        }
    }

    /// Whether the peer of this name is known, and is to be asked.
    pub fn is_asked(&self, peer: &str) -> bool {
        let is_retired = |id: &Id| self.memory.known.iter().any(|known| known.id == *id && self.is_retired(known));
        let mut known = self.memory.known.iter().map(|known| (&known.peer, &known.id));
        let mut peers = self.memory.peers.iter().map(|(name, id, _)| (name, id));
        let is_peer = |(name, id): (&String, &Id)| name == peer && !is_retired(id);
        known.any(is_peer) || peers.any(is_peer)
    }

    /// Whether a peer that answers so may know more than when it was last asked what it knows.
    pub fn is_news(&self, peer: &str, reporter: &Reporter) -> bool {
        let heard = self.memory.peers.iter().find(|(name, ..)| name == peer).and_then(|(.., view)| view.as_ref());
        reporter.id.is_some() && reporter.view.is_some() && reporter.view.as_ref() != heard
    }

    /// Whether it is retired, and was not seen since.
    fn is_retired(&self, known: &Known) -> bool {
        self.retired.contains(&known.id) && known.state != KnownState::Returned
    }

    /// Whether there are, or were, several databases with this id. Who retires it accepts what is lost.
    pub fn is_duplicate(&self, id: &Id) -> bool {
        self.memory.duplicates.contains(id) && !self.retired.contains(id)
    }
}

/// What a replica did when it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It answered.
    Answered,
    /// It had ended in order: its last number is final.
    Ended,
    /// It did not answer.
    Unreachable,
    /// It did not answer, and will not any more: the variable `retired`.
    Retired,
    /// It was never asked: a backup of it was imported, or the numbers of another counter.
    Imported,
    /// There are, or were, several databases with its id, and not all are counted; or it has lost visits.
    Duplicate,
}

/// The merged reports of the replicas that answered, and those that are missing.
#[derive(Debug, Serialize)]
pub struct Cluster<T> {
    /// The merged report.
    #[serde(flatten)]
    pub merged: T,
    /// The names of the replicas that are missing: visits of theirs are not, or may not be, in the merged report.
    pub missing: Vec<String>,
    /// Why each of them is missing, by name.
    pub reasons: BTreeMap<String, String>,
    /// Whether no replica is missing.
    pub complete: bool,
}

impl<T> Cluster<T> {
    pub(super) fn new(merged: T, missing: Vec<(String, String)>) -> Self {
        let complete = missing.is_empty();
        let mut reasons = BTreeMap::new();
        for (replica, reason) in &missing {
            reasons.entry(replica.clone()).or_insert_with(|| reason.clone());
        }
        let missing = missing.into_iter().map(|(replica, _)| replica).collect();
        Self { merged, missing, reasons, complete }
    }
}

/// The number of visits of one replica.
#[derive(Debug, Serialize)]
pub struct ReplicaCount {
    /// The replica.
    pub replica: String,
    /// The id of its database; `None` for a replica of the version before.
    pub id: Option<Id>,
    /// Its number of visits.
    pub visits: i64,
    /// When it had that number.
    #[serde(serialize_with = "crate::zone::serialize")]
    pub as_of: DateTime<FixedOffset>,
    /// What it did when it was asked.
    pub state: State,
    /// The replicas that have imported a backup of it. If it answers itself, it is there twice, and counts once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub imported_by: Vec<String>,
}

/// How many visits all replicas have recorded.
#[derive(Debug, Serialize)]
pub struct MergedCount {
    /// The number of visits.
    pub total: i64,
    /// Before which time it is coarse: the latest of all replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_before: Option<CoarseBefore>,
    /// The number of each replica: the last known one where it did not answer.
    pub replicas: Vec<ReplicaCount>,
}

/// A visit, and the replica that recorded it.
#[derive(Debug, Serialize)]
pub struct ReplicaVisit {
    /// The replica whose log it is in.
    pub replica: String,
    /// The visit.
    #[serde(flatten)]
    pub visit: Visit,
}

/// The latest visits of all replicas, oldest first.
#[derive(Debug, Serialize)]
pub struct MergedTail {
    /// The zone of the times.
    pub timezone: String,
    /// The visits.
    pub visits: Vec<ReplicaVisit>,
    /// How many of them each replica has recorded.
    pub replicas: Vec<ReplicaCount>,
}

/// How many visits all replicas have recorded in each bucket of a range.
#[derive(Debug, Serialize)]
pub struct MergedHistogram {
    /// The zone of the buckets.
    pub timezone: String,
    /// The length of a bucket.
    pub bucket: Bucket,
    /// The beginning of the range (inclusive).
    #[serde(serialize_with = "crate::zone::serialize")]
    pub since: DateTime<FixedOffset>,
    /// The end of the range (exclusive).
    #[serde(serialize_with = "crate::zone::serialize")]
    pub until: DateTime<FixedOffset>,
    /// The number of visits in the range.
    pub total: i64,
    /// Before which time it is coarse: the latest of all replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_before: Option<CoarseBefore>,
    /// The buckets.
    pub buckets: Vec<BucketCount>,
    /// The number of each replica.
    pub replicas: Vec<ReplicaCount>,
}

/// What the dashboard shows of all replicas.
#[derive(Debug, Serialize)]
pub struct MergedSummary {
    /// The zone of the hours and days.
    pub timezone: String,
    /// The number of visits of all time, with the last known numbers of replicas that did not answer.
    pub total: i64,
    /// Before which time the hours and days are coarse: the latest of all replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_before: Option<CoarseBefore>,
    /// The last 24 hours.
    pub hours: Vec<BucketCount>,
    /// The last 30 days.
    pub days: Vec<BucketCount>,
    /// The busiest pages of all time.
    pub pages: Vec<PageTotal>,
    /// What there is of the range that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<InRange<PageTotal>>,
    /// The latest visits, oldest first.
    pub latest: Vec<ReplicaVisit>,
    /// What it shows of each replica.
    pub replicas: Vec<ReplicaSummary>,
}

/// What the replicas have deleted.
#[derive(Debug, Serialize)]
pub struct MergedDeleted {
    /// The page whose visits they have deleted.
    pub page: Page,
    /// How many there were.
    pub deleted: i64,
    /// How many there were on each replica.
    pub replicas: Vec<ReplicaDeleted>,
}

/// What one replica has deleted.
#[derive(Debug, Serialize)]
pub struct ReplicaDeleted {
    /// The replica.
    pub replica: String,
    /// The id of its database.
    pub id: Option<Id>,
    /// How many visits.
    pub deleted: i64,
}

/// The number of visits to a page on all replicas.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PageTotal {
    /// The page.
    pub page: Page,
    /// The sum of what the replicas report for it.
    pub visits: i64,
    /// Whether that is the total: a replica may have visits to a page that is not among the busiest that it reports.
    pub exact: bool,
}

/// What the dashboard shows of one replica.
#[derive(Debug, Serialize)]
pub struct ReplicaSummary {
    /// Its number of visits of all time: the last known one where it did not answer.
    #[serde(flatten)]
    pub count: ReplicaCount,
    /// The number of visits today; `None` where it did not answer.
    pub today: Option<i64>,
    /// The number of visits in the range; `None` where it did not answer, or for no range was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_range: Option<i64>,
    /// The latest visit.
    pub latest: Option<Visit>,
}
