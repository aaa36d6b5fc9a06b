//! `footfall-seed`, which fills an empty log with visits that nobody made, to see how the app does with many.
//!
//! ```text
//! database   the app's own schema, whose triggers keep the tallies
//! visits     when, and to which page
//! ```

mod database;
mod visits;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use lexopt::{Arg, Parser, ValueExt};

use database::Database;
use visits::{DAYS, Visits};

const USAGE: &str = "\
Fills an empty log with visits: to 1000 pages, over the 60 days before now.

Usage: footfall-seed [--visits N] [--file FILE]

Options:
  --visits N   How many, up to 1000000000 [default: 1000000]
  --file FILE  The database, made where it is missing [default: data/visits.db]
";

const AT_MOST: i64 = 1_000_000_000;

fn main() -> ExitCode {
    match start(Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("footfall-seed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(mut args: Parser) -> Result<()> {
    let (mut number, mut file) = (1_000_000, PathBuf::from("data/visits.db"));
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("visits") => number = in_range(&args.value()?.string()?)?,
            Arg::Long("file") => file = args.value()?.into(),
            Arg::Short('h') | Arg::Long("help") => {
                print!("{USAGE}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    seed(number, file)
}

fn in_range(text: &str) -> Result<i64> {
    let number = text.parse().ok().filter(|number| (1..=AT_MOST).contains(number));
    number.with_context(|| format!("the number of visits must be from 1 to {AT_MOST}, and is `{text}`"))
}

fn seed(number: i64, file: PathBuf) -> Result<()> {
    let start = Instant::now();
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?;
    let name = file.display().to_string();
    let mut progress = Progress { total: number, tty: io::stdout().is_terminal(), shown: 0 };
    let pages = Database::open(file)?.fill(Visits::new(number, now), |done| progress.show(done))?;
    progress.end();
    let seconds = start.elapsed().as_secs_f32();
    println!("{name} has {number} visits to {pages} pages over {DAYS} days: made in {seconds:.1} s.");
    Ok(())
}

/// A counter on a terminal, and elsewhere a line for every tenth.
struct Progress {
    total: i64,
    tty: bool,
    shown: i64,
}

impl Progress {
    fn show(&mut self, done: i64) {
        let steps = if self.tty { 1000 } else { 10 };
        let step = done * steps / self.total;
        if step == self.shown {
            return;
        }
        self.shown = step;
        let percent = done * 100 / self.total;
        // That nobody reads it is no reason to stop.
        let mut stdout = io::stdout();
        _ = if self.tty {
            write!(stdout, "\r{done} of {} visits, {percent} %", self.total).and_then(|()| stdout.flush())
        } else {
            writeln!(stdout, "{done} of {} visits, {percent} %", self.total)
        };
    }

    fn end(&self) {
        if self.tty {
            println!();
        }
    }
}
