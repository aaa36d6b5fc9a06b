//! `/metrics`, `/healthz`, `/readyz`, `/version`, `/openapi.yaml`: for those who look after the app, and for clients.

use http::Response;

use super::body::{Body, full};
use super::format::Format;
use super::problem::Problem;
use super::{App, ok};
use crate::render::{json, metrics};
use crate::report::Version;

const VERSION: Version = Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

/// The description of the interface, which `scripts/schemathesis` holds the app to.
const OPENAPI: &str = include_str!("../../openapi.yaml");

/// What Prometheus collects of this replica.
pub async fn metrics(app: &App, format: Format) -> Result<Response<Body>, Problem> {
    let metrics = app.store.metrics().await.map_err(Problem::unavailable("The metrics could not be read"))?;
    let body = match format {
        Format::OpenMetrics => metrics::openmetrics(&metrics, &VERSION),
        _ => metrics::prometheus(&metrics, &VERSION),
    };
    Ok(ok(format, "no-store", full(body)))
}

/// The process answers. The database is not asked: a restart would not cure it.
pub fn healthz() -> Response<Body> {
    ok(Format::Text, "no-store", full("ok\n"))
}

/// A visit could be recorded now.
pub async fn readyz(app: &App) -> Result<Response<Body>, Problem> {
    app.store.check().await.map_err(Problem::unavailable("This replica is not ready"))?;
    Ok(ok(Format::Text, "no-store", full("ok\n")))
}

/// What is running.
pub fn version() -> Response<Body> {
    ok(Format::Json, "no-cache", full(json::line(&VERSION)))
}

/// What there is to ask, as a machine reads it.
pub fn openapi() -> Response<Body> {
    ok(Format::Yaml, "max-age=3600", full(OPENAPI))
}
