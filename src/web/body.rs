//! The body of a response: there as a whole, or made while it is sent.

use bytes::Bytes;
use futures::stream::{LocalBoxStream, Stream};
use futures::{StreamExt, TryStreamExt, future};
use http_body::Frame;
use http_body_util::{Either, Full, StreamBody};

use crate::store;

/// What follows the head of a response. Where making it fails, the response is cut off.
pub type Body = Either<Full<Bytes>, StreamBody<LocalBoxStream<'static, Result<Frame<Bytes>, store::Error>>>>;

/// A body that is there.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Either::Left(Full::new(bytes.into()))
}

/// A body that comes in parts.
pub fn parts(parts: impl Stream<Item = Result<Bytes, store::Error>> + 'static) -> Body {
    let parts = parts.try_filter(|part| future::ready(!part.is_empty()));
    Either::Right(StreamBody::new(parts.map_ok(Frame::data).boxed_local()))
}
