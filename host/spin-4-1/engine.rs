//! Wasmtime 48, which Spin 4.1 embeds: where its types differ from those of the Wasmtime of Spin 4.0.

use wasmtime_wasi_http::Error;

pub use wasmtime_wasi_http::{RequestOptions, WasiBody as Body, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

/// An error of a request or a response.
pub type HttpError = Error;
/// An error of a request that the component sends.
pub type SendError = Error;

/// A snapshot of WASI whose components this host refuses, and the message.
///
/// Spin 4.1 runs them, but with an instance for each request, which is many times slower.
pub const OTHER_SNAPSHOT: Option<(&str, &str)> = Some((
    "@0.3.0-rc-2026-03-15",
    "this host is Spin 4.1 and runs the build for final WASI 0.3.0; this is the build for the candidate of 2026-03-15: \
     run it with footfall-host-4-0",
));

/// Whether Spin hides the header `Connection` from a component.
pub const HIDES_CONNECTION: bool = true;

/// Returns the error for an unknown host name.
pub fn dns_error(reason: &str) -> HttpError {
    HttpError::DnsError { rcode: Some(reason.to_owned()), info_code: Some(0) }
}

/// Converts an error of hyper.
pub fn hyper_error(error: hyper::Error) -> HttpError {
    error.into()
}
