//! The database, and the connections that the requests of an instance share.

use std::cell::RefCell;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use spin_sdk::sqlite::Value;

use super::connection::Connection;
use super::error::Error;
use super::open;
use super::retry::retry_while_locked;
use super::routine::Routine;
use crate::config::{Config, Synchronous};

/// A connection that all requests of the instance use. The first request that needs it opens it.
type SharedConnection = RefCell<Option<Rc<Connection>>>;

/// The database of this replica, as one instance sees it.
pub struct Store {
    pub(super) config: Config,
    connection: SharedConnection,
    /// The connection that makes visits durable, with `synchronous=full`.
    durable: SharedConnection,
}

impl Store {
    /// A store that opens its database when it is first needed.
    pub fn new(config: Config) -> Self {
        Self { config, connection: SharedConnection::default(), durable: SharedConnection::default() }
    }

    /// Runs a statement for its effect.
    pub(super) async fn change(&self, statement: &str, parameters: &[Value]) -> Result<(), Error> {
        self.with_connection(async |connection| connection.run(statement, parameters).await).await
    }

    /// Runs a statement that returns at most one row, and tells whether it did.
    pub(super) async fn has_row(&self, statement: &str, parameters: &[Value]) -> Result<bool, Error> {
        self.with_connection(async |connection| connection.has_row(statement, parameters).await).await
    }

    /// Runs a routine, and tells whether it returned a row.
    pub(super) async fn run(&self, routine: &Routine, parameters: &[Value]) -> Result<bool, Error> {
        self.with_connection(async |connection| routine.run(connection, parameters).await).await
    }

    /// Runs a statement that returns one integer.
    pub(super) async fn integer(&self, statement: &str, parameters: &[Value]) -> Result<i64, Error> {
        self.with_connection(async |connection| connection.value(statement, parameters).await).await
    }

    /// Runs a query that returns one text of JSON, which is faster than many small rows.
    pub(super) async fn read<T: DeserializeOwned>(&self, query: &str, parameters: &[Value]) -> Result<T, Error> {
        Ok(serde_json::from_str(&self.read_json(query, parameters).await?)?)
    }

    /// The same without a type, so that it is compiled once.
    async fn read_json(&self, query: &str, parameters: &[Value]) -> Result<String, Error> {
        self.with_connection(async |connection| {
            connection.keep_temporary_in_memory().await?;
            connection.value(query, parameters).await
        })
        .await
    }

    /// Runs statements on the connection that requests share.
    pub(super) async fn with_connection<T>(
        &self,
        work: impl AsyncFn(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let prepare = async |connection: &Connection| open::prepare(connection, &self.config).await;
        with_shared(&self.connection, prepare, work).await
    }

    /// Runs statements on the shared connection whose commits reach the disk.
    pub(super) async fn with_durable<T>(
        &self,
        work: impl AsyncFn(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let prepare = async |connection: &Connection| open::configure(connection, Synchronous::Full).await;
        with_shared(&self.durable, prepare, work).await
    }
}

/// Runs statements on a shared connection, again while the database is locked. A connection that failed is dropped, and
/// the next request opens another: so a volume that works again is used again without a restart.
///
/// Requests that come while a connection is being prepared share it, and prepare it as well: opening one for each of them
/// would make SQLite read the schema for each.
async fn with_shared<T>(
    shared: &SharedConnection,
    prepare: impl AsyncFn(&Connection) -> Result<(), Error>,
    work: impl AsyncFn(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    retry_while_locked(async || {
        loop {
            let connection = get_or_open(shared).await?;
            let is_new = !connection.is_prepared.get();
            let attempt = async {
                if is_new {
                    prepare(&connection).await?;
                    connection.is_prepared.set(true);
                }
                work(&connection).await
            };
            let result = attempt.await;
            match result {
                Ok(_) | Err(Error::Locked) => {}
                Err(ref error) => {
                    shared.borrow_mut().take_if(|kept| Rc::ptr_eq(kept, &connection));
                    // SQLite remembers whether the volume was read-only when it opened the file; it may not be any
                    // more.
                    if *error == Error::ReadOnly && !is_new {
                        continue;
                    }
                }
            }
            return result;
        }
    })
    .await
}

async fn get_or_open(shared: &SharedConnection) -> Result<Rc<Connection>, Error> {
    let kept = shared.borrow().clone();
    if let Some(connection) = kept {
        return Ok(connection);
    }
    let opened = Rc::new(Connection::open().await?);
    // Meanwhile another request may have opened one.
    Ok(shared.borrow_mut().get_or_insert(opened).clone())
}
