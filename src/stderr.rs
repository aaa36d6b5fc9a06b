//! Lines for whoever runs the app: standard error, which Kubernetes shows in `kubectl logs`.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line. Unlike `eprintln!` it does not panic where nobody takes it.
pub fn line(message: impl Display) {
    // Thousands of made-up requests a second fail as they should.
    if cfg!(fuzzing) {
        return;
    }
    _ = writeln!(io::stderr(), "footfall: {message}");
}
