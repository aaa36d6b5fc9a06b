//! What wears a server out: each test does something to it again and again, under load, and then counts.
//!
//! ```text
//! kills         the end of the process, at any moment
//! full_disk     a volume that fills
//! read_only     a database that cannot be written
//! locks         another process that holds the write lock
//! clock         a clock that jumps
//! peers         peers that hang, reset and talk without end
//! connections   thousands of clients that say nothing
//! endurance     millions of visits
//!
//! load          visits over many connections
//! ledger        what became of them, and whether the log says the same
//! random        moments that can be had again
//! ```
//!
//! `make test` has it all in brief. `make soak`, which sets `FOOTFALL_SOAK`, takes twenty minutes, and prints
//! what it measured.

mod clock;
mod connections;
mod endurance;
mod full_disk;
mod kills;
mod ledger;
mod load;
mod locks;
mod peers;
mod random;
mod read_only;

use std::env;
use std::fmt::Arguments;
use std::time::Duration;

/// How long anything may take that waits for nobody. Two cores may be busy.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Pages that are visited a lot.
const PAGES: [&str; 6] = ["/", "/a", "/blog/hello", "/blog/bye", "/x/y/z", "/%2F"];

/// Whether there is time.
fn long() -> bool {
    env::var_os("FOOTFALL_SOAK").is_some_and(|value| !value.is_empty() && value != "0")
}

/// What suits the time that there is.
fn scaled<T>(brief: T, long_form: T) -> T {
    if long() { long_form } else { brief }
}

/// The page of a visit, where there are only a few pages.
fn few_pages(number: u64) -> String {
    PAGES[usize::try_from(number % 6).unwrap_or_default()].to_owned()
}

/// Tells how it goes, and what was measured.
fn say(what: Arguments) {
    eprintln!("  soak: {what}");
}

/// Bytes as MiB.
fn mib(bytes: impl TryInto<usize>) -> usize {
    bytes.try_into().unwrap_or(usize::MAX) >> 20
}
