//! `/backup`: all that this replica counts, for clients that have the token.

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
use crate::backup::{Line, Summary};
use crate::render::json;
use crate::stderr;
use crate::store;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    authorize(app, request)?;
    Query::parse(request.uri.query(), &[])?;
    let backup = match request.method {
        Method::HEAD => None,
        _ => Some(app.store.backup(now).await.map_err(Problem::unavailable("The visits could not be backed up"))?),
    };
    // Without its last line a backup is none, so that one that fails midway is known by it.
    let lines = stream::try_unfold(backup.map(|backup| (backup, Summary::default())), async |state| {
        let Some((mut backup, mut summary)) = state else { return Ok(None) };
        let lines = next(&mut backup, &mut summary).await.inspect_err(|error| {
            stderr::line(format_args!("a backup was cut off: {error}"));
        })?;
        Ok::<_, store::Error>(Some(match lines {
            Some(lines) => (Bytes::from(lines), Some((backup, summary))),
            None => (Bytes::from(json::line(&Line::End(summary.end()))), None),
        }))
    });
    let response = ok(Format::Ndjson, "no-store", streamed(lines.boxed_local()));
    Ok(attachment(response, "backup", &app.config.replica, "ndjson"))
}

/// The next lines, as text.
async fn next(backup: &mut store::Backup, summary: &mut Summary) -> Result<Option<String>, store::Error> {
    let Some(lines) = backup.next().await? else { return Ok(None) };
    let render = |line: Line| {
        let text = json::line(&line);
        summary.add(text.as_bytes(), line.visits());
        text
    };
    Ok(Some(lines.into_iter().map(render).collect()))
}
