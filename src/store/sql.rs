//! One statement, with another try while the database is locked.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use spin_sdk::sqlite::{self, Connection, RowResult, Value};

use super::Error;

/// How long a statement waits for the write lock of another instance.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long it waits between two tries. SQLite's own busy handler would sleep up to 100 ms.
const PAUSE: Duration = Duration::from_micros(300);

/// Runs a statement and returns its rows.
pub async fn query(connection: &Connection, statement: &str, parameters: Vec<Value>) -> Result<Vec<RowResult>, Error> {
    let start = Instant::now();
    loop {
        match once(connection, statement, parameters.clone()).await {
            Err(Error::Locked) if start.elapsed() < PATIENCE => pause().await,
            result => return result,
        }
    }
}

/// Runs a statement for what it does.
pub async fn run(connection: &Connection, statement: &str, parameters: Vec<Value>) -> Result<(), Error> {
    query(connection, statement, parameters).await.map(drop)
}

/// Runs a statement whose answer is one integer; NULL and no row are 0.
pub async fn integer(connection: &Connection, statement: &str, parameters: Vec<Value>) -> Result<i64, Error> {
    let rows = query(connection, statement, parameters).await?;
    Ok(rows.first().and_then(|row| row.get(0)).unwrap_or(0))
}

/// Runs a statement whose answer is one text of JSON: many small rows come faster so.
pub async fn json<T: DeserializeOwned>(
    connection: &Connection,
    statement: &str,
    parameters: Vec<Value>,
) -> Result<T, Error> {
    let rows = query(connection, statement, parameters).await?;
    let text: &str = rows.first().and_then(|row| row.get(0)).unwrap_or_default();
    Ok(serde_json::from_str(text)?)
}

/// Lets others go on for a moment.
pub async fn pause() {
    spin_sdk::time::sleep(PAUSE).await;
}

async fn once(connection: &Connection, statement: &str, parameters: Vec<Value>) -> Result<Vec<RowResult>, Error> {
    Ok(connection.execute(statement, parameters).await?.collect().await?)
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
