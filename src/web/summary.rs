//! `/visits/summary`: the numbers of the dashboard, as JSON.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::reports;
use super::response::{Body, full, ok};
use crate::limits::CACHE_COUNTS;
use crate::render::json;
use crate::store::TailQuery;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), &["page", "tz", "tail", "now", "scope", "without"])?;
    let now = query.now(now)?;
    let zone = query.tz()?.unwrap_or_else(|| app.config.timezone.clone());
    let tail = TailQuery { tail: query.tail()?, before: None, page: query.page(&app.config.strip_parameters)?, zone };
    let without = query.without()?;
    let body = match query.scope()? {
        Scope::Cluster => json::line(&reports::merged_summary(app, &tail, now).await?),
        Scope::Replica => json::line(&reports::summary(app, &tail, &without, now).await?),
    };
    Ok(ok(Format::Json, CACHE_COUNTS, full(body)))
}
