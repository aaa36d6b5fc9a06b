//! `/visits`: the latest visits, as text and JSON; in a browser, the dashboard.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::address::address;
use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::reports;
use super::response::{Body, full, ok};
use crate::config::Config;
use crate::render::html::{self, Dashboard};
use crate::render::{json, text};
use crate::report::{Cluster, Others};
use crate::store::TailQuery;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let query = Query::parse_for(format, request.uri.query(), &["tail", "before", "page", "tz", "scope"])?;
    let body = if format == Format::Html {
        dashboard(app, request, &query, now).await?
    } else {
        tail(app, &query, now, format).await?
    };
    Ok(ok(format, "no-cache", full(body)))
}

async fn tail(app: &App, query: &Query, now: DateTime<Utc>, format: Format) -> Result<String, Problem> {
    let scope = query.scope()?;
    let parsed = tail_query(query, scope, &app.config)?;
    Ok(match scope {
        Scope::Replica => {
            let tail = reports::tail(app, &parsed).await?;
            if format == Format::Json { json::line(&tail) } else { text::tail(&tail) }
        }
        Scope::Cluster => {
            let tail = reports::merged_tail(app, &parsed, now).await?;
            if format == Format::Json { json::line(&tail) } else { text::merged_tail(&tail) }
        }
    })
}

async fn dashboard(app: &App, request: &Parts, query: &Query, now: DateTime<Utc>) -> Result<String, Problem> {
    // By default a dashboard is that of all replicas, but the pages of the log are those of one.
    let default = if query.before()?.is_some() { Scope::Replica } else { Scope::Cluster };
    let scope = query.scope_or(default)?;
    let tail = tail_query(query, scope, &app.config)?;
    let (summary, earlier) = if scope == Scope::Cluster && !app.peers.is_empty() {
        // Ids of different replicas cannot be compared, so that there are no earlier visits of them all.
        (reports::merged_summary(app, &tail, now).await?, None)
    } else {
        let own = reports::summary(app, &tail, &[], now).await?;
        let earlier = own.before;
        let alone = Others { now, ..Others::default() };
        (Cluster::of_summaries(own, Vec::new(), &alone, |_| None, tail.tail, &tail.zone), earlier)
    };
    let oldest = app.store.oldest().await.map_err(Problem::unavailable("The visits could not be read"))?;
    Ok(html::dashboard(&Dashboard {
        earlier,
        summary,
        oldest,
        replica: app.config.replica.clone(),
        address: address(request),
        pixel_path: app.config.pixel_path.clone(),
        has_peers: !app.peers.is_empty(),
        cluster: scope == Scope::Cluster,
        now: tail.zone.local(now),
        tz: query.tz()?.map(|zone| zone.name().to_owned()),
        tail: query.tail_if_given()?,
        page: tail.page,
        zone: tail.zone,
    }))
}

/// Which visits are asked for. An id is that of one replica.
fn tail_query(query: &Query, scope: Scope, config: &Config) -> Result<TailQuery, Problem> {
    let before = query.before()?;
    if before.is_some() && scope == Scope::Cluster {
        return Err(Problem::BadParameter { parameter: "before", expected: "left out where scope is cluster" });
    }
    Ok(TailQuery {
        tail: query.tail()?,
        before,
        page: query.page(&config.strip_parameters)?,
        zone: query.tz()?.unwrap_or_else(|| config.timezone.clone()),
    })
}
