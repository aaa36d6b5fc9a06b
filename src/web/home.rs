//! `/`: records a visit and tells the visitor its number.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::body::{Body, full};
use super::format::Format;
use super::problem::Problem;
use super::visit::{self, Outcome};
use super::{App, ok};
use crate::render::{html, json, text};
use crate::report::Home;
use crate::store::Range;
use crate::visit::Page;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let outcome = visit::record(app, request, now, &Page::root()).await?;
    let (visit, visits) = match &outcome {
        // Ids are given in turn, so that the id is also the number of visits.
        Outcome::Recorded(id) => (Some(*id), *id),
        Outcome::Ignored(_) => {
            let visits = app.store.count(Range::default(), None).await;
            (None, visits.map_err(Problem::unavailable("The visits could not be counted"))?)
        }
    };
    let home = Home {
        time: app.config.timezone.local(now),
        timezone: app.config.timezone.name().to_owned(),
        replica: app.config.replica.clone(),
        visit,
        visits,
    };
    let body = match format {
        Format::Html => html::home(&home),
        Format::Json => json::line(&home),
        _ => text::home(&home),
    };
    let mut response = ok(format, "no-store", full(body));
    outcome.tell(&mut response);
    Ok(response)
}
