//! The reports of this replica, and of all replicas.
//!
//! Each kind has a function for this replica, which reads from the store, and a `merged_` one, which first asks the peers
//! for their own, and merges them. Those of the dashboard are in [`summaries`](super::summaries).

use chrono::{DateTime, Utc};

use super::app::App;
use super::ask::{ask, ask_to_count};
use super::problem::Problem;
use crate::bucket::Bucket;
use crate::peers::Question;
use crate::range::Range;
use crate::report::{
    BucketCount, Cluster, CoarseBefore, Count, Histogram, Id, Known, MergedCount, MergedHistogram, MergedPages,
    MergedTail, Others, PageList, Paging, Reporter, State, Tail,
};
use crate::store::{self, Counted, Listed, TailQuery, Which};
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

/// Which replica this is.
pub async fn reporter(app: &App) -> Result<Reporter, Problem> {
    let identity = app.store.identity().await.map_err(Problem::unavailable("The visits could not be read"))?;
    Ok(identity.reporter(&app.config.replica))
}

/// What each replica that does not answer has of all visits, or of those to a page; an old number of one that has ended
/// is none.
pub(super) async fn shares(app: &App, range: Range, page: Option<&Page>) -> Result<Shares, Problem> {
    let pages = match (range, page) {
        (Range { since: None, until: None }, None) => return Ok(Shares::All),
        (Range { since: None, until: None }, Some(page)) => app.store.known_page(page).await,
        _ => Ok(Vec::new()),
    };
    let pages = pages.map_err(Problem::unavailable("The visits could not be counted"))?;
    Ok(Shares::Pages(pages))
}

pub(super) enum Shares {
    All,
    Pages(Vec<store::KnownPage>),
}

impl Shares {
    pub(super) fn of(&self, others: &Others, known: &Known) -> Option<i64> {
        match self {
            Self::All => Some(known.visits),
            Self::Pages(pages) => {
                let page = pages.iter().find(|page| page.id == known.id)?;
                let is_current = page.revision >= known.revision || others.state(known) == State::Unreachable;
                is_current.then_some(page.visits)
            }
        }
    }
}

/// The number of visits.
pub async fn count(app: &App, range: Range, which: Which<'_>) -> Result<Count, Problem> {
    let reporter = reporter(app).await?;
    let counted =
        app.store.count(range, which).await.map_err(Problem::unavailable("The visits could not be counted"))?;
    let coarse_before = coarse_before(&counted, &app.config.timezone);
    Ok(Count { reporter, visits: counted.visits, imports: counted.imports, coarse_before })
}

/// [`count`] of all replicas.
pub async fn merged_count(
    app: &App,
    range: Range,
    page: Option<&Page>,
    now: DateTime<Utc>,
) -> Result<Cluster<MergedCount>, Problem> {
    let question = Question::count(range.since, range.until, page);
    let shares = shares(app, range, page).await?;
    let own = async |without: &[Id]| count(app, range, Which { page, without }).await;
    let (own, answers, others) = ask_to_count(app, &question, now, own).await?;
    Ok(Cluster::of_counts(own, answers, &others, |known| shares.of(&others, known), &app.config.timezone))
}

/// The latest visits.
pub async fn tail(app: &App, query: &TailQuery) -> Result<Tail, Problem> {
    let reporter = reporter(app).await?;
    let tail = app.store.tail(query).await;
    let (visits, has_earlier) = tail.map_err(Problem::unavailable("The visits could not be read"))?;
    let before = before(&visits, has_earlier);
    Ok(Tail { reporter, timezone: query.zone.name().to_owned(), visits, before })
}

/// [`tail`] of all replicas.
pub async fn merged_tail(app: &App, query: &TailQuery, now: DateTime<Utc>) -> Result<Cluster<MergedTail>, Problem> {
    let question = Question::tail(query.tail, query.page.as_ref(), &query.zone, query.range);
    let (answers, others) = ask(app, &question, now).await?;
    Ok(Cluster::of_tails(tail(app, query).await?, answers, &others, query.tail, &query.zone))
}

