//! The HTTP server.

use std::convert::Infallible;
use std::io::{self, Write};
use std::net::SocketAddr;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};

use super::app::App;
use super::log::report;
use super::request;
use crate::engine::{Body, hyper_error};
use crate::handler::Handler;

/// Serves the application until the process ends. Returns only an error.
pub async fn serve(app: App, listen: SocketAddr) -> Result<Infallible> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "Serving http://{}", listener.local_addr()?)?;
    stdout.flush()?;
    drop(stdout);

    let handler = Handler::new(app);
    loop {
        // Most likely no file descriptor is left. As in Spin, the server ends.
        let (stream, client) = listener.accept().await.context("cannot accept a connection")?;
        tokio::spawn(connection(stream, client, handler.clone()));
    }
}

/// `TCP_NODELAY` stays off, as in Spin, so that its cost shows here too.
async fn connection(stream: TcpStream, client: SocketAddr, handler: Handler) {
    let service = service_fn(|request| respond(handler.clone(), request, client));
    // An error here means that the client has closed the connection.
    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

/// An error closes the connection without a response, as in Spin.
async fn respond(handler: Handler, mut request: Request<Incoming>, client: SocketAddr) -> Result<Response<Body>> {
    request::strip_headers(&mut request);
    if let Some(name) = request.uri().path().strip_prefix("/.well-known/spin/") {
        return Ok(well_known(name));
    }
    request::complete_uri(&mut request)?;
    let response = match request::add_spin_headers(&mut request, client) {
        Ok(()) => {
            let request = request.map(|body| body.map_err(hyper_error).boxed_unsync());
            handler.handle(request).await
        }
        Err(error) => Err(error),
    };
    Ok(response.unwrap_or_else(|error| {
        report(format_args!("a request failed: {error:#}"));
        empty(StatusCode::INTERNAL_SERVER_ERROR)
    }))
}

fn well_known(name: &str) -> Response<Body> {
    match name {
        "health" => Response::new(Full::new(Bytes::from_static(b"OK")).map_err(|never| match never {}).boxed_unsync()),
        _ => empty(StatusCode::NOT_FOUND),
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}
