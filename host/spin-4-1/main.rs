//! `footfall-host-4-1`, the local host as Spin 4.1.

mod engine;
#[path = "../src/host.rs"]
mod host;

use std::process::ExitCode;

fn main() -> ExitCode {
    host::main()
}
