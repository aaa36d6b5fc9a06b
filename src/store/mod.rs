//! The visits of this replica, in SQLite on its own volume.
//!
//! What happens to a visit: `record` inserts it into the log, in one statement, and with that it is committed and answered.
//! Every 500th visit then sets off maintenance: `tally` counts the visits that are not counted yet, drops the oldest of
//! the log, and checkpoints. Reads take the tallies and add what is not tallied yet, in one statement, so that they
//! are exact at every moment.
//!
//! The requests of an instance share one connection (two with `synchronous=full`). While one request waits for its
//! statement, statements of others run on the same connection. So every change is a single statement, which SQLite
//! makes a transaction of its own; only creating the schema takes several, on a connection that nobody else has yet. Several
//! instances, and other processes, share the database: SQLite's write lock orders them.
//!
//! - `connection`: one statement, and trying again while the database is locked.
//! - `open`: a connection with its settings; creating the database, or refusing one that is not ours.
//! - `schema.sql`: the tables, and what tallying does.
//! - `record`: a visit, an ignored request, and making a visit durable.
//! - `tally`: maintenance.
//! - `count`, `log`, `stats`: what is read.

mod connection;
mod count;
mod log;
mod open;
mod record;
mod stats;
mod tally;

use std::cell::RefCell;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use spin_sdk::sqlite::Value;

use crate::config::{Config, Synchronous};
use crate::visit::Page;
use connection::{Connection, retry_while_locked};

pub use log::{Export, TailQuery};

/// Why the database did not do what it was asked. The text is for the log, not for the visitor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Others held the write lock for as long as we were ready to wait.
    #[error("the database stayed locked")]
    Locked,
    /// The volume, or the file, cannot be written.
    #[error("attempt to write a readonly database")]
    ReadOnly,
    /// The database was made by another version, or by another program. It is left as it is.
    #[error("{0}")]
    Refused(String),
    /// SQLite's own words.
    #[error("{0}")]
    Failed(String),
}

/// From when until when; `since` is in it, `until` is not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// The beginning; `None` is the first visit.
    pub since: Option<DateTime<Utc>>,
    /// The end; `None` is the last visit.
    pub until: Option<DateTime<Utc>>,
}

impl Range {
    /// In microseconds since 1970, with the smallest and the largest possible time where there is no bound.
    fn micros(self) -> [i64; 2] {
        [self.since.map_or(0, micros), self.until.map_or(i64::MAX, micros)]
    }
}

/// A connection that all requests of the instance use, from the first that needs it on.
type Shared = RefCell<Option<Rc<Connection>>>;

/// The database of this replica, as one instance sees it.
pub struct Store {
    config: Config,
    connection: Shared,
    /// The connection that makes visits durable, with `synchronous=full`.
    durable: Shared,
}

impl Store {
    /// A store that opens its database when it is first needed.
    pub fn new(config: Config) -> Self {
        Self { config, connection: Shared::default(), durable: Shared::default() }
    }

    /// Checks that the database can be written now, by a commit: its application id, which stays what it is. That takes a
    /// page of the disk, where an UPDATE to the same value, and one that is rolled back, would take none.
    ///
    /// # Errors
    /// Those that recording a visit would have.
    pub async fn check(&self) -> Result<(), Error> {
        self.with_connection(async |connection| connection.run(open::SET_APPLICATION_ID, &[]).await).await
    }

    /// Runs a statement that reads, and whose answer is one text of JSON: many small rows come faster so.
    async fn read<T: DeserializeOwned>(&self, statement: &str, parameters: &[Value]) -> Result<T, Error> {
        let json: String = self
            .with_connection(async |connection| {
                connection.prepare_to_read().await?;
                connection.value(statement, parameters).await
            })
            .await?;
        Ok(serde_json::from_str(&json)?)
    }

    async fn with_connection<T>(&self, work: impl AsyncFn(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let open = async || open::open(&self.config).await;
        share(&self.connection, open, work).await
    }

    async fn with_durable<T>(&self, work: impl AsyncFn(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let open = async || open::connect(Synchronous::Full).await;
        share(&self.durable, open, work).await
    }
}

/// Works with a shared connection, again while others have the database locked. A connection that failed is dropped, and
/// the next request opens another: so a volume that works again is used again without a restart.
async fn share<T>(
    shared: &Shared,
    open: impl AsyncFn() -> Result<Connection, Error>,
    work: impl AsyncFn(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    retry_while_locked(async || {
        loop {
            let kept = shared.borrow().clone();
            let fresh = kept.is_none();
            // Other requests may open one as well meanwhile. The first that is open is kept.
            let connection = match kept {
                Some(connection) => connection,
                None => Rc::new(open().await?),
            };
            let result = work(&connection).await;
            let mut shared = shared.borrow_mut();
            match result {
                Ok(_) | Err(Error::Locked) => _ = shared.get_or_insert(connection),
                Err(ref error) => {
                    shared.take_if(|kept| Rc::ptr_eq(kept, &connection));
                    // SQLite remembers what the volume was when it opened the file; by now it may be otherwise.
                    if *error == Error::ReadOnly && !fresh {
                        continue;
                    }
                }
            }
            return result;
        }
    })
    .await
}

/// What the log has for a time. No clock is before 1970.
fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros().max(0)
}

fn text(page: &Page) -> Value {
    Value::Text(page.as_str().to_owned())
}
