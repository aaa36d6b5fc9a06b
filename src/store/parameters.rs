//! What statements take: ranges, times and pages.

use chrono::{DateTime, FixedOffset, Utc};
use spin_sdk::sqlite::Value;

use crate::report::Id;
use crate::visit::Page;
use crate::zone::Zone;

/// A range of time, from `since` (inclusive) until `until` (exclusive).
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// The beginning; `None` for the first visit.
    pub since: Option<DateTime<Utc>>,
    /// The end; `None` for the last visit.
    pub until: Option<DateTime<Utc>>,
}

impl Range {
    /// In microseconds since 1970, with the smallest and the largest possible time where there is no bound.
    pub(super) fn micros(self) -> [i64; 2] {
        [self.since.map_or(0, micros), self.until.map_or(i64::MAX, micros)]
    }

    /// Its bounds in a zone.
    pub fn local(self, zone: &Zone) -> (Option<DateTime<FixedOffset>>, Option<DateTime<FixedOffset>>) {
        let local = |at: Option<DateTime<Utc>>| at.map(|at| zone.local(at));
        (local(self.since), local(self.until))
    }
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
