//! Every error that a client can see, as RFC 9457 describes them.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::MAX_TARGET_BYTES;
use super::format::Format;
use crate::{config, render, stderr, store};

/// What went wrong, from the client's point of view.
#[derive(Debug)]
pub enum Problem {
    /// A parameter has a value that it may not have.
    BadParameter {
        /// The name of the parameter.
        parameter: &'static str,
        /// What its value may be.
        expected: &'static str,
    },
    /// There is a parameter other than these.
    UnknownParameter(&'static [&'static str]),
    /// Nothing has this path.
    NotFound,
    /// The method is neither GET nor HEAD.
    MethodNotAllowed,
    /// The client takes none of these formats.
    NotAcceptable(&'static [Format]),
    /// The path and the query together are too long.
    TargetTooLong,
    /// A variable of the app cannot be used.
    Misconfigured(config::Invalid),
    /// The database did not do what it was asked.
    Unavailable {
        /// What could not be done.
        what: &'static str,
        /// Why, for the log.
        error: store::Error,
    },
}

/// The members of a problem that RFC 9457, section 3.1, defines, and the parameter at fault.
#[derive(Serialize)]
struct Details {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
}

impl Problem {
    /// The response that tells the client. What is internal goes to the log instead.
    pub fn into_response(self) -> Response<Bytes> {
        match &self {
            Self::Misconfigured(invalid) => stderr::line(invalid),
            Self::Unavailable { what, error } => stderr::line(format_args!("{what}: {error}")),
            _ => {}
        }
        let status = self.status();
        let details = Details {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: self.detail(),
            parameter: self.parameter(),
        };
        let mut response = Response::new(Bytes::from(render::json::line(&details)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = self.header() {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::BadParameter { .. } | Self::UnknownParameter(_) => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable(_) => StatusCode::NOT_ACCEPTABLE,
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::Misconfigured(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// One sentence that says what is wrong and what to do.
    fn detail(&self) -> String {
        match self {
            Self::BadParameter { parameter, expected } => format!("The parameter `{parameter}` must be {expected}."),
            Self::UnknownParameter([]) => "This resource takes no parameters: leave them out.".to_owned(),
            Self::UnknownParameter(known) => {
                format!("There is a parameter that this resource does not know: it takes {}.", known.join(", "))
            }
            Self::NotFound => {
                "Nothing is here: ask for /, /visits, /visits/count, /healthz, /readyz or /version.".to_owned()
            }
            Self::MethodNotAllowed => "This resource can only be read: use GET or HEAD.".to_owned(),
            Self::NotAcceptable(offered) => {
                let offered: Vec<_> = offered.iter().map(|format| format.media_type().to_string()).collect();
                format!("This resource has none of the formats in Accept: it has {}.", offered.join(", "))
            }
            Self::TargetTooLong => {
                format!("The path and the query are too long: use at most {MAX_TARGET_BYTES} bytes.")
            }
            Self::Misconfigured(invalid) => invalid.to_string(),
            Self::Unavailable { what, .. } => {
                format!("{what}, because the database is not available: try again in a few seconds.")
            }
        }
    }

    fn parameter(&self) -> Option<&'static str> {
        match self {
            Self::BadParameter { parameter, .. } => Some(parameter),
            _ => None,
        }
    }

    fn header(&self) -> Option<(HeaderName, &'static str)> {
        match self {
            Self::MethodNotAllowed => Some((ALLOW, "GET, HEAD")),
            Self::Unavailable { .. } => Some((RETRY_AFTER, "5")),
            _ => None,
        }
    }
}
