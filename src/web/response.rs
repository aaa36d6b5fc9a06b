//! A response: its body, and the headers that several or all of them have.

use bytes::Bytes;
use futures::stream::{LocalBoxStream, Stream};
use futures::{StreamExt, TryStreamExt, future};
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body::{Body as _, Frame};
use http_body_util::{Either, Full, StreamBody};

use super::format::Format;
use super::resource::Resource;
use crate::{render, store};

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// The body of a response, complete or streamed. A stream that fails cuts the response off.
pub type Body = Either<Full<Bytes>, StreamBody<LocalBoxStream<'static, Result<Frame<Bytes>, store::Error>>>>;

/// A complete body.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Either::Left(Full::new(bytes.into()))
}

/// A streamed body.
pub fn streamed(chunks: impl Stream<Item = Result<Bytes, store::Error>> + 'static) -> Body {
    let chunks = chunks.try_filter(|chunk| future::ready(!chunk.is_empty()));
    Either::Right(StreamBody::new(chunks.map_ok(Frame::data).boxed_local()))
}

/// A response with status 200, and `cache` as its `Cache-Control`.
pub fn ok(format: Format, cache: &'static str, body: Body) -> Response<Body> {
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

/// A response with status 204, which nothing keeps.
pub fn no_content() -> Response<Body> {
    let mut response = Response::new(full(Bytes::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A response that the same request is answered elsewhere; `None` where that cannot be said in a header.
pub fn moved(location: &str) -> Option<Response<Body>> {
    let location = HeaderValue::try_from(location).ok()?;
    let mut response = Response::new(full(Bytes::new()));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, location);
    Some(response)
}

/// The same as a file to download.
pub fn attachment(mut response: Response<Body>, what: &str, replica: &str, extension: &str) -> Response<Body> {
    let name = file_name(what, replica, extension);
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// A file name that is valid on any system.
fn file_name(what: &str, replica: &str, extension: &str) -> String {
    let is_safe = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let replica: String = replica.chars().map(|character| if is_safe(character) { character } else { '_' }).collect();
    format!("{what}-{replica}.{extension}")
}

/// Adds the headers of all responses, whatever their status, and of those that pages of other sites use.
pub fn add_common_headers(response: &mut Response<Body>, resource: Option<Resource>) {
    // RFC 9110, section 8.6: an answer with status 204 has no length.
    let length = response.body().size_hint().exact().filter(|_| response.status() != StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_ROBOTS_TAG, HeaderValue::from_static("noindex"));
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if resource.is_some_and(Resource::is_embedded) {
        headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    }
    if resource == Some(Resource::Visit) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("X-Visit"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_has_safe_characters_only() {
        assert_eq!(file_name("visits", "footfall-0", "csv"), "visits-footfall-0.csv");
        assert_eq!(file_name("backup", "a/b\"\u{e9}", "ndjson"), "backup-a_b__.ndjson");
    }
}
