//! What an instance does beside answering, and how its requests share its time.

use std::time::Duration;

use futures::channel::oneshot;
use http::Response;
use http_body::Body;
use http_body_util::BodyExt;
use spin_sdk::wasip3::wit_bindgen::yield_async;

/// Continues after the answer. Spin 4.0 drops what still runs in an instance with its 128th answer, and after a second
/// without requests: so what is worth keeping has to be stored as it comes.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    spin_sdk::wasip3::spawn(task);
}

/// Waits, while other requests go on.
pub async fn sleep(duration: Duration) {
    spin_sdk::time::sleep(duration).await;
}

/// Answers a request, so that each response leaves in one packet: a body that follows its head costs a client 40 ms,
/// since Spin leaves Nagle's algorithm on.
///
/// Spin sends the head when the task of the request returns. It takes the body only once it has run what else is ready
/// in the instance, so nothing should be:
///
/// - The tasks of a request are polled like a [`FuturesUnordered`](futures::stream::FuturesUnordered), which asks for
///   another turn whenever it has polled as many as it has. With a single task that is with each wait, and Spin 4.1 has
///   all other instances run before such a turn. So there is a second task, which waits until the body is written.
/// - Several requests whose statements are done at once would all return before Spin takes the first body. So each lets
///   the others go first, to return in a turn of its own. A task that asks once is polled again in the same turn.
pub async fn respond<B: Body>(
    answer: impl Future<Output = Response<B>>,
) -> Response<impl Body<Data = B::Data, Error = B::Error>> {
    let (body_exists, is_written) = oneshot::channel::<()>();
    spawn(async { is_written.await.unwrap_or_default() });
    let response = answer.await;
    // Two are one turn.
    yield_async().await;
    yield_async().await;
    response.map(|body| {
        body.map_frame(move |frame| {
            // It is dropped with the body.
            let _ = &body_exists;
            frame
        })
    })
}
