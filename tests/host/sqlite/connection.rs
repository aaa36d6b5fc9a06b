//! One connection to a database file.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{self, ValueRef};
use rusqlite::{CachedStatement, Row, params_from_iter};
use tokio::sync::{OnceCell, mpsc, oneshot};
use tokio::task;

use crate::bindings::sqlite::{Error, QueryResult, RowResult, Value};
use crate::runtime_config::Database;

/// What a result may take in memory, in bytes: Spin's limit. A streamed one is never there as a whole, so there it
/// is a row that is held against it.
const MAX_RESULT: usize = 128 << 20;

/// A connection that is opened at its first use, and does one statement after the other.
#[derive(Clone)]
pub struct Connection(Arc<State>);

struct State {
    database: Arc<Database>,
    opened: OnceCell<Arc<Mutex<rusqlite::Connection>>>,
}

/// A result under way.
pub struct Streamed {
    /// The names of the columns; none where the statement is wrong.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: mpsc::Receiver<RowResult>,
    /// How it ended, once the rows have.
    pub end: oneshot::Receiver<Result<(), Error>>,
}

impl Connection {
    /// Makes a connection to the database.
    pub fn new(database: Arc<Database>) -> Self {
        Self(Arc::new(State { database, opened: OnceCell::new() }))
    }

    /// Runs the first statement of `sql`, and collects its rows.
    pub async fn query(&self, sql: String, parameters: Vec<Value>) -> Result<QueryResult, Error> {
        self.with(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let columns = columns(&statement);
            let mut rows = Vec::new();
            let mut size = size_of::<QueryResult>();
            run(&mut statement, parameters, |row| {
                size += row.values.iter().map(memory).sum::<usize>();
                limit(size)?;
                rows.push(row);
                Ok(())
            })?;
            Ok(QueryResult { columns, rows })
        })
        .await
    }

    /// Runs the first statement of `sql`, and sends its rows as they come.
    pub async fn stream(&self, sql: String, parameters: Vec<Value>) -> Result<Streamed, Error> {
        let connection = self.opened().await?;
        let (columns_tx, columns_rx) = oneshot::channel();
        let (rows_tx, rows) = mpsc::channel(4);
        let (end_tx, end) = oneshot::channel();
        let work = move || {
            // Held to the end: the connection's next statement waits until this one's rows are taken.
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let mut statement = connection.prepare_cached(&sql)?;
            // Whoever stops listening does not want the rest.
            let gone = |what: &str| Error::Io(format!("{what} send error"));
            columns_tx.send(columns(&statement)).map_err(|_| gone("column"))?;
            run(&mut statement, parameters, |row| {
                limit(row.values.iter().map(memory).sum())?;
                rows_tx.blocking_send(row).map_err(|_| gone("row"))
            })
        };
        task::spawn_blocking(move || end_tx.send(work()));
        // A statement that cannot be prepared has no columns, and its error comes at the end, where all errors come.
        let columns = columns_rx.await.unwrap_or_default();
        Ok(Streamed { columns, rows, end })
    }

    /// How many rows the last statement changed.
    pub async fn changes(&self) -> Result<u64, Error> {
        self.with(|connection| Ok(connection.changes())).await
    }

    /// The id that the last INSERT made.
    pub async fn last_insert_rowid(&self) -> Result<i64, Error> {
        self.with(|connection| Ok(connection.last_insert_rowid())).await
    }

    async fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<R, Error> + Send + 'static,
    ) -> Result<R, Error> {
        let connection = self.opened().await?;
        blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner))).await
    }

    async fn opened(&self) -> Result<Arc<Mutex<rusqlite::Connection>>, Error> {
        let database = self.0.database.clone();
        let open = || blocking(move || Ok(open(&database)?));
        self.0.opened.get_or_try_init(open).await.cloned()
    }
}

async fn blocking<R: Send + 'static>(work: impl FnOnce() -> Result<R, Error> + Send + 'static) -> Result<R, Error> {
    let done = task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::Io(error.to_string())))
}

fn open(database: &Database) -> rusqlite::Result<Arc<Mutex<rusqlite::Connection>>> {
    let connection = rusqlite::Connection::open(&database.path)?;
    if !database.allow_attach_file {
        connection.authorizer(Some(|context: AuthContext| match context.action {
            // Neither of these two is a file that was there before.
            AuthAction::Attach { filename: "" | ":memory:" } => Authorization::Allow,
            AuthAction::Attach { .. } => Authorization::Deny,
            _ => Authorization::Allow,
        }));
    }
    Ok(Arc::new(Mutex::new(connection)))
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
        // SQLite does not see to it that a text is UTF-8. Spin 4.1 panics where it is not, and closes the connection.
        ValueRef::Text(text) => match str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(error) => return Err(Error::Io(format!("column {column}: {error}"))),
        },
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_owned()),
    })
}

fn memory(value: &Value) -> usize {
    let outside = match value {
        Value::Null | Value::Integer(_) | Value::Real(_) => 0,
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    };
    size_of::<Value>() + outside
}

fn limit(size: usize) -> Result<(), Error> {
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
