//! One statement, and trying again while the database is locked.

use std::cell::Cell;
use std::time::{Duration, Instant};

use spin_sdk::sqlite::{self, RowResult, Value};
use spin_sdk::wasip3::random::insecure::get_insecure_random_u64;

use super::Error;

/// For how long a statement is tried again while others have the database locked.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// The pause before a locked statement is tried again: at least this, and less than twice that. A commit takes a tenth.
const LOCK_PAUSE: Duration = Duration::from_micros(500);

/// A connection to the database.
pub struct Connection {
    sqlite: sqlite::Connection,
    ready_to_read: Cell<bool>,
}

impl Connection {
    /// Opens the database file, which happens with the first statement.
    pub async fn open() -> Result<Self, Error> {
        // Natively there is only a stub of SQLite, which panics: who fuzzes the app finds the database missing.
        if cfg!(fuzzing) {
            return Err(Error::Failed("there is none".to_owned()));
        }
        Ok(Self { sqlite: sqlite::Connection::open_default().await?, ready_to_read: Cell::new(false) })
    }

    /// Runs a statement for what it does.
    pub async fn run(&self, statement: &str, parameters: &[Value]) -> Result<(), Error> {
        self.row(statement, parameters).await.map(drop)
    }

    /// Runs a statement whose answer is one row with one value.
    pub async fn value<T: FromValue>(&self, statement: &str, parameters: &[Value]) -> Result<T, Error> {
        let row = self.row(statement, parameters).await?;
        let value = row.and_then(|row| row.values.into_iter().next()).and_then(T::from_value);
        value.ok_or_else(|| Error::Failed(format!("no answer to `{}`", statement.trim())))
    }

    /// Runs a statement that has at most one row. It is committed only once its end is awaited.
    async fn row(&self, statement: &str, parameters: &[Value]) -> Result<Option<RowResult>, Error> {
        let (_, mut rows, end) = self.sqlite.execute(statement, parameters.iter().cloned()).await?.into_inner();
        // Spin keeps up to four rows for whoever reads them later, so that one is there at the end.
        end.await?;
        Ok(rows.next().await)
    }

    /// Sees to it that a read that needs room for sorting takes memory: the shim has no directory for temporary files.
    pub async fn prepare_to_read(&self) -> Result<(), Error> {
        if !self.ready_to_read.get() {
            self.run("PRAGMA temp_store = MEMORY", &[]).await?;
            self.ready_to_read.set(true);
        }
        Ok(())
    }
}

/// A type that a value of SQLite is read as.
pub trait FromValue: Sized {
    /// The value; `None` where it is of another type.
    fn from_value(value: Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Integer(number) = value { Some(number) } else { None }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

/// Tries again while others have the database locked, for at most five seconds.
pub async fn retry_while_locked<T>(attempt: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    let mut deadline = None;
    loop {
        match attempt().await {
            Err(Error::Locked) if Instant::now() < *deadline.get_or_insert_with(|| Instant::now() + LOCK_TIMEOUT) => {
                spin_sdk::time::sleep(pause()).await;
            }
            result => return result,
        }
    }
}

/// A different one for each, so that those who wait do not come back all at once.
fn pause() -> Duration {
    let jitter = get_insecure_random_u64() % u64::from(LOCK_PAUSE.subsec_nanos());
    LOCK_PAUSE + Duration::from_nanos(jitter)
}

/// SQLite's errors arrive as text only.
impl From<sqlite::Error> for Error {
    fn from(error: sqlite::Error) -> Self {
        match error {
            sqlite::Error::Io(text) if text.contains("is locked") => Self::Locked,
            sqlite::Error::Io(text) if text.contains("readonly database") => Self::ReadOnly,
            sqlite::Error::Io(text) => Self::Failed(text),
            error => Self::Failed(error.to_string()),
        }
    }
}

/// What SQLite takes and gives as JSON is of our own making.
impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
