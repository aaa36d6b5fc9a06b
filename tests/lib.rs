//! What several of the test suites share.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take that waits for nothing but the machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Tries again and again until there is a result.
///
/// # Panics
/// When there is none within [`PATIENCE`].
pub fn eventually<T>(what: &str, attempt: impl FnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, attempt)
}

/// The same with a patience of its own.
///
/// # Panics
/// When there is no result within it.
pub fn eventually_within<T>(patience: Duration, what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(start.elapsed() < patience, "not within {patience:?}: {what}");
        thread::sleep(patience / 4000);
    }
}
