//! `/visit`: records a visit for a script in a page of any site.

use std::pin::pin;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, CONTENT_LENGTH,
};
use http::request::Parts;
use http::{HeaderValue, Method, Response};
use http_body_util::BodyExt;

use super::app::App;
use super::problem::Problem;
use super::record::{record, visited_page};
use super::response::{Body, no_content};
use crate::limits::{CACHE_PREFLIGHT, MAX_VISIT_BODY_BYTES};

/// Records a visit with POST. With OPTIONS, tells a browser that pages of any site may do so: the preflight of CORS.
pub async fn answer(
    app: &App,
    request: &Parts,
    now: DateTime<Utc>,
    body: impl http_body::Body<Data = Bytes>,
) -> Result<Response<Body>, Problem> {
    let mut response = no_content();
    if request.method == Method::OPTIONS {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(CACHE_PREFLIGHT));
        return Ok(response);
    }
    let page = visited_page(app, request)?;
    ignore_body(request, body).await?;
    record(app, request, now, &page).await?.add_header(&mut response);
    Ok(response)
}

/// Reads a body that nobody needs, unless it is too long.
async fn ignore_body(request: &Parts, body: impl http_body::Body<Data = Bytes>) -> Result<(), Problem> {
    let told = request.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let mut length = 0;
    let mut body = pin!(body);
    while told <= Some(MAX_VISIT_BODY_BYTES) && length <= MAX_VISIT_BODY_BYTES {
        // Where the client has gone, its visit stays one.
        let Some(Ok(frame)) = body.frame().await else { return Ok(()) };
        length += frame.data_ref().map_or(0, Bytes::len);
    }
    Err(Problem::LongVisit)
}
