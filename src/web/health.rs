//! `/healthz`, `/readyz` and `/version`: for those who look after the app.

use bytes::Bytes;
use http::Response;

use super::format::Format;
use super::problem::Problem;
use super::{App, ok};
use crate::render::json;
use crate::report::Version;

/// The process answers. The database is not asked: a restart would not cure it.
pub fn healthz() -> Response<Bytes> {
    ok(Format::Text, "no-store", "ok\n".to_owned())
}

/// A visit could be recorded now.
pub async fn readyz(app: &App) -> Result<Response<Bytes>, Problem> {
    app.store.check().await.map_err(|error| Problem::Unavailable { what: "This replica is not ready", error })?;
    Ok(ok(Format::Text, "no-store", "ok\n".to_owned()))
}

/// What is running.
pub fn version() -> Response<Bytes> {
    let version = Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    ok(Format::Json, "no-cache", json::line(&version))
}
