//! `/visits/count`: the number of visits.

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
use crate::render::{json, text};
use crate::store::Which;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), &["since", "until", "page", "scope", "without"])?;
    let (range, page, without) =
        (query.range(&app.config.timezone, now)?, query.page(&app.config.strip_parameters)?, query.without()?);
    let body = match query.scope_or(app.shown_scope())? {
        Scope::Cluster => {
            let count = reports::merged_count(app, range, page.as_ref(), now).await?;
            if format == Format::Json { json::line(&count) } else { text::merged_count(&count) }
        }
        Scope::Replica => {
            let which = Which { page: page.as_ref(), without: &without };
            let count = reports::count(app, range, which).await?;
            if format == Format::Json { json::line(&count) } else { text::count(&count) }
        }
    };
    Ok(ok(format, CACHE_COUNTS, full(body)))
}
