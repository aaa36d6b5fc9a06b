//! `/visits/summary`: what the dashboard shows, as JSON.

use chrono::{DateTime, Utc};
use futures::join;
use http::Response;
use http::request::Parts;

use super::body::{Body, full};
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::{App, histogram, ok};
use crate::bucket::Bucket;
use crate::render::{json, target};
use crate::report::Summary;
use crate::report::cluster::{Cluster, Overview};
use crate::store::{Error, Range, TailQuery};

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), &["page", "tz", "tail", "now", "scope"])?;
    let now = query.now(now)?;
    let zone = query.tz()?.unwrap_or_else(|| app.config.timezone.clone());
    let wanted = TailQuery { tail: query.tail()?, before: None, page: query.page()?, zone };
    let body = match query.scope()? {
        Scope::Cluster => json::line(&cluster(app, &wanted, now).await?),
        Scope::Replica => json::line(&replica(app, &wanted, now).await?),
    };
    Ok(ok(Format::Json, "max-age=5", full(body)))
}

/// What all replicas have.
pub async fn cluster(app: &App, wanted: &TailQuery, now: DateTime<Utc>) -> Result<Cluster<Overview>, Problem> {
    let target = target(
        "/visits/summary",
        &[
            ("page", wanted.page.as_ref().map(|page| page.as_str().to_owned())),
            ("tz", Some(wanted.zone.name().to_owned())),
            ("tail", Some(wanted.tail.to_string())),
            ("now", Some(now.to_rfc3339())),
            ("scope", Some("replica".to_owned())),
        ],
    );
    let (own, peers) = join!(replica(app, wanted, now), app.peers.ask(&target));
    Ok(Cluster::of_summaries(own?, peers, wanted.tail, &wanted.zone))
}

/// What this replica has.
pub async fn replica(app: &App, wanted: &TailQuery, now: DateTime<Utc>) -> Result<Summary, Problem> {
    read(app, wanted, now).await.map_err(Problem::unavailable("The visits could not be read"))
}

async fn read(app: &App, wanted: &TailQuery, now: DateTime<Utc>) -> Result<Summary, Error> {
    let (zone, page) = (&wanted.zone, wanted.page.as_ref());
    let bars = async |bucket: Bucket| {
        let range = bucket.latest(zone, bucket.limits().0, now);
        histogram::bars(app, bucket, zone, range, page).await
    };
    Ok(Summary {
        replica: app.config.replica.clone(),
        timezone: zone.name().to_owned(),
        visits: app.store.count(Range::default(), page).await?,
        hours: bars(Bucket::Hour).await?,
        days: bars(Bucket::Day).await?,
        pages: if page.is_none() { app.store.busiest(Summary::PAGES).await? } else { Vec::new() },
        latest: app.store.tail(wanted).await?.0,
    })
}
