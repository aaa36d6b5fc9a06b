//! What statements take: ranges, times and pages.

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use crate::range::Range;
use crate::report::Id;
use crate::visit::Page;

/// A range in microseconds since 1970, with the smallest and the largest possible time where there is no bound.
pub fn range_micros(range: Range) -> [i64; 2] {
    [range.since.map_or(0, micros), range.until.map_or(i64::MAX, micros)]
}

/// A time as the log has it, in microseconds since 1970. No visit is earlier.
pub fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros().max(0)
}

/// A time as the log has it.
pub fn time(at: DateTime<Utc>) -> Value {
    Value::Integer(micros(at))
}

/// The name of a page.
pub fn text(page: &Page) -> Value {
    Value::Text(page.as_str().to_owned())
}

/// The name of a page, or NULL for all pages.
pub fn text_or_null(page: Option<&Page>) -> Value {
    page.map_or(Value::Null, text)
}

/// Ids, as JSON.
pub fn ids(ids: &[Id]) -> Value {
    // Texts always have a form in JSON.
    Value::Text(serde_json::to_string(ids).unwrap_or_default())
}

/// A number.
pub fn number(number: usize) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
