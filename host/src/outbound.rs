//! Requests that the component sends.

mod body;
mod connect;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use http::uri::Scheme;
use http::{Request, Response, header};
use http_body_util::BodyExt;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use super::allowed_hosts::AllowedHost;
use super::log::report;
use crate::engine::{Body, HttpError, RequestOptions, SendError, WasiHttpHooks, dns_error};
use body::Timed;
use connect::{CONNECT_TIMEOUT, ConnectError, Connector};

/// Spin's default for each of the three timeouts.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(10);

/// Whether the rest of a body was sent. This host does not report it.
type Ending = Box<dyn Future<Output = Result<(), HttpError>> + Send>;
type Sending = Box<dyn Future<Output = Result<(Response<Body>, Ending), SendError>> + Send>;

/// Sends requests over plain HTTP/1.1 to the hosts that the manifest allows. All instances share its connections.
#[derive(Clone)]
pub struct Outbound {
    allowed: Arc<[AllowedHost]>,
    client: Client<Connector, Body>,
}

impl Outbound {
    /// Allows requests to these hosts.
    pub fn new(allowed: Arc<[AllowedHost]>) -> Self {
        Self { allowed, client: Client::builder(TokioExecutor::new()).build(Connector) }
    }

    async fn send(&self, mut request: Request<Body>, options: RequestOptions) -> Result<Response<Body>, HttpError> {
        if !self.allowed.iter().any(|host| host.allows(request.uri())) {
            report(format_args!("allowed_outbound_hosts does not allow {}", request.uri()));
            return Err(HttpError::HttpRequestDenied);
        }
        if request.uri().scheme() != Some(&Scheme::HTTP) {
            return Err(HttpError::InternalError(Some("this host sends plain HTTP only".to_owned())));
        }
        // The client sets it from the URI.
        request.headers_mut().remove(header::HOST);
        let connect_timeout = options.connect_timeout.unwrap_or(DEFAULT_TIMEOUT);
        let first_byte_timeout = options.first_byte_timeout.unwrap_or(DEFAULT_TIMEOUT);
        let between_bytes_timeout = options.between_bytes_timeout.unwrap_or(DEFAULT_TIMEOUT);

        let response = CONNECT_TIMEOUT.scope(connect_timeout, self.client.request(request));
        let response = timeout(first_byte_timeout, response).await.map_err(|_| HttpError::ConnectionReadTimeout)?;
        let response = response.map_err(|error| http_error(&error))?;
        Ok(response.map(|body| Timed::new(body, between_bytes_timeout).boxed_unsync()))
    }
}

impl WasiHttpHooks for Outbound {
    fn send_request(&mut self, request: Request<Body>, options: Option<RequestOptions>, _: Ending) -> Sending {
        let this = self.clone();
        Box::new(async move {
            let response = this.send(request, options.unwrap_or_default()).await?;
            Ok((response, Box::new(async { Ok(()) }) as Ending))
        })
    }
}

/// Maps errors as Spin does.
fn http_error(error: &legacy::Error) -> HttpError {
    match error.source().and_then(|cause| cause.downcast_ref()) {
        Some(ConnectError::Unknown) => dns_error("address not available"),
        Some(ConnectError::Refused) => HttpError::ConnectionRefused,
        Some(ConnectError::Timeout) => HttpError::ConnectionTimeout,
        None => HttpError::HttpProtocolError,
    }
}
