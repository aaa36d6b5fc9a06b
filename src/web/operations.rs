//! `/metrics`, `/healthz`, `/readyz`, `/version`, `/openapi.yaml`, `/robots.txt`: for operators, and for tools.

use chrono::{DateTime, Utc};
use futures::try_join;
use http::Response;

use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::response::{Body, full, ok};
use super::{announcing, discovery};
use crate::limits::CACHE_FILES;
use crate::render::{json, metrics};
use crate::report::Version;

const VERSION: Version = Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

/// The description of the interface, which `scripts/schemathesis` checks.
const OPENAPI: &str = include_str!("../../openapi.yaml");

/// Nothing here is for search engines (RFC 9309).
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

/// The metrics of this replica.
pub async fn metrics(app: &App, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let metrics = app.store.metrics(now).await.map_err(Problem::unavailable("The metrics could not be read"))?;
    let body = match format {
        Format::OpenMetrics => metrics::openmetrics(&metrics, &VERSION),
        _ => metrics::prometheus(&metrics, &VERSION),
    };
    Ok(ok(format, "no-store", full(body)))
}

/// Liveness: the process answers. The database is not checked, since a restart would not repair it.
pub fn healthz() -> Response<Body> {
    ok(Format::Text, "no-store", full("ok\n"))
}

/// Readiness: a visit could be recorded now, and the replicas know each other. Probes come again and again, so that they
/// also set off asking the others.
pub async fn readyz(app: &App, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    let ready = async {
        app.store.check(now).await?;
        try_join!(announcing::announce_to_be_ready(app, now), discovery::discover(app, now))
    };
    ready.await.map_err(Problem::unavailable("This replica is not ready"))?;
    Ok(ok(Format::Text, "no-store", full("ok\n")))
}

/// Which version is running.
pub fn version() -> Response<Body> {
    ok(Format::Json, "no-cache", full(json::line(&VERSION)))
}

/// The description of the interface.
pub fn openapi() -> Response<Body> {
    ok(Format::Yaml, CACHE_FILES, full(OPENAPI))
}

/// What crawlers may fetch.
pub fn robots() -> Response<Body> {
    ok(Format::Text, CACHE_FILES, full(ROBOTS))
}
