//! Wasmtime 48, which Spin 4.1 embeds: what it has in other words than the Wasmtime of Spin 4.0.

mod handler;
mod interfaces;

use wasmtime_wasi_http::Error;

pub use handler::Handler;
pub use wasmtime_wasi_http::{RequestOptions, WasiBody as Body, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

/// What goes wrong with a request or an answer.
pub type HttpError = Error;
/// What goes wrong with a request that the component sends.
pub type SendError = Error;

/// A snapshot of WASI whose components are refused here in words of our own.
///
/// Spin 4.1 does run them, but with an instance for each request, so slowly that nobody should.
pub const OTHER_SNAPSHOT: Option<(&str, &str)> = Some((
    "@0.3.0-rc-2026-03-15",
    "this host is Spin 4.1 and runs the build for final WASI 0.3.0; this is the build for the candidate of 2026-03-15: \
     run it with footfall-host-4-0",
));

/// Whether Spin hides the header `Connection` from a component.
pub const HIDES_CONNECTION: bool = true;

/// Gives the error for a host that nobody knows.
pub fn dns_error(reason: &str) -> HttpError {
    HttpError::DnsError { rcode: Some(reason.to_owned()), info_code: Some(0) }
}

/// Gives the error for one of hyper's.
pub fn hyper_error(error: hyper::Error) -> HttpError {
    error.into()
}
