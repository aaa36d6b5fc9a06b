//! `/visits/export.ndjson` and `/visits/export.csv`: the log, for clients that have the token.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use http::request::Parts;
use http::{Method, Response};

use super::app::App;
use super::authorize::authorize;
use super::format::Format;
use super::problem::Problem;
use super::query::Query;
use super::response::{Body, attachment, ok, streamed};
use crate::render::{csv, json};
use crate::report::ExportedVisit;
use crate::stderr;
use crate::store::Gone;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    authorize(app, request)?;
    let query = Query::parse(request.uri.query(), &["since", "until", "page", "after"])?;
    let failed = || Problem::unavailable("The visits could not be exported");
    let export = app
        .store
        .export(query.range(&app.config.timezone, now)?, query.page(&app.config.strip_parameters)?, query.after()?)
        .await
        .map_err(failed())?;
    let mut export = export.map_err(|Gone { first }| Problem::Gone { first })?;
    let (extension, header, render): (_, _, fn(&[ExportedVisit]) -> String) = match format {
        Format::Csv => ("csv", csv::header(), csv::visits),
        _ => ("ndjson", String::new(), json::lines),
    };
    // The first batch is read before the response begins: if that fails, the response is a problem. A later failure
    // cuts it off. A response to HEAD has no body, so that nothing is read for it.
    let begin = match request.method {
        Method::HEAD => header,
        _ => header + &render(&app.store.export_next(&mut export).await.map_err(failed())?.unwrap_or_default()),
    };
    let export = (request.method != Method::HEAD).then_some((app.store.clone(), export));
    let remaining = stream::try_unfold(export, move |export| async move {
        let Some((store, mut export)) = export else { return Ok(None) };
        let visits = store.export_next(&mut export).await.inspect_err(|error| {
            stderr::line(format_args!("an export was cut off: {error}"));
        })?;
        Ok(visits.map(|visits| (Bytes::from(render(&visits)), Some((store, export)))))
    });
    let body = stream::once(async { Ok(Bytes::from(begin)) }).chain(remaining);
    Ok(attachment(ok(format, "no-store", streamed(body)), "visits", &app.config.replica, extension))
}
