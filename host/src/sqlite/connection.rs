//! One connection to a database file.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{self, ValueRef};
use rusqlite::{CachedStatement, Row, params_from_iter};
use tokio::sync::{mpsc, oneshot};
use tokio::task;

use crate::host::bindings::sqlite::{Error, QueryResult, RowResult, Value};
use crate::host::process;
use crate::host::runtime_config::Database;

/// What a result may take in memory, in bytes: Spin's limit. A streamed one is never there as a whole, so there it
/// is a row that is held against it.
const MAX_RESULT: usize = 128 << 20;

/// A connection that is opened at its first use, and does one statement after the other.
#[derive(Clone)]
pub struct Connection(Arc<State>);

struct State {
    database: Arc<Database>,
    /// What a statement contains before which the process is to end.
    exit_before: Option<Arc<str>>,
    opened: OnceLock<Mutex<rusqlite::Connection>>,
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
    pub fn new(database: Arc<Database>, exit_before: Option<Arc<str>>) -> Self {
        Self(Arc::new(State { database, exit_before, opened: OnceLock::new() }))
    }

    /// Runs the first statement of `sql`, and collects its rows.
    pub async fn query(&self, sql: String, parameters: Vec<Value>) -> Result<QueryResult, Error> {
        self.opened()?;
        let this = self.clone();
        let work = move || {
            let connection = this.lock()?;
            let mut statement = this.prepare(&connection, &sql)?;
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
        };
        task::spawn_blocking(work).await.map_err(|_| Error::Io("internal runtime error".to_owned()))?
    }

    /// Runs the first statement of `sql`, and sends its rows as they come.
    pub async fn stream(&self, sql: String, parameters: Vec<Value>) -> Result<Streamed, Error> {
        self.opened()?;
        let this = self.clone();
        let (columns_tx, columns_rx) = oneshot::channel();
        let (rows_tx, rows) = mpsc::channel(4);
        let (end_tx, end) = oneshot::channel();
        let work = move || {
            // Held to the end: the connection's next statement waits until this one's rows are taken.
            let connection = this.lock()?;
            let mut statement = match this.prepare(&connection, &sql) {
                Ok(statement) => statement,
                Err(error) => {
                    // It has no columns, and its error comes at the end, where all errors come.
                    let _ = columns_tx.send(Vec::new());
                    return Err(error);
                }
            };
            // Whoever stops listening does not want the rest.
            let gone = |what: &str| Error::Io(format!("{what} send error"));
            columns_tx.send(columns(&statement)).map_err(|_| gone("column"))?;
            run(&mut statement, parameters, |row| {
                limit(row.values.iter().map(memory).sum())?;
                rows_tx.blocking_send(row).map_err(|_| gone("row"))
            })
        };
        task::spawn_blocking(move || end_tx.send(work()));
        let columns = columns_rx.await.map_err(|error| Error::Io(error.to_string()))?;
        Ok(Streamed { columns, rows, end })
    }

    /// How many rows the last statement changed.
    pub fn changes(&self) -> Result<u64, Error> {
        Ok(self.lock()?.changes())
    }

    /// The id that the last INSERT made.
    pub fn last_insert_rowid(&self) -> Result<i64, Error> {
        Ok(self.lock()?.last_insert_rowid())
    }

    fn lock(&self) -> Result<MutexGuard<'_, rusqlite::Connection>, Error> {
        Ok(self.opened()?.lock().expect("a connection in which nothing panicked"))
    }

    fn opened(&self) -> Result<&Mutex<rusqlite::Connection>, Error> {
        let State { database, opened, .. } = &*self.0;
        if let Some(connection) = opened.get() {
            return Ok(connection);
        }
        // Of two that come here at once, one opens it in vain.
        let connection = open(database)?;
        Ok(opened.get_or_init(|| Mutex::new(connection)))
    }

    fn prepare<'a>(&self, connection: &'a rusqlite::Connection, sql: &str) -> Result<CachedStatement<'a>, Error> {
        if self.0.exit_before.as_deref().is_some_and(|text| sql.contains(text)) {
            process::kill();
        }
        Ok(connection.prepare_cached(sql)?)
    }
}

fn open(database: &Database) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(&database.path)?;
    if !database.allow_attach_file {
        connection.authorizer(Some(|context: AuthContext| match context.action {
            // Neither of these two is a file that was there before.
            AuthAction::Attach { filename: "" | ":memory:" } => Authorization::Allow,
            AuthAction::Attach { .. } => Authorization::Deny,
            _ => Authorization::Allow,
        }));
    }
    Ok(connection)
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
        // SQLite does not see to it. As in Spin, a panic here is the end of the connection.
        ValueRef::Text(text) => Value::Text(str::from_utf8(text).expect("text in UTF-8").to_owned()),
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
