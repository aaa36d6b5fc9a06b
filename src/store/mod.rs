//! The visits of this replica, in SQLite on its own volume.
//!
//! An instance has one connection, opened when it is first needed and opened anew after it failed, so that a cured
//! volume is used again without a restart. Several instances share the database; SQLite's write lock orders them.
//!
//! - `open`: a connection with its settings and the schema.
//! - `record`: committing visits, in groups.
//! - `read`, `histogram`, `stats`, `export`: what is asked of the log and of the tallies.
//! - `sql`: one statement, with another try while the database is locked.
//! - `upkeep`: what keeps the volume from filling.
//! - `turns`, `oneshot`: how the requests of an instance wait for each other.

mod export;
mod histogram;
mod oneshot;
mod open;
mod read;
mod record;
mod sql;
mod stats;
mod turns;
mod upkeep;

use std::cell::RefCell;

use spin_sdk::sqlite::Connection;

use crate::config::Config;
use record::Group;
use turns::Turns;

pub use export::Export;
pub use read::{Range, TailQuery};
pub use record::Recorded;

/// Why the database did not do what it was asked. The text is for the log, not for the visitor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Others held the write lock for as long as we were ready to wait.
    #[error("the database stayed locked")]
    Locked,
    /// The volume, or the file, cannot be written.
    #[error("attempt to write a readonly database")]
    ReadOnly,
    /// The database was made by a later version.
    #[error("the database has schema version {found}, and this is a version that knows {known}: upgrade it")]
    Newer {
        /// The version of the schema in the database.
        found: i64,
        /// The version of the schema that this code makes.
        known: i64,
    },
    /// SQLite's own words.
    #[error("{0}")]
    Failed(String),
}

/// The database of this replica, as one instance sees it.
pub struct Store {
    config: Config,
    turns: Turns,
    /// Used by whose turn it is.
    connection: RefCell<Option<Connection>>,
    group: Group,
}

impl Store {
    /// A store that opens its database when it is first needed.
    pub fn new(config: Config) -> Self {
        Self { config, turns: Turns::default(), connection: RefCell::default(), group: Group::default() }
    }

    /// Checks that the database can be written now, by a commit: its mark, which stays what it is. That takes a page of
    /// the disk, where an UPDATE to the same value, and one that is rolled back, would take none.
    ///
    /// # Errors
    /// Those that recording a visit would have.
    pub async fn check(&self) -> Result<(), Error> {
        self.with_connection(async |connection| sql::run(connection, open::MARK, vec![]).await).await
    }

    /// Waits for a turn, and works with the connection.
    async fn with_connection<T>(&self, work: impl AsyncFn(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let _turn = self.turns.take().await;
        self.in_turn(work).await
    }

    /// Works with the connection. A failed one is closed, and the next to come opens another.
    async fn in_turn<T>(&self, work: impl AsyncFn(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        loop {
            let kept = self.connection.take();
            let fresh = kept.is_none();
            let connection = match kept {
                Some(connection) => connection,
                None => open::open(&self.config).await?,
            };
            let result = work(&connection).await;
            match result {
                // SQLite remembers what the volume was when it opened the file; by now it may be otherwise.
                Err(Error::ReadOnly) if !fresh => continue,
                Ok(_) | Err(Error::Locked) => _ = self.connection.replace(Some(connection)),
                Err(_) => {}
            }
            return result;
        }
    }
}
