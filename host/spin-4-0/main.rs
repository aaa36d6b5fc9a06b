//! `footfall-host-4-0`, the local host as Spin 4.0. [`host`] draws the map.
//!
//! ```text
//! engine       Wasmtime 44: its types, and what Spin 4.0 does differently
//! handler      which instance serves a request
//! interfaces   the async functions of Spin's interfaces, as Wasmtime 44 wants them
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
