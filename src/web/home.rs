//! `/`: records a visit, and answers with its number.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::record::{Outcome, record};
use super::response::{Body, full, ok};
use crate::render::{html, json, text};
use crate::report::Home;
use crate::visit::Page;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let outcome = record(app, request, now, &Page::root()).await?;
    let failed = || Problem::unavailable("The visits could not be counted");
    let (visit, visits) = match &outcome {
        Outcome::Recorded(recorded) => (Some(recorded.id), recorded.visits),
        Outcome::Ignored(_) => (None, app.store.identity().await.map_err(failed())?.visits),
    };
    // As text it is for scripts that visit often: it does nothing but to record the visit.
    let others = match format {
        Format::Text => 0,
        _ => app.store.known_visits().await.map_err(failed())?,
    };
    let home = Home {
        time: app.config.timezone.local(now),
        timezone: app.config.timezone.name().to_owned(),
        replica: app.config.replica.clone(),
        visit,
        visits: visits + others,
    };
    let body = match format {
        Format::Html => html::home(&home),
        Format::Json => json::line(&home),
        _ => text::home(&home),
    };
    let mut response = ok(format, "no-store", full(body));
    outcome.add_header(&mut response);
    Ok(response)
}
