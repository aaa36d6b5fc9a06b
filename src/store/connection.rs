//! A connection, and running one statement on it.

use std::cell::Cell;

use spin_sdk::sqlite::{self, RowResult, Value};

use super::error::Error;

/// A connection to the database.
pub struct Connection {
    sqlite: sqlite::Connection,
    /// Whether it was prepared for the statements of requests: see `open`.
    pub is_prepared: Cell<bool>,
    temporary_in_memory: Cell<bool>,
}

impl Connection {
    /// Opens the database file, which happens with the first statement.
    pub async fn open() -> Result<Self, Error> {
        // Natively there is only a stub of SQLite, which panics: to the fuzzers, the database is missing.
        if cfg!(fuzzing) {
            return Err(Error::Failed("there is none".to_owned()));
        }
        let sqlite = sqlite::Connection::open_default().await?;
        Ok(Self { sqlite, is_prepared: Cell::new(false), temporary_in_memory: Cell::new(false) })
    }

    /// Runs a statement for its effect.
    pub async fn run(&self, statement: &str, parameters: &[Value]) -> Result<(), Error> {
        self.row(statement, parameters).await.map(drop)
    }

    /// Runs a statement for its effect, whatever number of rows it returns.
    pub async fn run_to_end(&self, statement: &str) -> Result<(), Error> {
        let (_, mut rows, end) = self.sqlite.execute(statement, []).await?.into_inner();
        while rows.next().await.is_some() {}
        Ok(end.await?)
    }

    /// Runs a statement that returns at most one row, and tells whether it did.
    pub async fn has_row(&self, statement: &str, parameters: &[Value]) -> Result<bool, Error> {
        Ok(self.row(statement, parameters).await?.is_some())
    }

    /// Runs a statement that returns one row of integers.
    pub async fn integers<const N: usize>(&self, statement: &str, parameters: &[Value]) -> Result<[i64; N], Error> {
        let row = self.row(statement, parameters).await?;
        let values = row.map(|row| row.values.into_iter().filter_map(i64::from_value).collect::<Vec<_>>());
        values.and_then(|values| values.try_into().ok()).ok_or_else(|| unexpected(statement))
    }

    /// Runs a statement that returns one row with one value.
    pub async fn value<T: FromValue>(&self, statement: &str, parameters: &[Value]) -> Result<T, Error> {
        self.optional(statement, parameters).await?.ok_or_else(|| unexpected(statement))
    }

    /// Runs a statement that returns at most one row with one value.
    pub async fn optional<T: FromValue>(&self, statement: &str, parameters: &[Value]) -> Result<Option<T>, Error> {
        let row = self.row(statement, parameters).await?;
        Ok(row.and_then(|row| row.values.into_iter().next()).and_then(T::from_value))
    }

    /// Runs a statement that has at most one row. It is committed only once its end is awaited.
    async fn row(&self, statement: &str, parameters: &[Value]) -> Result<Option<RowResult>, Error> {
        let (_, mut rows, end) = self.sqlite.execute(statement, parameters.iter().cloned()).await?.into_inner();
        // Spin keeps up to four rows for whoever reads them later, so that one is there at the end.
        end.await?;
        Ok(rows.next().await)
    }

    /// Makes SQLite keep in memory what it sorts and what is the connection's own: the shim has no directory for
    /// temporary files.
    pub async fn keep_temporary_in_memory(&self) -> Result<(), Error> {
        if !self.temporary_in_memory.get() {
            self.run("PRAGMA temp_store = MEMORY", &[]).await?;
            self.temporary_in_memory.set(true);
        }
        Ok(())
    }
}

fn unexpected(statement: &str) -> Error {
    Error::Failed(format!("no answer to `{}`", statement.trim()))
}

/// A type that SQLite's values can be read as.
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
