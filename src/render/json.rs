//! JSON. The types of the reports define its members.

use serde::Serialize;

/// A report as one line of JSON.
pub fn line(report: &impl Serialize) -> String {
    // Only maps whose keys are not text fail, and no report has one.
    let mut json = serde_json::to_string(report).unwrap_or_default();
    json.push('\n');
    json
}

/// A line of JSON for each record.
pub fn lines<T: Serialize>(records: &[T]) -> String {
    records.iter().map(line).collect()
}
