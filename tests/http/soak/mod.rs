//! What wears a server out: each test does something to it again and again, under load, and then counts.
//!
//! ```text
//! kills         the end of the process, at any moment
//! full_disk     a volume that fills
//! locks         another process that holds the write lock
//! connections   thousands of clients that say nothing
//! endurance     millions of visits
//! simulation    twenty years on the least storage
//!
//! load          visits over many connections, and whether the log says the same
//! ```
//!
//! `make test` has it all in brief. `make soak`, which sets `FOOTFALL_SOAK`, takes half an hour.

mod connections;
mod endurance;
mod full_disk;
mod kills;
pub mod load;
mod locks;
mod simulation;

use std::env;
use std::fmt::Arguments;
use std::time::Duration;

/// How long anything may take that waits for nobody. Two cores may be busy.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Pages that are visited a lot.
const PAGES: [&str; 6] = ["/", "/a", "/blog/hello", "/blog/bye", "/x/y/z", "/%2F"];

/// The page of a visit, where there are only a few pages.
pub fn few_pages(number: u64) -> String {
    PAGES[usize::try_from(number % 6).unwrap_or_default()].to_owned()
}

/// What suits the time that there is.
fn scaled<T>(brief: T, long: T) -> T {
    let is_long = env::var_os("FOOTFALL_SOAK").is_some_and(|value| !value.is_empty() && value != "0");
    if is_long { long } else { brief }
}

/// Tells what was measured.
fn say(what: Arguments) {
    eprintln!("  soak: {what}");
}
