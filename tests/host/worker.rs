//! How many requests an instance serves, and for how long: what Spin does by default.

use std::future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{HandlerState, Instance, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus};

use crate::app::App;
use crate::guest::Guest;

/// How many requests an instance serves at once.
const MAX_CONCURRENT: usize = 16;
/// How many requests an instance serves before a fresh one takes over.
const MAX_REQUESTS: usize = 128;
/// How long an instance waits for its next request.
const MAX_IDLE: Duration = Duration::from_secs(1);

impl HandlerState for App {
    type StoreData = Guest;
    type WorkerExpiration = Idle;
    type WorkerState = Limits;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Guest, Idle, Limits>> {
        let (store, proxy) = self.new_instance().await?;
        let expiration = Idle(Box::pin(tokio::time::sleep(MAX_IDLE)));
        Ok(Instance { store, proxy, view: Guest::http, expiration, state: Limits })
    }
}

/// Ends an instance that has been idle for too long. A request may take as long as it likes.
pub struct Idle(Pin<Box<Sleep>>);

impl WorkerExpiration for Idle {
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>, status: WorkerStatus, since: Instant) -> Poll<()> {
        match status {
            WorkerStatus::Idle => {
                let end = (since + MAX_IDLE).into();
                if self.0.deadline() != end {
                    self.0.as_mut().reset(end);
                }
                self.0.as_mut().poll(context)
            }
            WorkerStatus::Requests | WorkerStatus::PostReturn => Poll::Pending,
        }
    }
}

/// Bounds the number of requests.
pub struct Limits;

impl WorkerState for Limits {
    type StoreData = Guest;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= MAX_REQUESTS {
            ShouldAccept::Never
        } else if concurrent >= MAX_CONCURRENT {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, Guest>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        Box::pin(future::pending())
    }

    fn drop(&self, store: Store<Guest>, result: wasmtime::Result<()>) {
        if let Err(error) = result {
            crate::report(format_args!("an instance failed: {error:?}"));
        }
        drop(store);
    }
}
