//! The numbers of the dashboard: of this replica, and of all replicas.

use chrono::{DateTime, Utc};

use super::app::App;
use super::ask::ask_to_count;
use super::problem::Problem;
use super::reports::{before, bucket_counts, coarse_before, reporter, shares};
use crate::bucket::Bucket;
use crate::limits::SUMMARY_PAGES;
use crate::peers::Question;
use crate::range::Range;
use crate::report::{Cluster, CoarseBefore, Id, InRange, MergedSummary, PageCount, Period, Reporter, Summary};
use crate::store::{self, Counted, TailQuery, Which};
use crate::zone::Zone;

/// Which summary to make.
pub struct SummaryQuery {
    /// Which latest visits to show, and the page and the zone of all numbers. Its range is up to the end of the other one.
    pub tail: TailQuery,
    /// The range to tell of, if there is one.
    pub range: Option<Range>,
    /// The time that the hours and days end with.
    pub now: DateTime<Utc>,
}

/// The numbers of the dashboard.
pub async fn summary(app: &App, query: &SummaryQuery, without: &[Id]) -> Result<Summary, Problem> {
    let reporter = reporter(app).await?;
    try_summary(app, reporter, query, without).await.map_err(Problem::unavailable("The visits could not be read"))
}

async fn try_summary(
    app: &App,
    reporter: Reporter,
    SummaryQuery { tail, range, now }: &SummaryQuery,
    without: &[Id],
) -> Result<Summary, store::Error> {
    let zone = &tail.zone;
    let which = Which { page: tail.page.as_ref(), without };
    let latest_buckets = async |bucket: Bucket| {
        bucket_counts(app, bucket, zone, bucket.latest(zone, bucket.default_number(), *now), which).await
    };
    let (hours, days) = (latest_buckets(Bucket::Hour).await?, latest_buckets(Bucket::Day).await?);
    let (latest, has_earlier) = app.store.tail(tail).await?;
    let Counted { visits, imports, .. } = app.store.count(Range::default(), which).await?;
    let (range, coarse_in_range) = match range {
        Some(range) => in_range(app, *range, zone, which, *now).await.map(|(range, coarse)| (Some(range), coarse))?,
        None => (None, None),
    };
    Ok(Summary {
        reporter,
        timezone: zone.name().to_owned(),
        visits,
        imports,
        coarse_before: coarse_before(&hours, zone).max(coarse_before(&days, zone)).max(coarse_in_range),
        hours: hours.visits,
        days: days.visits,
        pages: match which.page {
            None => app.store.busiest(SUMMARY_PAGES, without).await?,
            Some(_) => Vec::new(),
        },
        range,
        before: before(&latest, has_earlier),
        latest,
    })
}

/// What there is of a range, and before which time that is coarse.
async fn in_range(
    app: &App,
    range: Range,
    zone: &Zone,
    which: Which<'_>,
    now: DateTime<Utc>,
) -> Result<(InRange<PageCount>, Option<CoarseBefore>), store::Error> {
    let (bucket, drawn_since, drawn_until) = range.drawn(zone, now);
    let buckets = bucket_counts(app, bucket, zone, (drawn_since, drawn_until), which).await?;
    let all = app.store.count(range, which).await?;
    let previous = match range.previous(zone, now) {
        Some((since, until)) => {
            let counted = app.store.count(Range { since: Some(since), until: Some(until) }, which).await?;
            let period = Period { since: zone.local(since), until: zone.local(until), visits: counted.visits };
            Some((period, coarse_before(&counted, zone)))
        }
        None => None,
    };
    let pages = match which.page {
        None => app.store.busiest_in(range, SUMMARY_PAGES, which.without).await?,
        Some(_) => Vec::new(),
    };
    let coarse = coarse_before(&all, zone).max(coarse_before(&buckets, zone));
    let (since, until) = range.local(zone);
    let (previous, coarse) = match previous {
        Some((period, before)) => (Some(period), coarse.max(before)),
        None => (None, coarse),
    };
    Ok((InRange { since, until, visits: all.visits, previous, bucket, buckets: buckets.visits, pages }, coarse))
}

/// [`summary`] of all replicas.
pub async fn merged_summary(app: &App, query: &SummaryQuery) -> Result<Cluster<MergedSummary>, Problem> {
    let SummaryQuery { tail, range, now } = query;
    let question = Question::summary(tail.tail, tail.page.as_ref(), &tail.zone, *range, *now);
    let shares = shares(app, Range::default(), tail.page.as_ref()).await?;
    let own = async |without: &[Id]| summary(app, query, without).await;
    let (own, answers, others) = ask_to_count(app, &question, *now, own).await?;
    Ok(Cluster::of_summaries(own, answers, &others, |known| shares.of(&others, known), tail.tail, &tail.zone))
}
