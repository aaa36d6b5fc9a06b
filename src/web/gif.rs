//! `/count.gif`: an image that records a visit to the page that shows it.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::query::Query;
use super::record::record;
use super::response::{Body, full, ok};
use crate::render::gif;
use crate::visit::Page;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    // Sites add other parameters, with which no cache has an answer.
    let query = Query::parse_with_unknown(request.uri.query(), &["page"])?;
    let page = query.visited_page()?.unwrap_or_else(Page::root);
    let outcome = record(app, request, now, &page).await?;
    let mut response = ok(Format::Gif, "no-store", full(gif::PIXEL));
    outcome.add_header(&mut response);
    Ok(response)
}
