//! Connections to other servers.

use std::fmt;
use std::io::ErrorKind;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::{self, TcpStream};
use tokio::time::timeout;
use tower_service::Service;

tokio::task_local! {
    /// The connect timeout of the current request. The client has no parameter for it.
    pub static CONNECT_TIMEOUT: Duration;
}

/// Why there is no connection, as the component sees it.
#[derive(Debug)]
pub enum ConnectError {
    /// The host name is not known.
    Unknown,
    /// The connection failed, for any reason.
    Refused,
    /// It took too long.
    Timeout,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for ConnectError {}

/// Connects over TCP.
#[derive(Clone)]
pub struct Connector;

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(connect(uri, CONNECT_TIMEOUT.get()))
    }
}

async fn connect(uri: Uri, limit: Duration) -> Result<TokioIo<TcpStream>, ConnectError> {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    // As in Spin, the timeout does not include the name lookup.
    let addresses = net::lookup_host((host, uri.port_u16().unwrap_or(80))).await.map_err(|_| ConnectError::Unknown)?;
    let addresses: Vec<_> = addresses.collect();
    let stream = timeout(limit, TcpStream::connect(&*addresses)).await.map_err(|_| ConnectError::Timeout)?;
    stream.map(TokioIo::new).map_err(|error| match error.kind() {
        ErrorKind::AddrNotAvailable => ConnectError::Unknown,
        _ => ConnectError::Refused,
    })
}
