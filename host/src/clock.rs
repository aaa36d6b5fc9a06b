//! The wall clock of the component, if a test sets it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::DateTime;
use wasmtime_wasi::HostWallClock;

/// A clock that reads the RFC 3339 time from a file each time it is asked.
#[derive(Clone)]
pub struct FileClock(Arc<State>);

struct State {
    path: PathBuf,
    last: Mutex<Duration>,
}

impl FileClock {
    /// Opens the file. It must contain a time.
    pub fn open(path: &Path) -> Result<Self> {
        let last = Mutex::new(read(path)?);
        Ok(Self(Arc::new(State { path: path.to_owned(), last })))
    }
}

fn read(path: &Path) -> Result<Duration> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the clock {}", path.display()))?;
    let text = text.trim();
    let time = DateTime::parse_from_rfc3339(text)
        .with_context(|| format!("the clock {} holds `{text}`, which is no RFC 3339 time", path.display()))?;
    let seconds = u64::try_from(time.timestamp())
        .ok()
        .with_context(|| format!("the clock {} shows a time before 1970", path.display()))?;
    // A leap second is written as one second with up to two thousand million nanoseconds.
    Ok(Duration::from_secs(seconds) + Duration::from_nanos(time.timestamp_subsec_nanos().into()))
}

impl HostWallClock for FileClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        // A test may be writing the file at this moment: then the last time counts.
        if let Ok(now) = read(&self.0.path) {
            *last = now;
        }
        *last
    }
}
