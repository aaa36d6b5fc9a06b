//! `/visits/histogram`: how many visits there were in each minute, hour or day.

use chrono::{DateTime, TimeDelta, Utc};
use futures::join;
use http::Response;
use http::request::Parts;

use super::body::{Body, full};
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::{App, ok};
use crate::bucket::Bucket;
use crate::render::{json, svg, target, text};
use crate::report::cluster::{Cluster, Histograms};
use crate::report::{Bar, Histogram};
use crate::store::{self, Range};
use crate::visit::Page;
use crate::zone::Zone;

/// What is asked for.
struct Wanted {
    bucket: Bucket,
    /// As far as it was given.
    range: Range,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    zone: Zone,
    page: Option<Page>,
}

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), &["bucket", "since", "until", "now", "tz", "page", "scope"])?;
    let now = query.now(now)?;
    let wanted = Wanted::read(&query, &app.config.timezone, now)?;
    let body = match query.scope()? {
        Scope::Cluster => {
            let histograms = cluster(app, &wanted).await?;
            match format {
                Format::Text => text::histograms(&histograms),
                Format::Svg => svg::histograms(&histograms, wanted.page.as_ref()),
                _ => json::line(&histograms),
            }
        }
        Scope::Replica => {
            let histogram = replica(app, &wanted).await?;
            match format {
                Format::Text => text::histogram(&histogram),
                Format::Svg => svg::histogram(&histogram, wanted.page.as_ref()),
                _ => json::line(&histogram),
            }
        }
    };
    Ok(ok(format, "max-age=5", full(body)))
}

impl Wanted {
    fn read(query: &Query, timezone: &Zone, now: DateTime<Utc>) -> Result<Self, Problem> {
        let bucket = query.bucket()?.unwrap_or(Bucket::Hour);
        let zone = query.tz()?.unwrap_or_else(|| timezone.clone());
        let range = query.range(now)?;
        let (number, longest) = bucket.limits();
        // Up to the end of the bucket that now is in, lest a visit of this moment be missing.
        let until = range.until.unwrap_or_else(|| bucket.latest(&zone, 1, now).1);
        let since = range.since.unwrap_or_else(|| {
            let last = range.until.map_or(now, |until| until - TimeDelta::microseconds(1));
            bucket.latest(&zone, number, last).0
        });
        if since > until {
            return Err(Problem::BadParameter {
                parameter: "since",
                expected: "no later than now where there is no until",
            });
        }
        if range.until.unwrap_or(now) - since > longest {
            let expected = match bucket {
                Bucket::Minute => "within 24 hours of until where bucket is minute",
                Bucket::Hour => "within 366 days of until where bucket is hour",
                Bucket::Day => "within 10000 days of until where bucket is day",
            };
            return Err(Problem::BadParameter { parameter: "since", expected });
        }
        Ok(Self { bucket, range, now, since, until, zone, page: query.page()? })
    }
}

async fn cluster(app: &App, wanted: &Wanted) -> Result<Cluster<Histograms>, Problem> {
    let target = target(
        "/visits/histogram",
        &[
            ("bucket", Some(wanted.bucket.name().to_owned())),
            ("since", wanted.range.since.map(|since| since.to_rfc3339())),
            // Without one, all have to take the same present.
            ("until", wanted.range.until.map(|until| until.to_rfc3339())),
            ("now", Some(wanted.now.to_rfc3339())),
            ("tz", Some(wanted.zone.name().to_owned())),
            ("page", wanted.page.as_ref().map(|page| page.as_str().to_owned())),
            ("scope", Some("replica".to_owned())),
        ],
    );
    let (own, peers) = join!(replica(app, wanted), app.peers.ask(&target));
    Ok(Cluster::of_histograms(own?, peers))
}

async fn replica(app: &App, wanted: &Wanted) -> Result<Histogram, Problem> {
    let Wanted { bucket, since, until, zone, page, .. } = wanted;
    let buckets = bars(app, *bucket, zone, (*since, *until), page.as_ref()).await;
    let buckets = buckets.map_err(Problem::unavailable("The visits could not be counted"))?;
    Ok(Histogram {
        replica: app.config.replica.clone(),
        timezone: zone.name().to_owned(),
        bucket: *bucket,
        since: zone.local(*since),
        until: zone.local(*until),
        visits: buckets.iter().map(|bar| bar.visits).sum(),
        buckets,
    })
}

/// Counts in buckets, of which the first and the last count what is in the range.
pub async fn bars(
    app: &App,
    bucket: Bucket,
    zone: &Zone,
    (since, until): (DateTime<Utc>, DateTime<Utc>),
    page: Option<&Page>,
) -> Result<Vec<Bar>, store::Error> {
    let starts = bucket.bounds(zone, since, until);
    let mut bounds = starts.clone();
    if let [first, .., last] = bounds.as_mut_slice() {
        (*first, *last) = (since, until);
    }
    let visits = match bucket {
        Bucket::Minute => app.store.minutes(&bounds, page).await?,
        Bucket::Hour | Bucket::Day => app.store.histogram(&bounds, page).await?,
    };
    let bar = |(start, visits): (&DateTime<Utc>, i64)| Bar { start: zone.local(*start), visits };
    Ok(starts.iter().zip(visits).map(bar).collect())
}
