//! Log lines for operators, on standard error: Kubernetes shows them in `kubectl logs`.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line. Unlike `eprintln!`, it does not panic if standard error is closed.
pub fn line(message: impl Display) {
    // The fuzzers cause thousands of errors a second, as they should.
    if cfg!(fuzzing) {
        return;
    }
    _ = writeln!(io::stderr(), "footfall: {message}");
}
