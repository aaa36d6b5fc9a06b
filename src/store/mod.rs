//! The visits of this replica, in SQLite on its own volume.
//!
//! An instance has one connection, opened when it is first needed and opened anew after it failed, so that a cured
//! volume is used again without a restart. What it does with the connection, nothing interrupts, since statements block
//! the instance. Several instances share the database; SQLite's write lock orders them.
//!
//! - `open`: a connection with its settings and the schema.
//! - `record`: committing visits, in groups.
//! - `read`, `histogram`, `stats`, `export`: what is asked of the log and of the tallies.
//! - `sql`: one statement, and trying again while the database is locked.
//! - `upkeep`: what keeps the volume from filling.
//! - `surplus`: when there are too many instances, and how one leaves.

mod export;
mod histogram;
mod open;
mod read;
mod record;
mod sql;
mod stats;
mod surplus;
mod upkeep;

use std::cell::RefCell;

use spin_sdk::wasip3::wit_bindgen::yield_async;

use crate::config::Config;
use record::Group;
use sql::Connection;
use surplus::Surplus;

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
    connection: RefCell<Option<Connection>>,
    group: Group,
    surplus: Surplus,
}

impl Store {
    /// A store that opens its database when it is first needed.
    pub fn new(config: Config) -> Self {
        Self { config, connection: RefCell::default(), group: Group::default(), surplus: Surplus::default() }
    }

    /// Checks that the database can be written now, by a commit: its mark, which stays what it is. That takes a page of
    /// the disk, where an UPDATE to the same value, and one that is rolled back, would take none.
    ///
    /// # Errors
    /// Those that recording a visit would have.
    pub async fn check(&self) -> Result<(), Error> {
        self.with_connection(|connection| sql::run(connection, open::MARK, &[])).await
    }

    /// Works with the connection, and again while others have the database locked.
    async fn with_connection<T>(&self, work: impl Fn(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        // An instance that blocks as soon as it has a request counts as busy until then, and Spin starts another for the
        // next. With the first of these Spin sees that this one waits, and with the second it counts it as ready.
        yield_async().await;
        yield_async().await;
        sql::patiently(async || self.attempt(&work)).await
    }

    /// Works with the connection once. A failed one is closed, and the next to come opens another.
    fn attempt<T>(&self, work: impl Fn(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        loop {
            let kept = self.connection.take();
            let fresh = kept.is_none();
            let connection = kept.map_or_else(|| open::open(&self.config), Ok)?;
            let result = work(&connection);
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
