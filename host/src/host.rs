//! The local host: it runs Footfall where Spin is not installed.
//!
//! It runs what `spin up` runs, from the same manifest: one WASI 0.3 component behind HTTP. It is built from what Spin
//! itself is built from (Wasmtime and its `ProxyHandler`, hyper, SQLite through rusqlite), and has Spin's limits and
//! defaults. It refuses what it does not support.
//!
//! There are two binaries: `footfall-host-4-0` with the Wasmtime of Spin 4.0 and `footfall-host-4-1` with that of
//! Spin 4.1. Both compile the files in `host/src`; `host/spin-4-0` and `host/spin-4-1` have what differs between the two
//! Wasmtimes. The WIT that the host gives to a component is in `host/wit`: `host.wit` lists the interfaces of Spin, and
//! [`guest`] links them together with those of WASI.
//!
//! A module uses only modules in the lines below its own:
//!
//! ```text
//! server                  accepts connections; asks `handler`, which is beside this module
//! app                     loads everything that the options name
//! component               compiles and links the component
//! guest                   the state of an instance, and the interfaces that it imports
//! sqlite                  spin:sqlite
//! outbound                requests that the component sends
//! variables               spin:variables
//! bindings                generated from the WIT
//! database                a connection to a database file
//! runtime_config          runtime-config.toml
//! manifest                spin.toml
//! options                 the command line
//! request                 what Spin changes in a request
//! memory                  the memory limit of an instance
//! allowed_hosts, clock, limits, log, process, toml_file
//! ```

mod allowed_hosts;
pub mod app;
pub mod bindings;
mod clock;
mod component;
pub mod database;
pub mod guest;
pub mod limits;
pub mod log;
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
use std::process::ExitCode;

use anyhow::{Error, Result};

use log::report;
use options::{Options, USAGE};

/// Runs the command.
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

/// Runs the application until the process ends. Returns only an error.
fn run(options: &Options) -> Result<Infallible> {
    process::end_at_signals()?;
    let app = app::App::load(options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(server::serve(app, options.listen));
    // A statement of SQL may still run, for any time.
    runtime.shutdown_background();
    ended
}

/// Joins the error and its causes, which may have several lines each.
fn one_line(error: &Error) -> String {
    let text = format!("{error:#}");
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
