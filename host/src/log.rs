//! Messages for whoever runs the host.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line to stderr. `eprintln!` would panic where stderr is closed.
pub fn report(message: impl Display) {
    let _ = writeln!(io::stderr(), "footfall-host: {message}");
}
