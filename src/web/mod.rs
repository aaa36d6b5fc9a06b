//! From a request to a response.
//!
//! [`answer`] finds the resource, checks the method, agrees on a format, and lets the resource answer. What goes
//! wrong anywhere is a `Problem`, turned into a response in one place.
//!
//! - `format`: which format the client takes.
//! - `query`: the parameters of a request, each read and checked in one place.
//! - `problem`: every error that a client can see.
//! - `home`, `visits`, `count`, `health`: the resources.

mod count;
mod format;
mod health;
mod home;
mod problem;
mod query;
mod visits;

use bytes::Bytes;
use chrono::Utc;
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{HeaderValue, Method, Response};

use crate::config::{Config, Invalid};
use crate::render;
use crate::store::Store;
use format::Format;
use problem::Problem;

/// The longest request target, in bytes: what RFC 9112, section 3, asks a server to support at least.
const MAX_TARGET_BYTES: usize = 8000;

/// What an instance of the component has for all its requests.
pub struct App {
    config: Config,
    store: Store,
}

impl App {
    /// The app with these variables.
    pub fn new(config: Config) -> Self {
        Self { store: Store::new(config.clone()), config }
    }
}

/// Answers a request. Where the variables cannot be used, only `/healthz` works.
pub async fn answer(app: &Result<App, Invalid>, request: &Parts) -> Response<Bytes> {
    let mut response = respond(app, request).await.unwrap_or_else(Problem::into_response);
    let length = HeaderValue::from(response.body().len());
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, length);
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn respond(app: &Result<App, Invalid>, request: &Parts) -> Result<Response<Bytes>, Problem> {
    if request.uri.path_and_query().is_some_and(|target| target.as_str().len() > MAX_TARGET_BYTES) {
        return Err(Problem::TargetTooLong);
    }
    let resource = Resource::at(request.uri.path()).ok_or(Problem::NotFound)?;
    if request.method != Method::GET && request.method != Method::HEAD {
        return Err(Problem::MethodNotAllowed);
    }
    let format = format::negotiate(&request.headers, resource.formats())?;
    if resource == Resource::Healthz {
        return Ok(health::healthz());
    }
    let app = app.as_ref().map_err(|invalid| Problem::Misconfigured(invalid.clone()))?;
    let now = Utc::now();
    // The host leaves out the body of an answer to HEAD.
    match resource {
        Resource::Home => home::get(app, request, now, format).await,
        Resource::Visits => visits::get(app, request, format).await,
        Resource::Count => count::get(app, request, now, format).await,
        Resource::Healthz => Ok(health::healthz()),
        Resource::Readyz => health::readyz(app).await,
        Resource::Version => Ok(health::version()),
    }
}

/// What has a path of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resource {
    Home,
    Visits,
    Count,
    Healthz,
    Readyz,
    Version,
}

impl Resource {
    fn at(path: &str) -> Option<Self> {
        Some(match path {
            "/" => Self::Home,
            "/visits" => Self::Visits,
            "/visits/count" => Self::Count,
            "/healthz" => Self::Healthz,
            "/readyz" => Self::Readyz,
            "/version" => Self::Version,
            _ => return None,
        })
    }

    /// The formats it has; the first is for those who take any.
    fn formats(self) -> &'static [Format] {
        match self {
            Self::Home => &[Format::Text, Format::Html, Format::Json],
            Self::Visits | Self::Count => &[Format::Text, Format::Json],
            Self::Healthz | Self::Readyz => &[Format::Text],
            Self::Version => &[Format::Json],
        }
    }
}

/// A response with status 200, that may be kept as `cache` says.
fn ok(format: Format, cache: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if format == Format::Html {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(render::html::CONTENT_SECURITY_POLICY));
    }
    response
}
