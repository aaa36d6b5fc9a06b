//! `footfall-host`, the command.

use std::process::ExitCode;

use anyhow::{Error, Result};
use footfall_host::{Options, USAGE, run};

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("footfall-host: {}", one_line(&error));
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

/// The error and its causes, which may be of several lines themselves.
fn one_line(error: &Error) -> String {
    let text = format!("{error:#}");
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
