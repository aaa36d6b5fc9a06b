//! Keeping the write-ahead log short.

use std::time::Instant;

use super::database::Store;
use super::error::Error;
use crate::limits::CHECKPOINT_TIMEOUT;

/// Copies the write-ahead log into the database, and empties it. It keeps writers out meanwhile: on a disk that is slow
/// for a moment, the log would grow by what they write. Returns whether others were in the way.
///
/// By itself SQLite checkpoints after 1000 pages, within the commit of some visit, and the log begins anew only when no
/// other connection uses it at that moment, which with many visitors may not happen for long.
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

impl Store {
    /// Empties the write-ahead log. Where others are in the way for long, the next checkpoint does it.
    pub(super) async fn checkpoint(&self) -> Result<(), Error> {
        self.with_connection(async |connection| {
            let deadline = Instant::now() + CHECKPOINT_TIMEOUT;
            while connection.integers::<3>(CHECKPOINT, &[]).await?[0] != 0 && Instant::now() < deadline {}
            Ok(())
        })
        .await
    }
}
