//! The reports of this replica, and of all replicas.
//!
//! Each kind has a function for this replica, which reads from the store, and a `merged_` one, which at the same time
//! asks the peers for their own, and merges them.

use chrono::{DateTime, Utc};
use futures::join;

use super::app::App;
use super::problem::Problem;
use crate::bucket::Bucket;
use crate::limits::SUMMARY_PAGES;
use crate::render::uri::path_and_query;
use crate::report::{
    BucketCount, Cluster, CoarseBefore, Count, Histogram, MergedCount, MergedHistogram, MergedSummary, MergedTail,
    Summary, Tail,
};
use crate::store::{self, Counted, Range, TailQuery};
use crate::visit::{Page, Visit};
use crate::zone::Zone;

/// Which histogram to make.
pub struct HistogramQuery {
    /// The length of a bucket.
    pub bucket: Bucket,
    /// The range that was asked for, to ask peers for the same.
    pub range: Range,
    /// The time that defaults of the range refer to.
    pub now: DateTime<Utc>,
    /// The beginning of the range.
    pub since: DateTime<Utc>,
    /// The end of the range.
    pub until: DateTime<Utc>,
    /// The zone of the buckets.
    pub zone: Zone,
    /// The only page to count; `None` for all pages.
    pub page: Option<Page>,
}

/// The number of visits.
pub async fn count(app: &App, range: Range, page: Option<&Page>) -> Result<Count, Problem> {
    let counted =
        app.store.count(range, page).await.map_err(Problem::unavailable("The visits could not be counted"))?;
    let coarse_before = coarse_before(&counted, &app.config.timezone);
    Ok(Count { replica: app.config.replica.clone(), visits: counted.visits, coarse_before })
}

/// [`count`] of all replicas.
pub async fn merged_count(app: &App, range: Range, page: Option<&Page>) -> Result<Cluster<MergedCount>, Problem> {
    let parameters = [
        ("since", range.since.as_ref().map(DateTime::to_rfc3339)),
        ("until", range.until.as_ref().map(DateTime::to_rfc3339)),
        page_parameter(page),
    ];
    let path_and_query = of_replica("/visits/count", &parameters);
    let (own, peers) = join!(count(app, range, page), app.peers.ask(&path_and_query));
    Ok(Cluster::of_counts(own?, peers, &app.config.timezone))
}

/// The latest visits.
pub async fn tail(app: &App, query: &TailQuery) -> Result<Tail, Problem> {
    let tail = app.store.tail(query).await;
    let (visits, has_earlier) = tail.map_err(Problem::unavailable("The visits could not be read"))?;
    let before = before(&visits, has_earlier);
    Ok(Tail { replica: app.config.replica.clone(), timezone: query.zone.name().to_owned(), visits, before })
}

/// [`tail`] of all replicas.
pub async fn merged_tail(app: &App, query: &TailQuery) -> Result<Cluster<MergedTail>, Problem> {
    let parameters = [
        ("tail", Some(query.tail.to_string())),
        page_parameter(query.page.as_ref()),
        ("tz", Some(query.zone.name().to_owned())),
    ];
    let path_and_query = of_replica("/visits", &parameters);
    let (own, peers) = join!(tail(app, query), app.peers.ask(&path_and_query));
    Ok(Cluster::of_tails(own?, peers, query.tail, &query.zone))
}

/// The number of visits in each bucket.
pub async fn histogram(app: &App, query: &HistogramQuery) -> Result<Histogram, Problem> {
    let HistogramQuery { bucket, since, until, zone, page, .. } = query;
    let counted = bucket_counts(app, *bucket, zone, (*since, *until), page.as_ref()).await;
    let counted = counted.map_err(Problem::unavailable("The visits could not be counted"))?;
    Ok(Histogram {
        replica: app.config.replica.clone(),
        timezone: zone.name().to_owned(),
        bucket: *bucket,
        since: zone.local(*since),
        until: zone.local(*until),
        visits: counted.visits.iter().map(|count| count.visits).sum(),
        coarse_before: coarse_before(&counted, zone),
        buckets: counted.visits,
    })
}

