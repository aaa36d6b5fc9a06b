//! What several of the test suites share.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take that waits for nothing but the machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Tries again and again until there is a result.
///
/// # Panics
/// When there is none within [`PATIENCE`].
pub fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
