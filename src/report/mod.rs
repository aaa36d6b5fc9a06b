//! What is answered, before it has a format.
//!
//! Here is what one replica answers; [`cluster`] has what all of them answer together, and `merge` makes the one of the
//! other.

pub mod cluster;
mod merge;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::bucket::Bucket;
use crate::visit::{Page, Visit};

/// The answer to a visitor of `/`.
#[derive(Debug, Serialize)]
pub struct Home {
    /// When the request came, in the zone that the variable `timezone` names.
    #[serde(serialize_with = "crate::zone::serialize")]
    pub time: DateTime<FixedOffset>,
    /// That zone's name in the IANA database.
    pub timezone: String,
    /// The replica that answers.
    pub replica: String,
    /// The id of this visit; `None` when the request was not recorded.
    pub visit: Option<i64>,
    /// How many visits the replica has recorded, this one among them.
    pub visits: i64,
}

/// How many visits a replica has recorded.
#[derive(Debug, Serialize, Deserialize)]
pub struct Count {
    /// The replica that counted.
    pub replica: String,
    /// The number of visits.
    pub visits: i64,
}

/// The latest visits of a replica, oldest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tail {
    /// The replica whose log this is.
    pub replica: String,
    /// The zone that the times are shown in.
    pub timezone: String,
    /// The visits.
    pub visits: Vec<Visit>,
    /// What to ask as `before` for the visits that came earlier; `None` when the log has none.
    pub before: Option<i64>,
}

/// How many visits a replica has recorded in each minute, hour or day of a range.
#[derive(Debug, Serialize, Deserialize)]
pub struct Histogram {
    /// The replica that counted.
    pub replica: String,
    /// The zone whose hours and days they are.
    pub timezone: String,
    /// How long a bucket is.
    pub bucket: Bucket,
    /// The beginning of the range, which is in it.
    #[serde(with = "crate::zone")]
    pub since: DateTime<FixedOffset>,
    /// The end of the range, which is not.
    #[serde(with = "crate::zone")]
    pub until: DateTime<FixedOffset>,
    /// The number of visits in the range.
    pub visits: i64,
    /// Every bucket that the range touches. Of the first and the last, what is in the range is counted.
    pub buckets: Vec<Bar>,
}

/// The number of visits in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// The start of the bucket.
    #[serde(with = "crate::zone")]
    pub start: DateTime<FixedOffset>,
    /// The number of visits.
    pub visits: i64,
}

/// What a replica has for the dashboard.
#[derive(Debug, Serialize, Deserialize)]
pub struct Summary {
    /// The replica that this is about.
    pub replica: String,
    /// The zone whose hours and days these are.
    pub timezone: String,
    /// The number of visits ever recorded.
    pub visits: i64,
    /// The last 24 hours, of which the last is the present one.
    pub hours: Vec<Bar>,
    /// The last 30 days, of which the last is today.
    pub days: Vec<Bar>,
    /// The busiest pages ever, at most [`Summary::PAGES`].
    pub pages: Vec<PageCount>,
    /// The latest visits, oldest first.
    pub latest: Vec<Visit>,
}

impl Summary {
    /// How many of the busiest pages a replica lists.
    pub const PAGES: usize = 50;
}

/// The number of visits to a page, ever.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageCount {
    /// The page.
    pub page: Page,
    /// The number of visits.
    pub visits: i64,
}

/// What Prometheus is told of a replica.
#[derive(Debug)]
pub struct Metrics {
    /// The number of visits ever recorded.
    pub visits: i64,
    /// The requests that were not visits, by reason.
    pub ignored: Vec<(String, i64)>,
    /// The number of visits in the log.
    pub log_visits: i64,
    /// The number of pages told apart.
    pub pages: i64,
    /// The size of the database, in bytes.
    pub database_bytes: i64,
}

/// What is running.
#[derive(Debug, Serialize)]
pub struct Version {
    /// The name of the app.
    pub name: &'static str,
    /// Its version, as in semver.org.
    pub version: &'static str,
}
