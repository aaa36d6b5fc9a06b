//! From a request to a response.
//!
//! [`answer`] finds the resource, checks the method, agrees on a format, and lets the resource answer. What goes
//! wrong anywhere is a `Problem`, turned into a response in one place.
//!
//! - `format`: which format the client takes.
//! - `query`: the parameters of a request, each read and checked in one place.
//! - `problem`: every error that a client can see.
//! - `body`: the body of a response.
//! - `visit`: which requests are visits, and what they are answered; `home` and `pictures` have such resources.
//! - `visits`, `dashboard`, `count`, `histogram`, `summary`, `export`: the visits, as they are read.
//! - `operations`: what those who look after the app ask.

mod body;
mod count;
mod dashboard;
mod export;
mod format;
mod histogram;
mod home;
mod operations;
mod pictures;
mod problem;
mod query;
mod summary;
mod visit;
mod visits;

use std::rc::Rc;

use chrono::Utc;
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response};
use http_body::Body as _;

use crate::config::{Config, Invalid};
use crate::peers::Peers;
use crate::render;
use crate::store::Store;
pub use body::Body;
use format::Format;
use problem::Problem;

/// The longest request target, in bytes: what RFC 9112, section 3, asks a server to support at least.
const MAX_TARGET_BYTES: usize = 8000;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What an instance of the component has for all its requests.
pub struct App {
    config: Config,
    store: Rc<Store>,
    peers: Peers,
}

impl App {
    /// The app with these variables.
    pub fn new(config: Config) -> Self {
        Self { store: Rc::new(Store::new(config.clone())), peers: Peers::new(&config), config }
    }
}

/// Answers a request. Where the variables cannot be used, only `/healthz` works.
pub async fn answer(app: &Result<App, Invalid>, request: &Parts) -> Response<Body> {
    let resource = Resource::at(request.uri.path());
    let picture = resource.and_then(Resource::picture);
    let response = respond(app, request, resource).await;
    let mut response = response.unwrap_or_else(|problem| problem.into_response(picture));
    let length = response.body().size_hint().exact();
    let headers = response.headers_mut();
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if picture.is_some() {
        headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    }
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn respond(
    app: &Result<App, Invalid>,
    request: &Parts,
    resource: Option<Resource>,
) -> Result<Response<Body>, Problem> {
    if request.uri.path_and_query().is_some_and(|target| target.as_str().len() > MAX_TARGET_BYTES) {
        return Err(Problem::TargetTooLong);
    }
    let resource = resource.ok_or(Problem::NotFound)?;
    // Where there is no export, nothing tells of it.
    if resource.is_export() && app.as_ref().is_ok_and(|app| app.config.export_token.is_none()) {
        return Err(Problem::NoExport);
    }
    if request.method != Method::GET && request.method != Method::HEAD {
        return Err(Problem::MethodNotAllowed);
    }
    let format = format::negotiate(&request.headers, resource.formats())?;
    if resource == Resource::Healthz {
        return Ok(operations::healthz());
    }
    let app = app.as_ref().map_err(|invalid| Problem::Misconfigured(invalid.clone()))?;
    let now = Utc::now();
    // The host leaves out the body of an answer to HEAD.
    match resource {
        Resource::Home => home::get(app, request, now, format).await,
        Resource::CountGif => pictures::gif(app, request, now).await,
        Resource::Visits if format == Format::Html => dashboard::get(app, request, now).await,
        Resource::Visits => visits::get(app, request, format).await,
        Resource::Count => count::get(app, request, now, format).await,
        Resource::Histogram => histogram::get(app, request, now, format).await,
        Resource::Summary => summary::get(app, request, now).await,
        Resource::ExportNdjson | Resource::ExportCsv => export::get(app, request, now, format).await,
        Resource::Badge => pictures::badge(app, request, now).await,
        Resource::Metrics => operations::metrics(app, format).await,
        Resource::Healthz => Ok(operations::healthz()),
        Resource::Readyz => operations::readyz(app).await,
        Resource::Version => Ok(operations::version()),
        Resource::OpenApi => Ok(operations::openapi()),
    }
}

/// What has a path of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resource {
    Home,
    CountGif,
    Visits,
    Count,
    Histogram,
    Summary,
    ExportNdjson,
    ExportCsv,
    Badge,
    Metrics,
    Healthz,
    Readyz,
    Version,
    OpenApi,
}

impl Resource {
    const ALL: [(Self, &str); 14] = [
        (Self::Home, "/"),
        (Self::CountGif, "/count.gif"),
        (Self::Visits, "/visits"),
        (Self::Count, "/visits/count"),
        (Self::Histogram, "/visits/histogram"),
        (Self::Summary, "/visits/summary"),
        (Self::ExportNdjson, "/visits/export.ndjson"),
        (Self::ExportCsv, "/visits/export.csv"),
        (Self::Badge, "/badge.svg"),
        (Self::Metrics, "/metrics"),
        (Self::Healthz, "/healthz"),
        (Self::Readyz, "/readyz"),
        (Self::Version, "/version"),
        (Self::OpenApi, "/openapi.yaml"),
    ];

    fn at(path: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, other)| *other == path).map(|(resource, _)| *resource)
    }

    /// All paths, in a sentence.
    fn paths() -> String {
        Self::ALL.map(|(_, path)| path).join(", ")
    }

    /// The formats it has; the first is for those who take any.
    fn formats(self) -> &'static [Format] {
        match self {
            Self::Home => &[Format::Text, Format::Html, Format::Json],
            Self::CountGif => &[Format::Gif],
            Self::Visits => &[Format::Text, Format::Json, Format::Html],
            Self::Count => &[Format::Text, Format::Json],
            Self::Histogram => &[Format::Json, Format::Text, Format::Svg],
            Self::Summary | Self::Version => &[Format::Json],
            Self::ExportNdjson => &[Format::Ndjson],
            Self::ExportCsv => &[Format::Csv],
            Self::Badge => &[Format::Svg],
            Self::Metrics => &[Format::Prometheus, Format::OpenMetrics],
            Self::Healthz | Self::Readyz => &[Format::Text],
            Self::OpenApi => &[Format::Yaml],
        }
    }

    fn is_export(self) -> bool {
        matches!(self, Self::ExportNdjson | Self::ExportCsv)
    }

    /// The format of its errors too, if it is a picture within the pages of others.
    fn picture(self) -> Option<Format> {
        match self {
            Self::CountGif => Some(Format::Gif),
            Self::Badge => Some(Format::Svg),
            _ => None,
        }
    }
}

/// A response with status 200, that may be kept as `cache` says.
fn ok(format: Format, cache: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    let policy = match format {
        Format::Html => Some(render::html::CONTENT_SECURITY_POLICY),
        Format::Svg => Some(render::svg::CONTENT_SECURITY_POLICY),
        _ => None,
    };
    if let Some(policy) = policy {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    response
}
