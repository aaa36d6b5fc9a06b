//! `footfall-host-4-1`, the local host as Spin 4.1. [`host`] draws the map.
//!
//! ```text
//! engine       Wasmtime 48: its types, and what Spin 4.1 does differently
//! handler      which instance serves a request
//! interfaces   the async functions of Spin's interfaces, as Wasmtime 48 wants them
//! ```

mod engine;
mod handler;
#[path = "../src/host.rs"]
mod host;
mod interfaces;

use std::process::ExitCode;

fn main() -> ExitCode {
    host::main()
}
