//! `/badge.svg`: an image that shows the number of visits.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::reports;
use super::response::{Body, full, ok};
use crate::render::svg::{self, Look};
use crate::store::Which;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    // The addresses of badges are copied from site to site, with what defeats a cache and with what others know.
    let known = &["label", "labelColor", "color", "style", "page", "since", "scope"];
    let query = Query::parse_with_unknown(request.uri.query(), known)?;
    let default = Look::default();
    let look = Look {
        label: query.label()?.unwrap_or(default.label),
        label_color: query.label_color()?.unwrap_or(default.label_color),
        color: query.color()?.unwrap_or(default.color),
        style: query.style()?.unwrap_or(default.style),
    };
    let (range, page) = (query.range(&app.config.timezone, now)?, query.page(&app.config.strip_parameters)?);
    let (visits, complete) = match query.scope_or(app.shown_scope())? {
        Scope::Cluster => {
            let count = reports::merged_count(app, range, page.as_ref(), now).await?;
            (count.merged.total, count.complete)
        }
        Scope::Replica => {
            let which = Which { page: page.as_ref(), without: &[] };
            (reports::count(app, range, which).await?.visits, true)
        }
    };
    let badge = svg::badge(&look, visits, complete);
    Ok(ok(Format::Svg, "no-cache, max-age=0", full(badge)))
}
