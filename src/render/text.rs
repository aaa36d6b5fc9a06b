//! Plain text, for a terminal.

use std::fmt::Write;

use crate::report::{Count, Home, Tail};
use crate::zone;

/// Two lines: the time with its zone, and the number of the visit.
pub fn home(home: &Home) -> String {
    let time = zone::human(&home.time);
    match home.visit {
        Some(visit) => format!("{time}\nvisit {visit} on {}\n", home.replica),
        None => format!("{time}\n{} visits on {}\n", home.visits, home.replica),
    }
}

/// A line a visit with the time of its day, oldest first.
pub fn tail(tail: &Tail) -> String {
    let mut lines = String::new();
    for visit in &tail.visits {
        // Writing to a string does not fail.
        _ = writeln!(lines, "{}", visit.at.format("%H:%M:%S"));
    }
    lines
}

/// The number alone.
pub fn count(count: &Count) -> String {
    format!("{}\n", count.visits)
}
