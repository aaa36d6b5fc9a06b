//! `/visits/summary`: the numbers of the dashboard, as JSON.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::response::{Body, full, ok};
use super::summaries::{self, SummaryQuery};
use crate::limits::CACHE_COUNTS;
use crate::range::Named;
use crate::render::json;
use crate::store::TailQuery;

const PARAMETERS: &[&str] = &["range", "since", "until", "page", "tz", "tail", "now", "scope", "without"];

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), PARAMETERS)?;
    let now = query.now(now)?;
    let zone = query.tz()?.unwrap_or_else(|| app.config.timezone.clone());
    let is_given = query.given(&["range", "since", "until"]).is_some();
    let (of_latest, _) = query.range_or(Named::All, &zone, now)?;
    let range = is_given.then_some(of_latest);
    let page = query.page(&app.config.strip_parameters)?;
    let tail = TailQuery { tail: query.tail()?, before: None, page, range: of_latest.until_its_end(now), zone };
    let (summary, without) = (SummaryQuery { tail, range, now }, query.without()?);
    let body = match query.scope()? {
        Scope::Cluster => json::line(&summaries::merged_summary(app, &summary).await?),
        Scope::Replica => json::line(&summaries::summary(app, &summary, &without).await?),
    };
    Ok(ok(Format::Json, CACHE_COUNTS, full(body)))
}
