//! A local host for Footfall, where Spin is not installed.
//!
//! It runs what `spin up` runs, from the same manifest: one WASI 0.3 component behind HTTP. It does so with what Spin
//! itself is made of (Wasmtime and its `ProxyHandler`, hyper, SQLite through rusqlite), by Spin 4.1's limits and
//! defaults, and refuses what it does not know rather than to run something else.
//!
//! ```text
//! options ─► app ─► server            the command line, what is to run, and the running of it
//!             ├─ manifest, runtime_config, variables, clock, allowed_hosts     what the files say
//!             ├─ guest                what an instance of the component has
//!             │   ├─ sqlite, variables, outbound                               what it can call
//!             │   └─ memory                                                    how large it may grow
//!             └─ worker               how long it lives
//! ```

mod allowed_hosts;
mod app;
mod bindings;
mod clock;
mod guest;
mod manifest;
mod memory;
mod options;
mod outbound;
mod request;
mod runtime_config;
mod server;
mod sqlite;
mod toml_file;
mod variables;
mod worker;

use std::convert::Infallible;
use std::fmt::Display;
use std::io::{self, Write};

use anyhow::Result;

pub use allowed_hosts::AllowedHost;
pub use options::{Options, USAGE};

/// Runs the application until the process is ended; comes back only where it cannot start.
pub fn run(options: &Options) -> Result<Infallible> {
    let app = app::App::load(options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(server::serve(app, options.listen))
}

/// Says on stderr what happened. That nobody reads it is no reason to stop, as it would be for `eprintln!`.
fn report(what: impl Display) {
    let _ = writeln!(io::stderr(), "footfall-host: {what}");
}
