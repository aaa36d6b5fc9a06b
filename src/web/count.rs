//! `/visits/count`: how many visits there were.

use chrono::{DateTime, Utc};
use futures::join;
use http::Response;
use http::request::Parts;

use super::body::{Body, full};
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::{App, ok};
use crate::render::{json, target, text};
use crate::report::Count;
use crate::report::cluster::{Cluster, Total};
use crate::store::Range;
use crate::visit::Page;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), &["since", "until", "page", "scope"])?;
    let (range, page) = (query.range(now)?, query.page()?);
    let body = match query.scope()? {
        Scope::Cluster => {
            let total = cluster(app, range, page.as_ref()).await?;
            if format == Format::Json { json::line(&total) } else { text::total(&total) }
        }
        Scope::Replica => {
            let count = replica(app, range, page.as_ref()).await?;
            if format == Format::Json { json::line(&count) } else { text::count(&count) }
        }
    };
    Ok(ok(format, "max-age=5", full(body)))
}

/// What all replicas have.
pub async fn cluster(app: &App, range: Range, page: Option<&Page>) -> Result<Cluster<Total>, Problem> {
    let target = target(
        "/visits/count",
        &[
            ("since", range.since.map(|since| since.to_rfc3339())),
            ("until", range.until.map(|until| until.to_rfc3339())),
            ("page", page.map(|page| page.as_str().to_owned())),
            ("scope", Some("replica".to_owned())),
        ],
    );
    let (own, peers) = join!(replica(app, range, page), app.peers.ask(&target));
    Ok(Cluster::of_counts(own?, peers))
}

/// What this replica has.
pub async fn replica(app: &App, range: Range, page: Option<&Page>) -> Result<Count, Problem> {
    let visits = app.store.count(range, page).await.map_err(Problem::unavailable("The visits could not be counted"))?;
    Ok(Count { replica: app.config.replica.clone(), visits })
}
