//! `/visits`: the latest visits, as text and JSON; in a browser, the dashboard.

use chrono::{DateTime, Utc};
use http::header::CONTENT_SECURITY_POLICY;
use http::request::Parts;
use http::{HeaderValue, Response};

use super::address::address;
use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::reports;
use super::response::{Body, full, ok};
use super::summaries::{self, SummaryQuery};
use crate::config::Config;
use crate::range::Named;
use crate::render::html::{self, Dashboard};
use crate::render::{json, text};
use crate::report::{Cluster, Others};
use crate::store::{Error, TailQuery};

const PARAMETERS: &[&str] = &["tail", "before", "page", "tz", "scope", "range", "since", "until"];

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let query = Query::parse_for(format, request.uri.query(), PARAMETERS)?;
    let body = if format == Format::Html {
        dashboard(app, request, &query, now).await?
    } else {
        tail(app, &query, now, format).await?
    };
    let mut response = ok(format, "no-cache", full(body));
    if format == Format::Html {
        let policy = HeaderValue::from_static(html::DASHBOARD_POLICY);
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

async fn tail(app: &App, query: &Query, now: DateTime<Utc>, format: Format) -> Result<String, Problem> {
    let scope = query.scope()?;
    let (parsed, _) = tail_query(query, scope, &app.config, Named::All, now)?;
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
    let (mut tail, named) = tail_query(query, scope, &app.config, Named::ThirtyDays, now)?;
    let (zone, range) = (tail.zone.clone(), tail.range);
    tail.range = range.until_its_end(now);
    let asked = SummaryQuery { tail, range: Some(range), now };
    let (mut summary, earlier) = if scope == Scope::Cluster && !app.peers.is_empty() {
        // Ids of different replicas cannot be compared, so that there are no earlier visits of them all.
        (summaries::merged_summary(app, &asked).await?, None)
    } else {
        let own = summaries::summary(app, &asked, &[]).await?;
        let earlier = own.before;
        let alone = Others { now, ..Others::default() };
        (Cluster::of_summaries(own, Vec::new(), &alone, |_| None, asked.tail.tail, &zone), earlier)
    };
    let failed = || Problem::unavailable("The visits could not be read");
    let oldest = app.store.oldest().await.map_err(failed())?;
    Ok(html::dashboard(&Dashboard {
        range: summary.merged.range.take().ok_or_else(|| failed()(Error::Failed("there is no range".to_owned())))?,
        summary,
        oldest,
        earlier,
        address: address(request),
        pixel_path: app.config.pixel_path.clone(),
        now: zone.local(now),
        tail: query.tail_if_given()?,
        page: asked.tail.page,
        filter: app.filter(scope, (range, named), query.tz()?.as_ref()),
    }))
}

/// Which visits are asked for, and the name of their range, which is `default` unless one is given. An id is that of one
/// replica.
fn tail_query(
    query: &Query,
    scope: Scope,
    config: &Config,
    default: Named,
    now: DateTime<Utc>,
) -> Result<(TailQuery, Option<Named>), Problem> {
    let before = query.before()?;
    if before.is_some() && scope == Scope::Cluster {
        return Err(Problem::BadParameter { parameter: "before", expected: "left out where scope is cluster" });
    }
    let zone = query.tz()?.unwrap_or_else(|| config.timezone.clone());
    let (range, named) = query.range_or(default, &zone, now)?;
    Ok((TailQuery { tail: query.tail()?, before, page: query.page(&config.strip_parameters)?, range, zone }, named))
}
