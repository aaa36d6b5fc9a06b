//! `/footfall.gif`: a picture that records a visit to the page that shows it.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::record::{record, visited_page};
use super::response::{Body, full, ok};
use crate::render::gif;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    let page = visited_page(app, request)?;
    let outcome = record(app, request, now, &page).await?;
    let mut response = ok(Format::Gif, "no-store", full(gif::PIXEL));
    outcome.add_header(&mut response);
    Ok(response)
}
