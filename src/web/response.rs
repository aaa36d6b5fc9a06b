//! A response: its body, and the headers that several or all of them have.

use bytes::Bytes;
use futures::stream::{LocalBoxStream, Stream};
use futures::{StreamExt, TryStreamExt, future};
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
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
