//! `/visits`: the latest visits, as text and JSON.

use futures::join;
use http::Response;
use http::request::Parts;

use super::body::{Body, full};
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::{App, ok};
use crate::render::{json, target, text};
use crate::report::Tail;
use crate::report::cluster::Cluster;
use crate::store::TailQuery;
use crate::zone::Zone;

/// The parameters, which the dashboard has too.
pub const PARAMETERS: &[&str] = &["tail", "before", "page", "tz", "scope"];

pub async fn get(app: &App, request: &Parts, format: Format) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), PARAMETERS)?;
    let scope = query.scope()?;
    let wanted = wanted(&query, scope, &app.config.timezone)?;
    let body = match scope {
        Scope::Replica => {
            let tail = replica(app, &wanted).await?;
            if format == Format::Json { json::line(&tail) } else { text::tail(&tail) }
        }
        Scope::Cluster => {
            let target = target(
                "/visits",
                &[
                    ("tail", Some(wanted.tail.to_string())),
                    ("page", wanted.page.as_ref().map(|page| page.as_str().to_owned())),
                    ("tz", Some(wanted.zone.name().to_owned())),
                    ("scope", Some("replica".to_owned())),
                ],
            );
            let (own, peers) = join!(replica(app, &wanted), app.peers.ask(&target));
            let latest = Cluster::of_tails(own?, peers, wanted.tail, &wanted.zone);
            if format == Format::Json { json::line(&latest) } else { text::latest(&latest) }
        }
    };
    Ok(ok(format, "no-cache", full(body)))
}

/// Which visits are asked for. An id is one of a replica's.
pub fn wanted(query: &Query, scope: Scope, timezone: &Zone) -> Result<TailQuery, Problem> {
    let before = query.before()?;
    if before.is_some() && scope == Scope::Cluster {
        return Err(Problem::BadParameter { parameter: "before", expected: "left out where scope is cluster" });
    }
    Ok(TailQuery {
        tail: query.tail()?,
        before,
        page: query.page()?,
        zone: query.tz()?.unwrap_or_else(|| timezone.clone()),
    })
}

async fn replica(app: &App, wanted: &TailQuery) -> Result<Tail, Problem> {
    let tail = app.store.tail(wanted).await;
    let (visits, more) = tail.map_err(Problem::unavailable("The visits could not be read"))?;
    let before = visits.first().filter(|_| more).map(|visit| visit.id);
    Ok(Tail { replica: app.config.replica.clone(), timezone: wanted.zone.name().to_owned(), visits, before })
}
