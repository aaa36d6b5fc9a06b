//! Wasmtime 44, which Spin 4.0 embeds: what it has in other words than the Wasmtime of Spin 4.1.

mod handler;
mod interfaces;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use wasmtime_wasi::TrappableError;
use wasmtime_wasi_http::p3::bindings::http::types::{DnsErrorPayload, ErrorCode};

pub use handler::Handler;
pub use wasmtime_wasi_http::p3::{RequestOptions, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

/// What goes wrong with a request or an answer.
pub type HttpError = ErrorCode;
/// What goes wrong with a request that the component sends.
pub type SendError = TrappableError<ErrorCode>;
/// The body of a request or an answer.
pub type Body = UnsyncBoxBody<Bytes, HttpError>;

/// A snapshot of WASI whose components are refused here in words of our own.
///
/// There is none: for final WASI 0.3.0 Wasmtime's words are the ones that Spin 4.0 has.
pub const OTHER_SNAPSHOT: Option<(&str, &str)> = None;

/// Whether Spin hides the header `Connection` from a component.
pub const HIDES_CONNECTION: bool = false;

/// Gives the error for a host that nobody knows.
pub fn dns_error(reason: &str) -> HttpError {
    HttpError::DnsError(DnsErrorPayload { rcode: Some(reason.to_owned()), info_code: Some(0) })
}

/// Gives the error for one of hyper's.
pub fn hyper_error(error: hyper::Error) -> HttpError {
    HttpError::from_hyper_request_error(error)
}
