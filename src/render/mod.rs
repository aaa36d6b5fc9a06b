//! An answer in a format: pure functions, one file a format.

pub mod csv;
pub mod html;
pub mod json;
pub mod metrics;
pub mod svg;
pub mod text;

use chrono::{DateTime, FixedOffset};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::bucket::Bucket;

/// What stands for itself in a query: RFC 3986's unreserved characters, and the slash of pages.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path with those parameters that have a value.
pub fn target(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let mut target = path.to_owned();
    let given = parameters.iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    for (place, (name, value)) in given.enumerate() {
        target.push(if place == 0 { '?' } else { '&' });
        target.push_str(name);
        target.push('=');
        target.extend(utf8_percent_encode(value, KEPT));
    }
    target
}

/// What a bucket is called, by its start.
fn label(bucket: Bucket, start: &DateTime<FixedOffset>) -> String {
    let format = match bucket {
        Bucket::Minute | Bucket::Hour => "%Y-%m-%d %H:%M%:z",
        Bucket::Day => "%Y-%m-%d",
    };
    start.format(format).to_string()
}

/// A number with its thousands set apart.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded() {
        let value = |text: &str| Some(text.to_owned());
        assert_eq!(target("/visits", &[("page", None)]), "/visits");
        assert_eq!(
            target("/visits", &[("page", value("/a b?&=+%é")), ("tz", None), ("tail", value("5"))]),
            "/visits?page=/a%20b%3F%26%3D%2B%25%C3%A9&tail=5"
        );
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (123_456, "123,456"), (1_000_000, "1,000,000")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
