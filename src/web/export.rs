//! `/visits/export.ndjson` and `/visits/export.csv`: the whole log, for those who have the token.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use http::header::{AUTHORIZATION, CONTENT_DISPOSITION};
use http::request::Parts;
use http::{HeaderValue, Method, Response};

use super::body::{self, Body};
use super::format::Format;
use super::problem::Problem;
use super::query::Query;
use super::{App, ok};
use crate::config::Token;
use crate::render::{csv, json};
use crate::stderr;
use crate::visit::Visit;

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    authorize(app.config.export_token.as_ref().ok_or(Problem::NoExport)?, request)?;
    let query = Query::parse(request.uri.query(), &["since", "until", "page"])?;
    let failed = || Problem::unavailable("The visits could not be exported");
    let mut export = app.store.export(query.range(now)?, query.page()?).await.map_err(failed())?;
    let (extension, begin, lines): (_, _, fn(&[Visit]) -> String) = match format {
        Format::Csv => ("csv", csv::header(), csv::visits),
        _ => ("ndjson", String::new(), json::lines),
    };
    // What fails at once is a problem, and what fails later cuts the answer off. HEAD has no body, so that none is made.
    let begin = match request.method {
        Method::HEAD => begin,
        _ => begin + &lines(&app.store.export_next(&mut export).await.map_err(failed())?.unwrap_or_default()),
    };
    let export = (request.method != Method::HEAD).then_some((app.store.clone(), export));
    let rest = stream::try_unfold(export, move |export| async move {
        let Some((store, mut export)) = export else { return Ok(None) };
        let visits = store.export_next(&mut export).await.inspect_err(|error| {
            stderr::line(format_args!("an export was cut off: {error}"));
        })?;
        Ok(visits.map(|visits| (Bytes::from(lines(&visits)), Some((store, export)))))
    });
    let body = stream::once(async { Ok(Bytes::from(begin)) }).chain(rest);
    let mut response = ok(format, "no-store", body::parts(body));
    let name = file_name(&app.config.replica, extension);
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Lets through whoever shows the token: RFC 6750, section 2.1.
fn authorize(token: &Token, request: &Parts) -> Result<(), Problem> {
    let shown = request.headers.get(AUTHORIZATION).and_then(|value| {
        let (scheme, shown) = value.as_bytes().split_at_checked(b"Bearer ".len())?;
        scheme.eq_ignore_ascii_case(b"Bearer ").then_some(shown.trim_ascii())
    });
    match shown {
        Some(shown) if token.is(shown) => Ok(()),
        shown => Err(Problem::Unauthorized { wrong: shown.is_some() }),
    }
}

/// A name that any system takes.
fn file_name(replica: &str, extension: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let replica: String = replica.chars().map(|character| if plain(character) { character } else { '_' }).collect();
    format!("visits-{replica}.{extension}")
}
