//! A connection to a database file.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use rusqlite::CachedStatement;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::process;
use super::runtime_config::Database;

/// A connection that is opened at its first use, and runs one statement at a time.
#[derive(Clone)]
pub struct Connection(Arc<State>);

struct State {
    database: Arc<Database>,
    /// The process ends before a statement that contains this.
    exit_before: Option<Arc<str>>,
    opened: OnceLock<Mutex<rusqlite::Connection>>,
}

impl Connection {
    /// Makes a connection to the database.
    pub fn new(database: Arc<Database>, exit_before: Option<Arc<str>>) -> Self {
        Self(Arc::new(State { database, exit_before, opened: OnceLock::new() }))
    }

    /// Opens the file, unless it is open.
    pub fn open(&self) -> rusqlite::Result<()> {
        self.opened().map(|_| ())
    }

    /// Waits until no other statement runs.
    pub fn lock(&self) -> rusqlite::Result<MutexGuard<'_, rusqlite::Connection>> {
        Ok(self.opened()?.lock().expect("a connection in which nothing panicked"))
    }

    /// Prepares the first statement of `sql`.
    pub fn prepare<'a>(&self, locked: &'a rusqlite::Connection, sql: &str) -> rusqlite::Result<CachedStatement<'a>> {
        if self.0.exit_before.as_deref().is_some_and(|text| sql.contains(text)) {
            process::kill();
        }
        locked.prepare_cached(sql)
    }

    fn opened(&self) -> rusqlite::Result<&Mutex<rusqlite::Connection>> {
        let State { database, opened, .. } = &*self.0;
        if let Some(connection) = opened.get() {
            return Ok(connection);
        }
        // Two statements may both open it at first. One connection is kept.
        let connection = open(database)?;
        Ok(opened.get_or_init(|| Mutex::new(connection)))
    }
}

fn open(database: &Database) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(&database.path)?;
    if !database.allow_attach_file {
        connection.authorizer(Some(|context: AuthContext| match context.action {
            // These two are no existing files.
            AuthAction::Attach { filename: "" | ":memory:" } => Authorization::Allow,
            AuthAction::Attach { .. } => Authorization::Deny,
            _ => Authorization::Allow,
        }));
    }
    Ok(connection)
}
