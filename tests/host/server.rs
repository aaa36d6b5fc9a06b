//! The HTTP server.

use std::convert::Infallible;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use wasmtime_wasi_http::handler::ProxyHandler;
use wasmtime_wasi_http::{Error, WasiBody};

use crate::app::App;
use crate::request;

/// Serves the application until the process ends; comes back only where it cannot begin.
pub async fn serve(app: App, listen: SocketAddr) -> Result<Infallible> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "Serving http://{}", listener.local_addr()?)?;
    stdout.flush()?;
    drop(stdout);

    let handler = ProxyHandler::new(app);
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                tokio::spawn(connection(stream, client, handler.clone()));
            }
            Err(error) => {
                // Out of file descriptors, most likely: they come back as connections close.
                crate::report(format_args!("cannot accept a connection: {error}"));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// `TCP_NODELAY` stays off, as in Spin, so that what it costs is seen here first.
async fn connection(stream: TcpStream, client: SocketAddr, handler: ProxyHandler<App>) {
    let service = service_fn(|request| respond(handler.clone(), request, client));
    // An error here is the client's, who has gone.
    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

/// An error closes the connection without an answer, as in Spin.
async fn respond(
    handler: ProxyHandler<App>,
    mut request: Request<Incoming>,
    client: SocketAddr,
) -> Result<Response<WasiBody>> {
    request::strip_headers(&mut request);
    if let Some(name) = request.uri().path().strip_prefix("/.well-known/spin/") {
        return Ok(well_known(name));
    }
    request::complete_uri(&mut request)?;
    let response = match request::add_spin_headers(&mut request, client) {
        Ok(()) => {
            let request = request.map(|body| body.map_err(Error::from).boxed_unsync());
            handler.handle((), request).await.map_err(anyhow::Error::from)
        }
        Err(error) => Err(error),
    };
    Ok(response.unwrap_or_else(|error| {
        crate::report(format_args!("a request failed: {error:#}"));
        empty(StatusCode::INTERNAL_SERVER_ERROR)
    }))
}

fn well_known(name: &str) -> Response<WasiBody> {
    match name {
        "health" => Response::new(Full::new(Bytes::from_static(b"OK")).map_err(Error::from).boxed_unsync()),
        _ => empty(StatusCode::NOT_FOUND),
    }
}

fn empty(status: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(Empty::new().map_err(Error::from).boxed_unsync());
    *response.status_mut() = status;
    response
}
