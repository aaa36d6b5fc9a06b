//! A response: its body, and the headers that several or all of them have.

use bytes::Bytes;
use futures::stream::{LocalBoxStream, Stream};
use futures::{StreamExt, TryStreamExt, future};
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Response};
use http_body::{Body as _, Frame};
use http_body_util::{Either, Full, StreamBody};

use super::format::Format;
use crate::{render, store};

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

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

/// Adds the headers of all responses, whatever their status, and of those to a request for an image.
pub fn add_common_headers(response: &mut Response<Body>, is_image: bool) {
    let length = response.body().size_hint().exact();
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if is_image {
        headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
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
