//! The merged reports of several replicas, and which replicas are missing in them.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::replica::{BucketCount, CoarseBefore};
use crate::bucket::Bucket;
use crate::visit::{Page, Visit};

/// The largest number of visits that is plausible: the largest integer up to which numbers in JSON are exact.
const MAX_VISITS: i64 = 1 << 53;

/// A report that a replica asks its peers for.
pub trait Report: DeserializeOwned {
    /// The replica that it is about.
    fn replica(&self) -> &str;

    /// The numbers in it, and the sums that merging makes of them.
    fn numbers(&self) -> impl Iterator<Item = i64>;

    /// Whether all its numbers are plausible.
    fn is_plausible(&self) -> bool {
        self.numbers().all(|visits| (0..=MAX_VISITS).contains(&visits))
    }
}

/// The answer of a peer.
#[derive(Debug)]
pub struct Answer<T> {
    /// The peer's name, as far as it is known before it answers.
    pub peer: String,
    /// Its report, or the reason why there is none: what follows `footfall-2 is missing: `.
    pub report: Result<T, String>,
}

/// The merged reports of the replicas that answered, and those that are missing.
#[derive(Debug, Serialize)]
pub struct Cluster<T> {
    /// The merged report.
    #[serde(flatten)]
    pub merged: T,
    /// The names of the replicas that are missing.
    pub missing: Vec<String>,
    /// Why each of them is missing, by name.
    pub reasons: BTreeMap<String, String>,
    /// Whether no replica is missing.
    pub complete: bool,
}

impl<T> Cluster<T> {
    pub(super) fn new(merged: T, missing: Vec<(String, String)>) -> Self {
        Self {
            merged,
            complete: missing.is_empty(),
            missing: missing.iter().map(|(replica, _)| replica.clone()).collect(),
            reasons: missing.into_iter().collect(),
        }
    }
}

/// The number of visits of one replica.
#[derive(Debug, Serialize)]
pub struct ReplicaCount {
    /// The replica.
    pub replica: String,
    /// Its number of visits.
    pub visits: i64,
}

/// How many visits all replicas have recorded.
#[derive(Debug, Serialize)]
pub struct MergedCount {
    /// The number of visits.
    pub total: i64,
    /// Before which time it is coarse: the latest of all replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_before: Option<CoarseBefore>,
    /// The number of each replica.
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
    /// The number of visits of all time.
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
    /// How many visits.
    pub deleted: i64,
}

/// The number of visits to a page on all replicas, of all time.
#[derive(Debug, Serialize)]
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
    /// The replica.
    pub replica: String,
    /// The number of visits of all time.
    pub visits: i64,
    /// The number of visits today.
    pub today: i64,
    /// The latest visit.
    pub latest: Option<Visit>,
}