/// [`histogram`] of all replicas.
pub async fn merged_histogram(app: &App, query: &HistogramQuery) -> Result<Cluster<MergedHistogram>, Problem> {
    let parameters = [
        ("bucket", Some(query.bucket.name().to_owned())),
        ("since", query.range.since.as_ref().map(DateTime::to_rfc3339)),
        ("until", query.range.until.as_ref().map(DateTime::to_rfc3339)),
        // Without an end, the ranges of all replicas must refer to the same time.
        ("now", Some(query.now.to_rfc3339())),
        ("tz", Some(query.zone.name().to_owned())),
        page_parameter(query.page.as_ref()),
    ];
    let path_and_query = of_replica("/visits/histogram", &parameters);
    let (own, peers) = join!(histogram(app, query), app.peers.ask(&path_and_query));
    Ok(Cluster::of_histograms(own?, peers, &query.zone))
}

/// The numbers of the dashboard at the time `now`, with the latest visits that `tail` asks for.
pub async fn summary(app: &App, tail: &TailQuery, now: DateTime<Utc>) -> Result<Summary, Problem> {
    try_summary(app, tail, now).await.map_err(Problem::unavailable("The visits could not be read"))
}

async fn try_summary(app: &App, tail: &TailQuery, now: DateTime<Utc>) -> Result<Summary, store::Error> {
    let (zone, page) = (&tail.zone, tail.page.as_ref());
    let latest_buckets = async |bucket: Bucket| {
        bucket_counts(app, bucket, zone, bucket.latest(zone, bucket.default_number(), now), page).await
    };
    let (hours, days) = (latest_buckets(Bucket::Hour).await?, latest_buckets(Bucket::Day).await?);
    let (latest, has_earlier) = app.store.tail(tail).await?;
    Ok(Summary {
        replica: app.config.replica.clone(),
        timezone: zone.name().to_owned(),
        visits: app.store.count(Range::default(), page).await?.visits,
        coarse_before: coarse_before(&hours, zone).max(coarse_before(&days, zone)),
        hours: hours.visits,
        days: days.visits,
        pages: if page.is_none() { app.store.busiest(SUMMARY_PAGES).await? } else { Vec::new() },
        before: before(&latest, has_earlier),
        latest,
    })
}

/// [`summary`] of all replicas.
pub async fn merged_summary(
    app: &App,
    tail: &TailQuery,
    now: DateTime<Utc>,
) -> Result<Cluster<MergedSummary>, Problem> {
    let parameters = [
        page_parameter(tail.page.as_ref()),
        ("tz", Some(tail.zone.name().to_owned())),
        ("tail", Some(tail.tail.to_string())),
        ("now", Some(now.to_rfc3339())),
    ];
    let path_and_query = of_replica("/visits/summary", &parameters);
    let (own, peers) = join!(summary(app, tail, now), app.peers.ask(&path_and_query));
    Ok(Cluster::of_summaries(own?, peers, tail.tail, &tail.zone))
}

/// Counts visits in the buckets of a range. Of the first and the last bucket, only visits within the range are counted.
async fn bucket_counts(
    app: &App,
    bucket: Bucket,
    zone: &Zone,
    (since, until): (DateTime<Utc>, DateTime<Utc>),
    page: Option<&Page>,
) -> Result<Counted<Vec<BucketCount>>, store::Error> {
    let starts = bucket.bounds(zone, since, until);
    let mut bounds = starts.clone();
    if let [first, .., last] = bounds.as_mut_slice() {
        (*first, *last) = (since, until);
    }
    let Counted { visits, coarse_before } = match bucket {
        Bucket::Minute => app.store.minutes(&bounds, page).await?,
        Bucket::Hour | Bucket::Day => app.store.histogram(&bounds, page).await?,
    };
    let count = |(start, visits): (&DateTime<Utc>, i64)| BucketCount { start: zone.local(*start), visits };
    Ok(Counted { visits: starts.iter().zip(visits).map(count).collect(), coarse_before })
}

/// Before which time a number is coarse, in the zone of the answer.
fn coarse_before<T>(counted: &Counted<T>, zone: &Zone) -> Option<CoarseBefore> {
    counted.coarse_before.map(|at| CoarseBefore(zone.local(at)))
}

/// The value of `before` for the visits before these, if there are any.
fn before(visits: &[Visit], has_earlier: bool) -> Option<i64> {
    visits.first().filter(|_| has_earlier).map(|visit| visit.id)
}

type Parameter = (&'static str, Option<String>);

fn page_parameter(page: Option<&Page>) -> Parameter {
    ("page", page.map(|page| page.as_str().to_owned()))
}

/// The path and the query with which a peer is asked for its own report.
fn of_replica(path: &str, parameters: &[Parameter]) -> String {
    let scope = ("scope", Some("replica".to_owned()));
    path_and_query(path, &parameters.iter().cloned().chain([scope]).collect::<Vec<_>>())
}
