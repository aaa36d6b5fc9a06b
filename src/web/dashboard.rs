//! `/visits` for a browser: the dashboard.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::body::{Body, full};
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::{App, ok, summary, visits};
use crate::render::html::{self, Dashboard};
use crate::report::cluster::Cluster;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), visits::PARAMETERS)?;
    // A dashboard is about all, unless it turns over the log of one.
    let default = if query.before()?.is_some() { Scope::Replica } else { Scope::Cluster };
    let scope = query.scope_or(default)?;
    let wanted = visits::wanted(&query, scope, &app.config.timezone)?;
    let overview = match scope {
        Scope::Cluster => summary::cluster(app, &wanted, now).await?,
        Scope::Replica => {
            Cluster::of_summaries(summary::replica(app, &wanted, now).await?, Vec::new(), wanted.tail, &wanted.zone)
        }
    };
    // An id means something within one replica only.
    let latest = &overview.whole.latest;
    let alone = scope == Scope::Replica || app.peers.is_empty();
    let more = alone && latest.len() >= usize::try_from(wanted.tail).unwrap_or(usize::MAX);
    let first = latest.iter().map(|sighting| sighting.visit.id).min();
    let dashboard = Dashboard {
        earlier: first.filter(|id| more && *id > 1),
        overview,
        own: app.config.replica.clone(),
        has_peers: !app.peers.is_empty(),
        cluster: scope == Scope::Cluster,
        now: wanted.zone.local(now),
        tz: query.tz()?.map(|zone| zone.name().to_owned()),
        tail: query.given_tail()?,
        page: wanted.page,
    };
    Ok(ok(Format::Html, "no-cache", full(html::dashboard(&dashboard))))
}
