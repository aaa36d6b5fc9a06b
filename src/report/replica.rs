//! The reports of one replica.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::id::Id;
use super::imported::{Imported, ImportedDatabase, deserialize_imports};
use crate::bucket::Bucket;
use crate::visit::{Page, Visit};

/// Which replica a report is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reporter {
    /// Its name.
    pub replica: String,
    /// The id of its database; `None` for a replica of the version before, which has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// Its revision, as in [`Identity`](super::Identity).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// Its view of the cluster, as in [`Identity`](super::Identity).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<Id>,
}

/// What `/` answers.
#[derive(Debug, Serialize)]
pub struct Home {
    /// When the request came, in the zone of the variable `timezone`.
    #[serde(serialize_with = "crate::zone::serialize")]
    pub time: DateTime<FixedOffset>,
    /// That zone's name in the IANA database.
    pub timezone: String,
    /// The replica that answers.
    pub replica: String,
    /// The id of this visit; `None` when the request was not recorded.
    pub visit: Option<i64>,
    /// How many visits all replicas count, as far as this one knows: this one among them, and those that were deleted
    /// not.
    pub visits: i64,
}

/// The end of the times of which a replica knows only days or longer periods: each counts as if all its visits had come
/// at its beginning. An answer has it where its range touches such times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CoarseBefore(#[serde(with = "crate::zone")] pub DateTime<FixedOffset>);

/// How many visits a replica has recorded or imported.
#[derive(Debug, Serialize, Deserialize)]
pub struct Count {
    /// The replica that counted.
    #[serde(flatten)]
    pub reporter: Reporter,
    /// The number of visits.
    pub visits: i64,
    /// What it has imported.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "deserialize_imports")]
    pub imports: Vec<Imported>,
    /// Before which time it is coarse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_before: Option<CoarseBefore>,
}

/// The latest visits of a replica, oldest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tail {
    /// The replica whose log this is.
    #[serde(flatten)]
    pub reporter: Reporter,
    /// The zone of the times.
    pub timezone: String,
    /// The visits.
    pub visits: Vec<Visit>,
    /// The value of `before` for the page of earlier visits; `None` when the log has none.
    pub before: Option<i64>,
}

/// A visit as it is exported.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedVisit {
    /// The visit.
    #[serde(flatten)]
    pub visit: Visit,
    /// The id of the database in whose log it is: with it, the id of the visit is unique among all replicas.
    pub database: Id,
}

/// How many visits a replica has recorded or imported in each minute, hour or day of a range.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Histogram {
    /// The replica that counted.
    #[serde(flatten)]
    pub reporter: Reporter,
    /// The zone of the buckets.
    pub timezone: String,
    /// The length of a bucket.
    pub bucket: Bucket,
    /// The beginning of the range (inclusive).
    #[serde(with = "crate::zone")]
    pub since: DateTime<FixedOffset>,
    /// The end of the range (exclusive).
    #[serde(with = "crate::zone")]
    pub until: DateTime<FixedOffset>,
    /// The number of visits in the range.
    pub visits: i64,
    /// What it has imported.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "deserialize_imports")]
    pub imports: Vec<Imported>,
    /// Before which time it is coarse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_before: Option<CoarseBefore>,
    /// Every bucket that the range touches. Of the first and the last, only visits within the range are counted.
    pub buckets: Vec<BucketCount>,
}

/// The number of visits in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BucketCount {
    /// The start of the bucket.
    #[serde(with = "crate::zone")]
    pub start: DateTime<FixedOffset>,
    /// The number of visits.
    pub visits: i64,
}

/// What the dashboard shows of a replica.
#[derive(Debug, Serialize, Deserialize)]
pub struct Summary {
    /// The replica.
    #[serde(flatten)]
    pub reporter: Reporter,
    /// The zone of the hours and days.
    pub timezone: String,
    /// The number of visits of all time.
    pub visits: i64,
    /// What it has imported.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "deserialize_imports")]
    pub imports: Vec<Imported>,
    /// Before which time the hours and days are coarse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_before: Option<CoarseBefore>,
    /// The last 24 hours, up to the present one.
    pub hours: Vec<BucketCount>,
    /// The last 30 days, up to today.
    pub days: Vec<BucketCount>,
    /// The busiest pages of all time, at most [`SUMMARY_PAGES`](crate::limits::SUMMARY_PAGES).
    pub pages: Vec<PageCount>,
    /// What there is of the range that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<InRange<PageCount>>,
    /// The latest visits, oldest first.
    pub latest: Vec<Visit>,
    /// As in [`Tail`]: the value of `before` for the page of earlier visits; `None` when the log has none.
    pub before: Option<i64>,
}

/// What the dashboard shows of a range. A page is a [`PageCount`], or of several replicas a
/// [`PageTotal`](super::PageTotal).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InRange<P> {
    /// The beginning of the range (inclusive); `None` for the first visit.
    #[serde(skip_deserializing, serialize_with = "crate::zone::serialize_optional")]
    pub since: Option<DateTime<FixedOffset>>,
    /// The end of the range (exclusive); `None` for the last visit.
    #[serde(skip_deserializing, serialize_with = "crate::zone::serialize_optional")]
    pub until: Option<DateTime<FixedOffset>>,
    /// The number of visits in the range.
    pub visits: i64,
    /// The period before; `None` where the range has no beginning.
    pub previous: Option<Period>,
    /// The length of a bucket.
    pub bucket: Bucket,
    /// The buckets that it is drawn in.
    pub buckets: Vec<BucketCount>,
    /// The busiest pages of the range, at most [`SUMMARY_PAGES`](crate::limits::SUMMARY_PAGES).
    pub pages: Vec<P>,
}

/// The number of visits in a period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// Its beginning (inclusive).
    #[serde(with = "crate::zone")]
    pub since: DateTime<FixedOffset>,
    /// Its end (exclusive).
    #[serde(with = "crate::zone")]
    pub until: DateTime<FixedOffset>,
    /// The number of visits.
    pub visits: i64,
}

/// The number of visits to a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageCount {
    /// The page.
    pub page: Page,
    /// The number of visits.
    pub visits: i64,
}

/// What a replica has deleted.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deleted {
    /// The replica.
    #[serde(flatten)]
    pub reporter: Reporter,
    /// The page whose visits it has deleted.
    pub page: Page,
    /// How many there were.
    pub deleted: i64,
}

/// What a replica has done with an upload.
#[derive(Debug, Serialize)]
pub struct ImportResult {
    /// The replica.
    #[serde(flatten)]
    pub reporter: Reporter,
    /// The databases whose numbers the upload has.
    pub imports: Vec<ImportedDatabase>,
}

/// Which version is running.
#[derive(Debug, Serialize)]
pub struct Version {
    /// The name of the app.
    pub name: &'static str,
    /// Its version, as in semver.org.
    pub version: &'static str,
}
