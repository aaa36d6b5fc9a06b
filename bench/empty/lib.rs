//! A component that answers a short text and does nothing else: it shows the limit of the runtime.

#[cfg(feature = "wasi-rc")]
extern crate spin_sdk_6 as spin_sdk;
#[cfg(feature = "wasi-final")]
extern crate spin_sdk_7 as spin_sdk;

/// The entry point.
#[cfg(target_family = "wasm")]
mod entry {
    use http::header::CONTENT_LENGTH;
    use http::{HeaderValue, Response};
    use spin_sdk::http::Request;

    const TEXT: &str = "ok\n";

    #[spin_sdk::http_service]
    async fn handle(_: Request) -> Response<String> {
        let mut response = Response::new(TEXT.to_owned());
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(TEXT.len()));
        response
    }
}
