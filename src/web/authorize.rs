//! Who may ask for what is not for anybody: the tokens in the variables `read_token` and `export_token`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::app::App;
use super::problem::Problem;
use crate::config::Token;

/// Checks that a request has the token for the export.
pub fn authorize(app: &App, request: &Parts) -> Result<(), Problem> {
    check_exporter(app.config.export_token.as_ref().ok_or(Problem::NoToken)?, request)
}

/// Checks that a request has the token for reading, if there is one, or that for the export, which allows more.
pub fn authorize_reader(app: &App, request: &Parts) -> Result<(), Problem> {
    let Some(token) = &app.config.read_token else { return Ok(()) };
    check_reader(&[Some(token), app.config.export_token.as_ref()], request)
}

fn check_exporter(token: &Token, request: &Parts) -> Result<(), Problem> {
    match bearer(request) {
        Some(given) if token.is(given) => Ok(()),
        given => Err(Problem::Unauthorized { wrong: given.is_some() }),
    }
}

fn check_reader(tokens: &[Option<&Token>], request: &Parts) -> Result<(), Problem> {
    let given = bearer(request).map(<[u8]>::to_vec).or_else(|| password(request)).ok_or(Problem::Private)?;
    // Each is compared, so that how long it takes does not tell which one it is.
    let is_one = tokens.iter().flatten().fold(false, |is_one, token| token.is(&given) | is_one);
    if is_one { Ok(()) } else { Err(Problem::Private) }
}

/// The token of a request: RFC 6750, section 2.1.
fn bearer(request: &Parts) -> Option<&[u8]> {
    credentials(request, b"Bearer ")
}

/// The password of a request: RFC 7617, section 2. Its user may be anybody.
fn password(request: &Parts) -> Option<Vec<u8>> {
    let mut pair = STANDARD.decode(credentials(request, b"Basic ")?).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    Some(pair.split_off(colon + 1))
}

fn credentials<'a>(request: &'a Parts, scheme: &[u8]) -> Option<&'a [u8]> {
    let value = request.headers.get(AUTHORIZATION)?;
    let (given, credentials) = value.as_bytes().split_at_checked(scheme.len())?;
    given.eq_ignore_ascii_case(scheme).then_some(credentials.trim_ascii())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn request(authorization: &str) -> Parts {
        let request = Request::builder().header(AUTHORIZATION, authorization).body(()).expect("a request");
        request.into_parts().0
    }

    #[test]
    fn only_a_bearer_with_the_token_may_export() {
        let token = Token::new("xyzzy");
        for (authorization, expected) in [
            ("Bearer xyzzy", "authorized"),
            ("bearer xyzzy", "authorized"),
            ("Bearer  xyzzy ", "authorized"),
            ("Bearer xyzz", "wrong"),
            ("Bearer xyzzyx", "wrong"),
            ("Bearer ", "wrong"),
            ("Basic Onh5enp5", "missing"),
            ("Basic xyzzy", "missing"),
            ("xyzzy", "missing"),
            ("", "missing"),
        ] {
            let result = match check_exporter(&token, &request(authorization)) {
                Ok(()) => "authorized",
                Err(Problem::Unauthorized { wrong: true }) => "wrong",
                Err(_) => "missing",
            };
            assert_eq!(result, expected, "{authorization:?}");
        }
    }

    #[test]
    fn a_reader_has_either_token_as_a_bearer_or_as_the_password_of_anybody() {
        let (read, export) = (Token::new("xyzzy"), Token::new("pl:ugh"));
        for (authorization, expected) in [
            ("Bearer xyzzy", true),
            ("Bearer pl:ugh", true),
            // `:xyzzy`, `me:xyzzy`, `me:pl:ugh`
            ("Basic Onh5enp5", true),
            ("basic bWU6eHl6enk=", true),
            ("Basic bWU6cGw6dWdo", true),
            // `xyzzy`, `xyzzy:`, `me:xyzz`, and what is no Base64
            ("Basic eHl6enk=", false),
            ("Basic eHl6enk6", false),
            ("Basic bWU6eHl6eg==", false),
            ("Basic \u{e9}", false),
            ("Basic", false),
            ("Bearer me:xyzzy", false),
            ("", false),
        ] {
            let result = check_reader(&[Some(&read), Some(&export)], &request(authorization));
            assert_eq!(result.is_ok(), expected, "{authorization:?}");
            let alone = check_reader(&[Some(&read), None], &request(authorization));
            assert_eq!(alone.is_ok(), expected && !authorization.contains("pl") && !authorization.ends_with("dWdo"));
        }
    }
}
