//! Which instance serves a request: what Spin 4.1 does by default.

use std::future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use anyhow::{Error, Result};
use http::{Request, Response};
use tokio::time::{Sleep, sleep};
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ProxyHandler, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};

use crate::engine::{Body, WasiHttpView};
use crate::host::app::App;
use crate::host::guest::Guest;
use crate::host::limits::{MAX_CONCURRENT_REQUESTS, MAX_IDLE, MAX_REQUESTS};
use crate::host::log::report;

/// The instances of the application.
#[derive(Clone)]
pub struct Handler(ProxyHandler<App>);

impl Handler {
    /// Starts without instances.
    pub fn new(app: App) -> Self {
        Self(ProxyHandler::new(app))
    }

    /// Passes a request to an instance, and returns its response.
    pub async fn handle(&self, request: Request<Body>) -> Result<Response<Body>> {
        self.0.handle((), request).await.map_err(Error::from)
    }
}

impl HandlerState for App {
    type StoreData = Guest;
    type WorkerExpiration = Idle;
    type WorkerState = Limits;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Guest, Idle, Limits>> {
        let mut store = self.new_store();
        let proxy = Proxy::P3(self.component.instantiate_async(&mut store).await?);
        let expiration = Idle(Box::pin(sleep(MAX_IDLE)));
        Ok(Instance { store, proxy, view: Guest::http, expiration, state: Limits })
    }
}

/// Ends an instance that is idle for too long. The time of a request is not limited.
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

/// Limits the number of requests.
pub struct Limits;

impl WorkerState for Limits {
    type StoreData = Guest;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= MAX_REQUESTS {
            ShouldAccept::Never
        } else if concurrent >= MAX_CONCURRENT_REQUESTS {
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
            report(format_args!("an instance failed: {error:?}"));
        }
        drop(store);
    }
}
