//! Wasmtime 44, which Spin 4.0 embeds: where its types differ from those of the Wasmtime of Spin 4.1.

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use wasmtime_wasi::TrappableError;
use wasmtime_wasi_http::p3::bindings::http::types::{DnsErrorPayload, ErrorCode};

pub use wasmtime_wasi_http::p3::{RequestOptions, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

/// An error of a request or a response.
pub type HttpError = ErrorCode;
/// An error of a request that the component sends.
pub type SendError = TrappableError<ErrorCode>;
/// The body of a request or a response.
pub type Body = UnsyncBoxBody<Bytes, HttpError>;

/// A snapshot of WASI whose components this host refuses, and the message.
///
/// There is none: for final WASI 0.3.0, Wasmtime's own message is the one that Spin 4.0 has.
pub const OTHER_SNAPSHOT: Option<(&str, &str)> = None;

/// Whether Spin hides the header `Connection` from a component.
pub const HIDES_CONNECTION: bool = false;

/// Returns the error for an unknown host name.
pub fn dns_error(reason: &str) -> HttpError {
    HttpError::DnsError(DnsErrorPayload { rcode: Some(reason.to_owned()), info_code: Some(0) })
}

/// Converts an error of hyper.
pub fn hyper_error(error: hyper::Error) -> HttpError {
    HttpError::from_hyper_request_error(error)
}
