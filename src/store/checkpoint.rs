//! Keeping the write-ahead log short.

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use crate::limits::{RESTART_LOG_PAGES, RESTART_LOG_TIMEOUT_MS};

/// By itself SQLite checkpoints after 1000 pages, within the commit of some visit. This comes earlier, and delays no
/// visit. Returns whether it was kept from it, how long the write-ahead log is, and how much of it is copied.
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// The write-ahead log starts anew only when no other connection uses it at that moment, which with several busy
/// instances may not happen for long, while it grows. This waits for such a moment, and makes others wait for an fsync.
const RESTART: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

impl Store {
    /// Copies the write-ahead log into the database, so that it can start anew.
    pub(super) async fn checkpoint(&self) -> Result<(), Error> {
        let checkpoint = async |connection: &Connection| connection.integers(CHECKPOINT, &[]).await;
        let [_, pages, _] = self.with_connection(checkpoint).await?;
        if pages > RESTART_LOG_PAGES {
            // A connection of its own: to wait for the moment is up to SQLite, and other requests do not wait with it.
            let connection = Connection::open().await?;
            connection.run(&format!("PRAGMA busy_timeout = {RESTART_LOG_TIMEOUT_MS}"), &[]).await?;
            connection.run(RESTART, &[]).await?;
        }
        Ok(())
    }
}
