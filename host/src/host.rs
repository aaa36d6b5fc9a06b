//! A local host for Footfall, where Spin is not installed.
//!
//! It runs what `spin up` runs, from the same manifest: one WASI 0.3 component behind HTTP. It does so with what Spin
//! itself is made of (Wasmtime and its `ProxyHandler`, hyper, SQLite through rusqlite), by Spin's limits and defaults,
//! and refuses what it does not know rather than to run something else.
//!
//! There are two of it: `footfall-host-4-0` with the Wasmtime of Spin 4.0, `footfall-host-4-1` with that of Spin 4.1.
//! Both compile the files here, each with an `engine` of its own for what the two Wasmtimes have in other words.
//!
//! ```text
//! options ─► app ─► server            the command line, what is to run, and the running of it
//!             ├─ manifest, runtime_config, variables, clock, allowed_hosts     what the files say
//!             ├─ component            what is compiled
//!             ├─ guest                what an instance of the component has
//!             │   ├─ sqlite, variables, outbound                               what it can call
//!             │   └─ memory                                                    how large it may grow
//!             └─ engine::handler      which instance serves a request, and how long one lives (limits)
//! ```

mod allowed_hosts;
pub mod app;
pub mod bindings;
mod clock;
mod component;
pub mod guest;
pub mod limits;
mod manifest;
mod memory;
mod options;
mod outbound;
mod process;
mod request;
mod runtime_config;
mod server;
pub mod sqlite;
mod toml_file;
pub mod variables;

use std::convert::Infallible;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Error, Result};

use options::{Options, USAGE};

/// The command.
pub fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(one_line(&error));
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<()> {
    match Options::from_args()? {
        Some(options) => match run(&options)? {},
        None => print!("{USAGE}"),
    }
    Ok(())
}

/// Runs the application until the process is ended; comes back only where it cannot start, or go on.
fn run(options: &Options) -> Result<Infallible> {
    process::end_at_signals()?;
    let app = app::App::load(options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(server::serve(app, options.listen));
    // Statements of SQL may run on for as long as they like.
    runtime.shutdown_background();
    ended
}

/// The error and its causes, which may be of several lines themselves.
fn one_line(error: &Error) -> String {
    let text = format!("{error:#}");
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Says on stderr what happened. That nobody reads it is no reason to stop, as it would be for `eprintln!`.
pub fn report(what: impl Display) {
    let _ = writeln!(io::stderr(), "footfall-host: {what}");
}
