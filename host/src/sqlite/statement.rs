//! Runs a statement of SQL, with the types of `spin:sqlite` around it.

use rusqlite::types::{self, ValueRef};
use rusqlite::{CachedStatement, Row, params_from_iter};
use tokio::sync::{mpsc, oneshot};
use tokio::task;

use crate::host::bindings::sqlite::{Error, QueryResult, RowResult, Value};
use crate::host::database::Connection;

/// The largest result in memory, in bytes: Spin's limit. A streamed result is bounded row by row.
const MAX_RESULT: usize = 128 << 20;

/// A result whose rows arrive one by one.
pub struct StreamedResult {
    /// The names of the columns; none if the statement is wrong.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: mpsc::Receiver<RowResult>,
    /// Whether the statement succeeded: known after the last row.
    pub end: oneshot::Receiver<Result<(), Error>>,
}

/// Runs the first statement of `sql`, and collects its rows.
pub async fn query(connection: Connection, sql: String, parameters: Vec<Value>) -> Result<QueryResult, Error> {
    connection.open()?;
    let work = move || {
        let locked = connection.lock()?;
        let mut statement = connection.prepare(&locked, &sql)?;
        let columns = columns(&statement);
        let mut rows = Vec::new();
        let mut size = size_of::<QueryResult>();
        run(&mut statement, parameters, |row| {
            size += row.values.iter().map(size_in_memory).sum::<usize>();
            check_size(size)?;
            rows.push(row);
            Ok(())
        })?;
        Ok(QueryResult { columns, rows })
    };
    task::spawn_blocking(work).await.map_err(|_| Error::Io("internal runtime error".to_owned()))?
}

/// Runs the first statement of `sql`, and sends its rows as they come.
pub async fn stream(connection: Connection, sql: String, parameters: Vec<Value>) -> Result<StreamedResult, Error> {
    connection.open()?;
    let (columns_tx, columns_rx) = oneshot::channel();
    let (rows_tx, rows) = mpsc::channel(4);
    let (end_tx, end) = oneshot::channel();
    let work = move || {
        // Locked to the end: the connection's next statement waits until all rows of this one are read.
        let locked = connection.lock()?;
        let mut statement = match connection.prepare(&locked, &sql) {
            Ok(statement) => statement,
            Err(error) => {
                // There are no columns. The error follows at the end of the rows, as all errors do.
                let _ = columns_tx.send(Vec::new());
                return Err(error.into());
            }
        };
        // The reader may stop early. Then the rest is not read.
        let closed = |what: &str| Error::Io(format!("{what} send error"));
        columns_tx.send(columns(&statement)).map_err(|_| closed("column"))?;
        run(&mut statement, parameters, |row| {
            check_size(row.values.iter().map(size_in_memory).sum())?;
            rows_tx.blocking_send(row).map_err(|_| closed("row"))
        })
    };
    task::spawn_blocking(move || end_tx.send(work()));
    let columns = columns_rx.await.map_err(|error| Error::Io(error.to_string()))?;
    Ok(StreamedResult { columns, rows, end })
}

fn columns(statement: &CachedStatement) -> Vec<String> {
    statement.column_names().into_iter().map(str::to_owned).collect()
}

fn run(
    statement: &mut CachedStatement,
    parameters: Vec<Value>,
    mut each: impl FnMut(RowResult) -> Result<(), Error>,
) -> Result<(), Error> {
    let parameters = parameters.into_iter().map(|value| match value {
        Value::Null => types::Value::Null,
        Value::Integer(number) => types::Value::Integer(number),
        Value::Real(number) => types::Value::Real(number),
        Value::Text(text) => types::Value::Text(text),
        Value::Blob(bytes) => types::Value::Blob(bytes),
    });
    let mut rows = statement.query(params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        let values = (0..row.as_ref().column_count()).map(|column| value(row, column));
        each(RowResult { values: values.collect::<Result<_, _>>()? })?;
    }
    Ok(())
}

fn value(row: &Row, column: usize) -> Result<Value, Error> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        // SQLite does not guarantee UTF-8. As in Spin, a panic here poisons the connection.
        ValueRef::Text(text) => Value::Text(str::from_utf8(text).expect("text in UTF-8").to_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_owned()),
    })
}

fn size_in_memory(value: &Value) -> usize {
    let heap = match value {
        Value::Null | Value::Integer(_) | Value::Real(_) => 0,
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    };
    size_of::<Value>() + heap
}

fn check_size(size: usize) -> Result<(), Error> {
    if size > MAX_RESULT {
        return Err(Error::Io(format!("query result exceeds limit of {MAX_RESULT} bytes")));
    }
    Ok(())
}

/// All errors of SQLite reach a component as text.
impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Io(error.to_string())
    }
}
