//! The end of the process.

use std::io;
use std::process::abort;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGKILL, SIGTERM};
use signal_hook::{flag, low_level};

/// Ends the process at SIGTERM and SIGINT, at once, as Spin's shim does.
///
/// Without a handler they do so too, except in process 1 of a container, which receives only signals that it handles.
pub fn end_at_signals() -> io::Result<()> {
    for signal in [SIGTERM, SIGINT] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::new(AtomicBool::new(true)))?;
    }
    Ok(())
}

/// Ends the process as `kill -9` does.
pub fn kill() -> ! {
    // Process 1 cannot kill itself: then it aborts.
    let _ = low_level::raise(SIGKILL);
    abort()
}
