//! The resources that want the token in the variable `export_token`.

use http::header::AUTHORIZATION;
use http::request::Parts;

use super::app::App;
use super::problem::Problem;
use crate::config::Token;

/// Checks that a request has the token.
pub fn authorize(app: &App, request: &Parts) -> Result<(), Problem> {
    check(app.config.export_token.as_ref().ok_or(Problem::NoToken)?, request)
}

/// Checks the token of a request: RFC 6750, section 2.1.
fn check(token: &Token, request: &Parts) -> Result<(), Problem> {
    let given = request.headers.get(AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.as_bytes().split_at_checked(b"Bearer ".len())?;
        scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token.trim_ascii())
    });
    match given {
        Some(given) if token.is(given) => Ok(()),
        given => Err(Problem::Unauthorized { wrong: given.is_some() }),
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn only_a_bearer_with_the_token_is_authorized() {
        let token = Token::new("xyzzy");
        for (authorization, expected) in [
            ("Bearer xyzzy", "authorized"),
            ("bearer xyzzy", "authorized"),
            ("Bearer  xyzzy ", "authorized"),
            ("Bearer xyzz", "wrong"),
            ("Bearer xyzzyx", "wrong"),
            ("Bearer ", "wrong"),
            ("Basic xyzzy", "missing"),
            ("xyzzy", "missing"),
            ("", "missing"),
        ] {
            let request = Request::builder().header(AUTHORIZATION, authorization).body(()).expect("a request");
            let result = match check(&token, &request.into_parts().0) {
                Ok(()) => "authorized",
                Err(Problem::Unauthorized { wrong: true }) => "wrong",
                Err(_) => "missing",
            };
            assert_eq!(result, expected, "{authorization:?}");
        }
    }
}
