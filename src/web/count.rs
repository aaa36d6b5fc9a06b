//! `/visits/count`: how many visits there were.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::format::Format;
use super::problem::Problem;
use super::query::Query;
use super::{App, ok};
use crate::render::{json, text};
use crate::report::Count;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Bytes>, Problem> {
    let query = Query::parse(request.uri.query(), &["since", "until", "page", "scope"])?;
    query.scope()?;
    let (range, page) = (query.range(now)?, query.page()?);
    let visits = app
        .store
        .count(range, page.as_ref())
        .await
        .map_err(|error| Problem::Unavailable { what: "The visits could not be counted", error })?;
    let count = Count { replica: app.config.replica.clone(), visits };
    let body = match format {
        Format::Json => json::line(&count),
        Format::Text | Format::Html => text::count(&count),
    };
    Ok(ok(format, "max-age=5", body))
}
