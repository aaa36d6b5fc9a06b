//! One statement, and trying again while the database is locked.
//!
//! Statements are those of Spin's that block: the instance does nothing else until one is done. With the others, which
//! do not, each costs more, for its rows and its end come through a stream and a future of their own.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
// The SDK itself wraps only the statements that do not block. This is what it wraps.
pub use spin_sdk::sqlite::wit::sqlite::Connection;
use spin_sdk::sqlite::{self, RowResult, Value};

use super::Error;

/// How long is waited for the write lock of another instance.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long between two tries, in which the instance does other things.
const PAUSE: Duration = Duration::from_micros(300);

/// Tries again while others have the database locked.
pub async fn patiently<T>(mut attempt: impl AsyncFnMut() -> Result<T, Error>) -> Result<T, Error> {
    let start = Instant::now();
    loop {
        match attempt().await {
            Err(Error::Locked) if start.elapsed() < PATIENCE => spin_sdk::time::sleep(PAUSE).await,
            result => return result,
        }
    }
}

/// Runs a statement and returns its rows.
pub fn query(connection: &Connection, statement: &str, parameters: &[Value]) -> Result<Vec<RowResult>, Error> {
    Ok(connection.execute(statement, parameters)?.rows)
}

/// Runs a statement for what it does.
pub fn run(connection: &Connection, statement: &str, parameters: &[Value]) -> Result<(), Error> {
    query(connection, statement, parameters).map(drop)
}

/// Runs a statement whose answer is one integer; NULL and no row are 0.
pub fn integer(connection: &Connection, statement: &str, parameters: &[Value]) -> Result<i64, Error> {
    let rows = query(connection, statement, parameters)?;
    Ok(rows.first().and_then(|row| row.get(0)).unwrap_or(0))
}

/// Runs a statement whose answer is one text of JSON: many small rows come faster so.
pub fn json<T: DeserializeOwned>(connection: &Connection, statement: &str, parameters: &[Value]) -> Result<T, Error> {
    let rows = query(connection, statement, parameters)?;
    let text: &str = rows.first().and_then(|row| row.get(0)).unwrap_or_default();
    Ok(serde_json::from_str(text)?)
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
