//! Every error that a client can see, as RFC 9457 describes them.

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::body::{self, Body};
use super::format::Format;
use super::{MAX_TARGET_BYTES, Resource, pictures};
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
    /// The export is off.
    NoExport,
    /// The client has not shown the export token, or another.
    Unauthorized {
        /// Whether it has shown one.
        wrong: bool,
    },
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
    /// That something could not be done, for `map_err`.
    pub fn unavailable(what: &'static str) -> impl FnOnce(store::Error) -> Self {
        move |error| Self::Unavailable { what, error }
    }

    /// The response that tells the client, in the format of a picture where one was asked for. What is internal goes to
    /// the log instead.
    pub fn into_response(self, picture: Option<Format>) -> Response<Body> {
        match &self {
            Self::Misconfigured(invalid) => stderr::line(invalid),
            Self::Unavailable { what, error } => stderr::line(format_args!("{what}: {error}")),
            _ => {}
        }
        let status = self.status();
        let (content_type, body) = match picture {
            Some(format) => (format.content_type(), pictures::error(format, &self.detail())),
            None => ("application/problem+json", render::json::line(&self.details()).into()),
        };
        let mut response = Response::new(body::full(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = self.header() {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    fn details(&self) -> Details {
        let status = self.status();
        Details {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: self.detail(),
            parameter: self.parameter(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::BadParameter { .. } | Self::UnknownParameter(_) => StatusCode::BAD_REQUEST,
            Self::NotFound | Self::NoExport => StatusCode::NOT_FOUND,
            Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
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
            Self::NotFound => format!("Nothing is here: ask for {}.", Resource::paths()),
            Self::NoExport => "The export is off: whoever runs this can set the variable `export_token`.".to_owned(),
            Self::Unauthorized { .. } => {
                "The export is for those who have its token: send it as `Authorization: Bearer <token>`.".to_owned()
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
            Self::Unauthorized { wrong: false } => Some((WWW_AUTHENTICATE, "Bearer realm=\"footfall\"")),
            Self::Unauthorized { wrong: true } => {
                Some((WWW_AUTHENTICATE, "Bearer realm=\"footfall\", error=\"invalid_token\""))
            }
            _ => None,
        }
    }
}
