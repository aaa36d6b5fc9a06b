//! Paths with a query.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but RFC 3986's unreserved characters, and the slash of pages.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path with a query of those parameters that have a value.
pub fn path_and_query(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let mut text = path.to_owned();
    let given = parameters.iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    for (index, (name, value)) in given.enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.extend(utf8_percent_encode(value, ENCODED));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded() {
        let value = |text: &str| Some(text.to_owned());
        assert_eq!(path_and_query("/visits", &[("page", None)]), "/visits");
        assert_eq!(
            path_and_query("/visits", &[("page", value("/a b?&=+%é")), ("tz", None), ("tail", value("5"))]),
            "/visits?page=/a%20b%3F%26%3D%2B%25%C3%A9&tail=5"
        );
    }
}
