//! `/visits`: the latest visits.

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use super::format::Format;
use super::problem::Problem;
use super::query::Query;
use super::{App, ok};
use crate::render::{json, text};
use crate::report::Tail;
use crate::store::TailQuery;

pub async fn get(app: &App, request: &Parts, format: Format) -> Result<Response<Bytes>, Problem> {
    let query = Query::parse(request.uri.query(), &["tail", "before", "page", "tz", "scope"])?;
    query.scope()?;
    let zone = query.tz()?.unwrap_or(app.config.timezone);
    let wanted = TailQuery { tail: query.tail()?, before: query.before()?, page: query.page()?, zone };
    let (visits, more) = app
        .store
        .tail(&wanted)
        .await
        .map_err(|error| Problem::Unavailable { what: "The visits could not be read", error })?;
    let before = visits.first().filter(|_| more).map(|visit| visit.id);
    let tail = Tail { replica: app.config.replica.clone(), timezone: zone.name(), visits, before };
    let body = match format {
        Format::Json => json::line(&tail),
        Format::Text | Format::Html => text::tail(&tail),
    };
    Ok(ok(format, "no-cache", body))
}
