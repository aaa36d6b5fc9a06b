//! What all replicas answer together, and which of them did not.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Bar;
use crate::bucket::Bucket;
use crate::visit::{Page, Visit};

/// The largest number of visits that is believed: what JSON numbers can say exactly.
const MAX_VISITS: i64 = 1 << 53;

/// A report that a peer can be asked for.
pub trait Report: DeserializeOwned {
    /// The replica that it is about.
    fn replica(&self) -> &str;

    /// The numbers of visits in it, and what those come to that are added up.
    fn numbers(&self) -> impl Iterator<Item = i64>;

    /// Whether it can be true.
    fn is_sound(&self) -> bool {
        self.numbers().all(|visits| (0..=MAX_VISITS).contains(&visits))
    }
}

/// What a peer answered.
#[derive(Debug)]
pub struct Answer<T> {
    /// The name under which it was asked.
    pub peer: String,
    /// Its report, or what is wrong with it: what follows `footfall-2 is missing: `.
    pub report: Result<T, String>,
}

/// The answers of the replicas as one, and whose are missing in it.
#[derive(Debug, Serialize)]
pub struct Cluster<T> {
    /// What those who answered have together.
    #[serde(flatten)]
    pub whole: T,
    /// The names of the others.
    pub missing: Vec<String>,
    /// Why they are missing, by name.
    pub reasons: BTreeMap<String, String>,
    /// Whether nobody is missing.
    pub complete: bool,
}

impl<T> Cluster<T> {
    pub(super) fn new(whole: T, missing: Vec<(String, String)>) -> Self {
        Self {
            whole,
            complete: missing.is_empty(),
            missing: missing.iter().map(|(replica, _)| replica.clone()).collect(),
            reasons: missing.into_iter().collect(),
        }
    }
}

/// What one replica has of the whole.
#[derive(Debug, Serialize)]
pub struct Share {
    /// The replica.
    pub replica: String,
    /// Its number of visits.
    pub visits: i64,
}

/// How many visits all have recorded.
#[derive(Debug, Serialize)]
pub struct Total {
    /// The number of visits.
    pub total: i64,
    /// What each has.
    pub replicas: Vec<Share>,
}

/// A visit, and where it is recorded.
#[derive(Debug, Serialize)]
pub struct Sighting {
    /// The replica whose log it is in.
    pub replica: String,
    /// The visit.
    #[serde(flatten)]
    pub visit: Visit,
}

/// The latest visits of all, oldest first.
#[derive(Debug, Serialize)]
pub struct Latest {
    /// The zone that the times are shown in.
    pub timezone: String,
    /// The visits.
    pub visits: Vec<Sighting>,
    /// How many of them each has.
    pub replicas: Vec<Share>,
}

/// How many visits all have recorded in each bucket of a range.
#[derive(Debug, Serialize)]
pub struct Histograms {
    /// The zone whose hours and days they are.
    pub timezone: String,
    /// How long a bucket is.
    pub bucket: Bucket,
    /// The beginning of the range.
    #[serde(serialize_with = "crate::zone::serialize")]
    pub since: DateTime<FixedOffset>,
    /// The end of the range.
    #[serde(serialize_with = "crate::zone::serialize")]
    pub until: DateTime<FixedOffset>,
    /// The number of visits in the range.
    pub total: i64,
    /// The buckets.
    pub buckets: Vec<Bar>,
    /// What each has.
    pub replicas: Vec<Share>,
}

/// What all have for the dashboard.
#[derive(Debug, Serialize)]
pub struct Overview {
    /// The zone whose hours and days these are.
    pub timezone: String,
    /// The number of visits ever recorded.
    pub total: i64,
    /// The last 24 hours.
    pub hours: Vec<Bar>,
    /// The last 30 days.
    pub days: Vec<Bar>,
    /// The busiest pages ever.
    pub pages: Vec<PageTotal>,
    /// The latest visits, oldest first.
    pub latest: Vec<Sighting>,
    /// What each has.
    pub replicas: Vec<ReplicaOverview>,
}

/// The number of visits to a page on all replicas, ever.
#[derive(Debug, Serialize)]
pub struct PageTotal {
    /// The page.
    pub page: Page,
    /// The number of visits, as far as the replicas list the page.
    pub visits: i64,
    /// Whether that is all of them: a replica may have some of a page that is not among its busiest.
    pub exact: bool,
}

/// What one replica has for the dashboard.
#[derive(Debug, Serialize)]
pub struct ReplicaOverview {
    /// The replica.
    pub replica: String,
    /// The number of visits ever recorded.
    pub visits: i64,
    /// The number of visits today.
    pub today: i64,
    /// The latest visit.
    pub latest: Option<Visit>,
}
