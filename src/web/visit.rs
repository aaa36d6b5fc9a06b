//! Which requests are visits, and recording them.

use chrono::{DateTime, Utc};
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response};

use super::App;
use super::body::Body;
use super::problem::Problem;
use crate::stderr;
use crate::visit::{Page, Reason};

const X_VISIT: HeaderName = HeaderName::from_static("x-visit");

/// The headers by which a browser says that nobody has asked for the page yet.
const PREFETCH: [HeaderName; 3] =
    [HeaderName::from_static("sec-purpose"), HeaderName::from_static("purpose"), HeaderName::from_static("x-moz")];

/// What has become of a request to a resource whose requests are visits.
pub enum Outcome {
    /// It was one, and this is its id.
    Recorded(i64),
    /// It was none, for this reason.
    Ignored(Reason),
}

impl Outcome {
    /// Tells the client.
    pub fn tell(&self, response: &mut Response<Body>) {
        let value = match self {
            Self::Recorded(id) => format!("recorded; id={id}"),
            Self::Ignored(reason) => format!("ignored; reason={}", reason.name()),
        };
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(X_VISIT, value);
        }
    }
}

/// Records a visit to a page, or that the request was none.
pub async fn record(app: &App, request: &Parts, now: DateTime<Utc>, page: &Page) -> Result<Outcome, Problem> {
    let Some(reason) = ignored(app, request) else {
        let recorded = app.store.record(now, page).await;
        return recorded.map(Outcome::Recorded).map_err(Problem::unavailable("The visit could not be recorded"));
    };
    // Nobody has been promised that it is counted, so that whoever looks after the app is told, and not the client.
    if let Err(error) = app.store.ignore(reason).await {
        stderr::line(format_args!("an ignored request could not be counted: {error}"));
    }
    Ok(Outcome::Ignored(reason))
}

/// Why a request is not a visit; `None` if it is one.
fn ignored(app: &App, request: &Parts) -> Option<Reason> {
    let begins = |name: &HeaderName, with: &str| {
        request.headers.get_all(name).iter().any(|value| value.as_bytes().starts_with(with.as_bytes()))
    };
    if request.method == Method::HEAD {
        Some(Reason::Head)
    } else if app.config.ignore_agents.iter().any(|agent| begins(&USER_AGENT, agent)) {
        Some(Reason::Agent)
    } else if PREFETCH.iter().any(|name| begins(name, "prefetch")) {
        Some(Reason::Prefetch)
    } else {
        None
    }
}
