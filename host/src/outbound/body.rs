//! The body of an answer from another server.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Sleep, sleep};

use crate::engine::{HttpError, hyper_error};

/// A body that fails where the next part of it takes too long.
pub struct Timed {
    body: Incoming,
    limit: Duration,
    /// The end of the wait for the next part, while somebody waits.
    end: Option<Pin<Box<Sleep>>>,
}

impl Timed {
    /// Gives each part so long.
    pub fn new(body: Incoming, limit: Duration) -> Self {
        Self { body, limit, end: None }
    }
}

impl Body for Timed {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        if let Poll::Ready(part) = Pin::new(&mut self.body).poll_frame(context) {
            self.end = None;
            return Poll::Ready(part.map(|part| part.map_err(hyper_error)));
        }
        let limit = self.limit;
        let end = self.end.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(end.as_mut().poll(context));
        Poll::Ready(Some(Err(HttpError::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