/// The number of visits in each bucket.
pub async fn histogram(app: &App, query: &HistogramQuery, without: &[Id]) -> Result<Histogram, Problem> {
    let HistogramQuery { bucket, since, until, zone, page, .. } = query;
    let reporter = reporter(app).await?;
    let which = Which { page: page.as_ref(), without };
    let counted = bucket_counts(app, *bucket, zone, (*since, *until), which).await;
    let counted = counted.map_err(Problem::unavailable("The visits could not be counted"))?;
    Ok(Histogram {
        reporter,
        timezone: zone.name().to_owned(),
        bucket: *bucket,
        since: zone.local(*since),
        until: zone.local(*until),
        visits: counted.visits.iter().map(|count| count.visits).sum(),
        coarse_before: coarse_before(&counted, zone),
        imports: counted.imports,
        buckets: counted.visits,
    })
}

/// [`histogram`] of all replicas.
pub async fn merged_histogram(app: &App, query: &HistogramQuery) -> Result<Cluster<MergedHistogram>, Problem> {
    let Range { since, until } = query.range;
    let question = Question::histogram(query.bucket, (since, until), query.now, query.page.as_ref(), &query.zone);
    let own = async |without: &[Id]| histogram(app, query, without).await;
    let (own, answers, others) = ask_to_count(app, &question, query.now, own).await?;
    Ok(Cluster::of_histograms(own, answers, &others, &query.zone))
}

/// All pages that were visited in a range, and have `search` in their names.
pub async fn pages(app: &App, range: Range, search: &str, without: &[Id]) -> Result<PageList, Problem> {
    let reporter = reporter(app).await?;
    let counted = app.store.list_pages(range, search, without).await;
    let counted = counted.map_err(Problem::unavailable("The pages could not be listed"))?;
    let coarse_before = coarse_before(&counted, &app.config.timezone);
    let Counted { visits: Listed { pages, left_out }, imports, .. } = counted;
    let visits = pages.iter().map(|(_, visits)| visits).sum::<i64>() + left_out.visits;
    Ok(PageList { reporter, visits, pages, left_out, imports, coarse_before })
}

/// [`pages`] of all replicas.
pub async fn merged_pages(
    app: &App,
    range: Range,
    search: &str,
    paging: Paging,
    zone: &Zone,
    now: DateTime<Utc>,
) -> Result<Cluster<MergedPages>, Problem> {
    let question = Question::pages(range.since, range.until, search);
    let own = async |without: &[Id]| pages(app, range, search, without).await;
    let (own, answers, others) = ask_to_count(app, &question, now, own).await?;
    Ok(Cluster::of_pages(own, answers, &others, range.local(zone), paging, zone))
}

/// Counts visits in the buckets of a range. Of the first and the last bucket, only visits within the range are counted.
pub(super) async fn bucket_counts(
    app: &App,
    bucket: Bucket,
    zone: &Zone,
    (since, until): (DateTime<Utc>, DateTime<Utc>),
    which: Which<'_>,
) -> Result<Counted<Vec<BucketCount>>, store::Error> {
    let starts = bucket.bounds(zone, since, until);
    let mut bounds = starts.clone();
    if let [first, .., last] = bounds.as_mut_slice() {
        (*first, *last) = (since, until);
    }
    let Counted { visits, imports, coarse_before } = match bucket {
        Bucket::Minute => app.store.minutes(&bounds, which).await?,
        _ => app.store.histogram(&bounds, which).await?,
    };
    let count = |(start, visits): (&DateTime<Utc>, i64)| BucketCount { start: zone.local(*start), visits };
    Ok(Counted { visits: starts.iter().zip(visits).map(count).collect(), imports, coarse_before })
}

/// Before which time a number is coarse, in the zone of the answer.
pub(super) fn coarse_before<T>(counted: &Counted<T>, zone: &Zone) -> Option<CoarseBefore> {
    counted.coarse_before.map(|at| CoarseBefore(zone.local(at)))
}

/// The value of `before` for the visits before these, if there are any.
pub(super) fn before(visits: &[Visit], has_earlier: bool) -> Option<i64> {
    visits.first().filter(|_| has_earlier).map(|visit| visit.id)
}
