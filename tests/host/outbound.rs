//! Requests that the component sends.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{self, TcpStream};
use tokio::time::timeout;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::allowed_hosts::AllowedHost;

/// Spin's.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(10);

/// What becomes of a connection after the response is there, which nobody asks about here.
type Ending = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Sending = Box<dyn Future<Output = Result<(Response<WasiBody>, Ending), Error>> + Send>;

/// Sends requests over plain HTTP/1.1 to the hosts that the manifest allows.
#[derive(Clone)]
pub struct Outbound(pub Arc<[AllowedHost]>);

impl WasiHttpHooks for Outbound {
    fn send_request(&mut self, request: Request<WasiBody>, options: Option<RequestOptions>, _: Ending) -> Sending {
        if self.0.iter().any(|host| host.allows(request.uri())) {
            Box::new(send(request, options))
        } else {
            crate::report(format_args!("allowed_outbound_hosts does not allow {}", request.uri()));
            Box::new(async { Err(Error::HttpRequestDenied) })
        }
    }
}

async fn send(
    mut request: Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Result<(Response<WasiBody>, Ending), Error> {
    let options = options.unwrap_or_default();
    let connect_timeout = options.connect_timeout.unwrap_or(DEFAULT_TIMEOUT);
    let first_byte_timeout = options.first_byte_timeout.unwrap_or(DEFAULT_TIMEOUT);

    let uri = request.uri_mut();
    if uri.scheme() != Some(&Scheme::HTTP) {
        return Err(Error::InternalError(Some("this host sends plain HTTP only".to_owned())));
    }
    let authority = uri.authority().cloned().ok_or(Error::HttpRequestUriInvalid)?;
    // A server that is no proxy is asked by path; the Host header is there already.
    let root = PathAndQuery::from_static("/");
    *uri = uri.path_and_query().cloned().unwrap_or(root).into();

    let stream = timeout(connect_timeout, connect(&authority)).await.map_err(|_| Error::ConnectionTimeout)??;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(Error::from)?;
    // It ends by itself once the component is done with the response.
    tokio::spawn(connection);
    let response = timeout(first_byte_timeout, sender.send_request(request))
        .await
        .map_err(|_| Error::ConnectionReadTimeout)?
        .map_err(Error::from)?;
    let response = response.map(|body| body.map_err(Error::from).boxed_unsync());
    Ok((response, Box::new(async { Ok(()) })))
}

/// Connects, with errors sorted as Spin sorts them.
async fn connect(authority: &Authority) -> Result<TcpStream, Error> {
    let unknown = || {
        let rcode = Some("address not available".to_owned());
        Error::DnsError { rcode, info_code: Some(0) }
    };
    let host = authority.host().trim_matches(['[', ']']);
    let addresses = net::lookup_host((host, authority.port_u16().unwrap_or(80))).await.map_err(|_| unknown())?;
    let addresses: Vec<_> = addresses.collect();
    TcpStream::connect(&*addresses).await.map_err(|error| match error.kind() {
        ErrorKind::AddrNotAvailable => unknown(),
        _ => Error::ConnectionRefused,
    })
}
