//! Every error that a client can see, as RFC 9457 describes them.

use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::format::Format;
use super::response::{Body, full, ok};
use crate::backup::Wrong;
use crate::limits::{MAX_PATH_AND_QUERY_BYTES, MAX_VISIT_BODY_BYTES, RETRY_AFTER_SECONDS};
use crate::render::{gif, html, json, svg};
use crate::{config, stderr, store};

/// An error, from the client's point of view.
#[derive(Debug)]
pub enum Problem {
    /// A parameter has an invalid value.
    BadParameter {
        /// The name of the parameter.
        parameter: &'static str,
        /// What its value must be.
        expected: &'static str,
    },
    /// There is a parameter that is none of these.
    UnknownParameter(&'static [&'static str]),
    /// No resource has this path.
    NotFound {
        /// The paths that there are.
        paths: String,
    },
    /// The resource wants a token, and there is none.
    NoToken,
    /// The request does not have the token for reading.
    Private,
    /// The request does not have the token.
    Unauthorized {
        /// Whether it has another token.
        wrong: bool,
    },
    /// The resource does not have the method.
    MethodNotAllowed {
        /// The methods that it has, as in the header `Allow`.
        allow: &'static str,
    },
    /// The client accepts none of these formats.
    NotAcceptable(&'static [Format]),
    /// The path and the query together are too long.
    UriTooLong,
    /// Visits are in the log no more, the first of which has this id, or never were.
    Gone {
        /// The first id of the log.
        first: i64,
    },
    /// Nothing was imported, because an upload is wrong.
    BadUpload(Wrong),
    /// A visit comes with a long body.
    LongVisit,
    /// An upload needs more storage than there is.
    TooLarge,
    /// An upload does not go with what is there: a sentence that says why.
    Conflict(&'static str),
    /// Somebody else is having a replica asked.
    Busy,
    /// A variable of the app is invalid.
    Misconfigured(config::Invalid),
    /// A statement of the database failed.
    Unavailable {
        /// What could not be done.
        what: &'static str,
        /// Why, for the log of the app.
        error: store::Error,
    },
}

/// The members of a problem that RFC 9457, section 3.1, defines, and the parameter that is wrong.
#[derive(Serialize)]
struct Details {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<i64>,
}

impl Problem {
    /// For `map_err`: that something could not be done.
    pub fn unavailable(what: &'static str) -> impl FnOnce(store::Error) -> Self {
        move |error| Self::Unavailable { what, error }
    }

    /// The response for the client in this format. Internal details go to the log of the app instead.
    pub fn into_response(self, format: Format) -> Response<Body> {
        match &self {
            Self::Misconfigured(invalid) => stderr::line(invalid),
            Self::Unavailable { what, error } => stderr::line(format_args!("{what}: {error}")),
            _ => {}
        }
        let details = self.details();
        let body = match format {
            Format::Gif => full(gif::PIXEL),
            Format::Svg => full(svg::error_badge(&details.detail)),
            Format::Html => full(html::error(details.title, &details.detail)),
            _ => full(json::line(&details)),
        };
        let mut response = ok(format, "no-store", body);
        *response.status_mut() = self.status();
        if let Some((name, value)) = self.header() {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
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
            first: if let Self::Gone { first } = self { Some(*first) } else { None },
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::BadParameter { .. } | Self::UnknownParameter(_) | Self::BadUpload(_) => StatusCode::BAD_REQUEST,
            Self::LongVisit | Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::NotFound { .. } | Self::NoToken => StatusCode::NOT_FOUND,
            Self::Private | Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable(_) => StatusCode::NOT_ACCEPTABLE,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::Gone { .. } => StatusCode::GONE,
            Self::Misconfigured(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy | Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// A sentence that says what is wrong and what to do.
    fn detail(&self) -> String {
        match self {
            Self::BadParameter { parameter, expected } => format!("The parameter `{parameter}` must be {expected}."),
            Self::UnknownParameter([]) => "This resource takes no parameters: leave them out.".to_owned(),
            Self::UnknownParameter(known) => {
                format!("There is a parameter that this resource does not know: it takes {}.", known.join(", "))
            }
            Self::NotFound { paths } => format!("Nothing is here: ask for {paths}."),
            Self::NoToken => "This is off: whoever runs Footfall can set the variable `export_token`.".to_owned(),
            Self::Private => {
                "This is for those who have the token: sign in with any name and the token as the password, or \
                              send it as `Authorization: Bearer <token>`."
                    .to_owned()
            }
            Self::Unauthorized { .. } => {
                "This is for those who have the token: send it as `Authorization: Bearer <token>`.".to_owned()
            }
            Self::MethodNotAllowed { allow } => {
                format!("This resource does not have this method: use {}.", allow.replace(", ", " or "))
            }
            Self::NotAcceptable(offered) => {
                let offered: Vec<_> = offered.iter().map(|format| format.media_type().to_string()).collect();
                format!("This resource has none of the formats in Accept: it has {}.", offered.join(", "))
            }
            Self::UriTooLong => {
                format!("The path and the query are too long: use at most {MAX_PATH_AND_QUERY_BYTES} bytes.")
            }
            Self::Gone { first } => format!(
                "The log does not go on after this visit: its first one is {first}, so ask for `after={}`.",
                first - 1
            ),
            Self::BadUpload(Wrong { line, what }) => {
                format!("Nothing was imported, because of line {line} of the upload: {what}.")
            }
            Self::LongVisit => {
                format!(
                    "A visit needs no body, and this one was not recorded: send at most {MAX_VISIT_BODY_BYTES} bytes."
                )
            }
            Self::TooLarge => {
                "Nothing was imported, because it does not fit into `max_storage`: raise it, or import it \
                on a replica that has more room."
                    .to_owned()
            }
            Self::Conflict(sentence) => (*sentence).to_owned(),
            Self::Busy => "This replica is asking another one already: try again in a few seconds.".to_owned(),
            Self::Misconfigured(invalid) => invalid.to_string(),
            Self::Unavailable { what, error: store::Error::Volume(_) } => format!(
                "{what}, because the volume does not do what the database needs: it is broken or full, or it is a network \
                file system, which is not supported."
            ),
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
            Self::MethodNotAllowed { allow } => Some((ALLOW, allow)),
            Self::Busy | Self::Unavailable { .. } => Some((RETRY_AFTER, RETRY_AFTER_SECONDS)),
            // RFC 7617. It makes a browser ask its user.
            Self::Private => Some((WWW_AUTHENTICATE, "Basic realm=\"footfall\", charset=\"UTF-8\"")),
            Self::Unauthorized { wrong: false } => Some((WWW_AUTHENTICATE, "Bearer realm=\"footfall\"")),
            Self::Unauthorized { wrong: true } => {
                Some((WWW_AUTHENTICATE, "Bearer realm=\"footfall\", error=\"invalid_token\""))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
