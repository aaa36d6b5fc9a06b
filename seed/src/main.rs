//! `footfall-seed` fills an empty log with generated visits, to try the app with many of them.
//!
//! ```text
//! main       the command line and the progress
//! database   writes the visits, into the app's own schema (src/store/schema.sql)
//! visits     generates them: when, and to which page
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
  --file FILE  The database, created if missing [default: data/visits.db]
";

const MAX_VISITS: i64 = 1_000_000_000;

fn main() -> ExitCode {
    match run(Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("footfall-seed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: Parser) -> Result<()> {
    let (mut visits, mut file) = (1_000_000, PathBuf::from("data/visits.db"));
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("visits") => visits = parse_visits(&args.value()?.string()?)?,
            Arg::Long("file") => file = args.value()?.into(),
            Arg::Short('h') | Arg::Long("help") => {
                print!("{USAGE}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    seed(visits, file)
}

fn parse_visits(text: &str) -> Result<i64> {
    let visits = text.parse().ok().filter(|visits| (1..=MAX_VISITS).contains(visits));
    visits.with_context(|| format!("the number of visits must be from 1 to {MAX_VISITS}, and is `{text}`"))
}

fn seed(visits: i64, file: PathBuf) -> Result<()> {
    let start = Instant::now();
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?;
    let name = file.display().to_string();
    let mut progress = Progress { total: visits, is_terminal: io::stdout().is_terminal(), shown: 0 };
    let pages = Database::open(file)?.fill(Visits::new(visits, now), |done| progress.show(done))?;
    progress.finish();
    let seconds = start.elapsed().as_secs_f32();
    println!("{name} has {visits} visits to {pages} pages over {DAYS} days: written in {seconds:.1} s.");
    Ok(())
}

/// A counter on a terminal; elsewhere a line for every tenth of the visits.
struct Progress {
    total: i64,
    is_terminal: bool,
    shown: i64,
}

impl Progress {
    fn show(&mut self, done: i64) {
        let steps = if self.is_terminal { 1000 } else { 10 };
        let step = done * steps / self.total;
        if step == self.shown {
            return;
        }
        self.shown = step;
        let percent = done * 100 / self.total;
        // A closed pipe is no reason to stop.
        let mut stdout = io::stdout();
        _ = if self.is_terminal {
            write!(stdout, "\r{done} of {} visits, {percent} %", self.total).and_then(|()| stdout.flush())
        } else {
            writeln!(stdout, "{done} of {} visits, {percent} %", self.total)
        };
    }

    fn finish(&self) {
        if self.is_terminal {
            println!();
        }
    }
}
