//! Which instance serves a request: what Spin 4.0 does by default.

use std::time::Duration;

use anyhow::Result;
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::sync::oneshot;
use wasmtime::component::Accessor;
use wasmtime_wasi_http::handler::{HandlerState, Proxy, ProxyHandler, ProxyPre, StoreBundle};
use wasmtime_wasi_http::p3;

use crate::engine::{Body, HttpError, WasiHttpView};
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
        let component = ProxyPre::P3(app.component.clone());
        Self(ProxyHandler::new(app, component))
    }

    /// Passes a request to an instance, and returns its response.
    pub async fn handle(&self, request: Request<Body>) -> Result<Response<Body>> {
        let (request, received) = p3::Request::from_http(request);
        let (answer, answered) = oneshot::channel();
        self.0.spawn(
            None,
            Box::new(move |store, proxy| {
                Box::pin(async move {
                    if let Err(error) = run(store, proxy, request, received, answer).await {
                        report(format_args!("an instance failed to answer: {error:?}"));
                    }
                })
            }),
        );
        Ok(answered.await?)
    }
}

async fn run(
    store: &Accessor<Guest>,
    proxy: &Proxy,
    request: p3::Request,
    received: impl Future<Output = Result<(), HttpError>> + Send + 'static,
    answer: oneshot::Sender<Response<Body>>,
) -> wasmtime::Result<()> {
    let Proxy::P3(service) = proxy;
    let request = store.with(|mut store| store.data_mut().http().table.push(request))?;
    let response = service.wasi_http_handler().call_handle(store, request).await??;
    let response = store.with(|mut store| {
        let response = store.data_mut().http().table.delete(response)?;
        response.into_http_with_getter(&mut store, received, Guest::http)
    })?;

    let (sending, sent) = oneshot::channel::<()>();
    // hyper drops the body, and this closure with it, when it has sent it.
    let body = |body: Body| {
        body.map_err(move |error| {
            let _ = &sending;
            error
        })
    };
    if answer.send(response.map(|unsent| body(unsent).boxed_unsync())).is_ok() {
        // The component writes the body only while this task runs.
        let _ = sent.await;
    }
    Ok(())
}

impl HandlerState for App {
    type StoreData = Guest;

    fn new_store(&self, _: Option<u64>) -> wasmtime::Result<StoreBundle<Guest>> {
        Ok(StoreBundle { store: self.new_store(), write_profile: Box::new(|_| ()) })
    }

    fn request_timeout(&self) -> Duration {
        Duration::MAX
    }

    fn idle_instance_timeout(&self) -> Duration {
        MAX_IDLE
    }

    fn max_instance_reuse_count(&self) -> usize {
        MAX_REQUESTS
    }

    fn max_instance_concurrent_reuse_count(&self) -> usize {
        MAX_CONCURRENT_REQUESTS
    }

    fn handle_worker_error(&self, error: wasmtime::Error) {
        report(format_args!("an instance failed: {error:?}"));
    }
}
