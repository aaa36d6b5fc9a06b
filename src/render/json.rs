//! JSON, as the answers describe themselves.

use serde::Serialize;

/// An answer as one line of JSON.
pub fn line(answer: &impl Serialize) -> String {
    // Only a map whose keys are not text could fail, and no answer has one.
    let mut json = serde_json::to_string(answer).unwrap_or_default();
    json.push('\n');
    json
}

/// A line for each.
pub fn lines<T: Serialize>(answers: &[T]) -> String {
    answers.iter().map(line).collect()
}
