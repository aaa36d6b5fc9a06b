//! `/`: records a visit and tells the visitor its number.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response};

use super::format::Format;
use super::problem::Problem;
use super::{App, ok};
use crate::render::{html, json, text};
use crate::report::Home;
use crate::visit::Page;

const X_VISIT: HeaderName = HeaderName::from_static("x-visit");

/// The headers by which a browser says that nobody has asked for the page yet.
const PREFETCH: [&str; 3] = ["sec-purpose", "purpose", "x-moz"];

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Bytes>, Problem> {
    let (visit, visits, x_visit) = if let Some(reason) = ignored(app, request) {
        let visits = app
            .store
            .total()
            .await
            .map_err(|error| Problem::Unavailable { what: "The visits could not be counted", error })?;
        (None, visits, format!("ignored; reason={reason}"))
    } else {
        let recorded = app
            .store
            .record(now, Page::root())
            .await
            .map_err(|error| Problem::Unavailable { what: "The visit could not be recorded", error })?;
        (Some(recorded.visit), recorded.visits, format!("recorded; id={}", recorded.visit))
    };
    let timezone = app.config.timezone;
    let home = Home {
        time: now.with_timezone(&timezone),
        timezone: timezone.name(),
        replica: app.config.replica.clone(),
        visit,
        visits,
    };
    let body = match format {
        Format::Text => text::home(&home),
        Format::Html => html::home(&home),
        Format::Json => json::line(&home),
    };
    let mut response = ok(format, "no-store", body);
    if let Ok(value) = HeaderValue::try_from(x_visit) {
        response.headers_mut().insert(X_VISIT, value);
    }
    Ok(response)
}

/// Why a request is not a visit; `None` if it is one.
fn ignored(app: &App, request: &Parts) -> Option<&'static str> {
    let begins = |name: &str, with: &str| {
        request.headers.get_all(name).iter().any(|value| value.as_bytes().starts_with(with.as_bytes()))
    };
    if request.method == Method::HEAD {
        Some("head")
    } else if app.config.ignore_agents.iter().any(|agent| begins(USER_AGENT.as_str(), agent)) {
        Some("agent")
    } else if PREFETCH.iter().any(|name| begins(name, "prefetch")) {
        Some("prefetch")
    } else {
        None
    }
}
