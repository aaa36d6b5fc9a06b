//! Maintenance: tallying the log, and keeping it and its write-ahead log short.
//!
//! Each step is one statement that can be left out or repeated, so that nothing depends on whether a step, or the next
//! one, completes.

use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use crate::limits::{MAINTENANCE_INTERVAL, PRUNE_BATCH, RESTART_LOG_INTERVAL};
use crate::stderr;

/// Tallies the next visits, at most ?1, and returns how many are left. The trigger in `schema.sql` does the work.
pub const TALLY: &str = "
    UPDATE watermarks SET tallied = min(tallied + ?1, (SELECT coalesce(max(id), 0) FROM visits))
    RETURNING (SELECT coalesce(max(id), 0) FROM visits) - tallied";

/// Removes the oldest visits beyond the last ?1 from the log: at most ?2, and none that is not tallied.
pub const PRUNE: &str = "
    DELETE FROM visits
    WHERE id <= min((SELECT max(id) FROM visits) - ?1, (SELECT tallied FROM watermarks))
        AND id < (SELECT min(id) FROM visits) + ?2";

/// By itself SQLite checkpoints after 1000 pages, within the commit of some visit. This comes earlier, and delays no
/// visit.
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// The write-ahead log starts anew only when no other connection uses it at that moment, which with several busy
/// instances may not happen for long, while it grows. This makes writers wait, for two fsyncs, and shortens the file as
/// well; it gives up where other connections are in the way.
const RESTART_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

impl Store {
    /// Does all maintenance that is due. What fails is tried again with the next maintenance.
    pub(super) async fn maintain(&self, id: i64) {
        if let Err(error) = self.try_maintain(id).await {
            stderr::line(format_args!("the visits could not be tallied: {error}"));
        }
    }

    async fn try_maintain(&self, id: i64) -> Result<(), Error> {
        let batch = [Value::Integer(MAINTENANCE_INTERVAL)];
        // Less than a batch can wait for the next maintenance.
        while self.with_connection(async |connection| connection.value::<i64>(TALLY, &batch).await).await?
            >= MAINTENANCE_INTERVAL
        {}
        if let Some(retain) = self.config.retain_visits {
            let bounds = [Value::Integer(retain), Value::Integer(PRUNE_BATCH)];
            self.with_connection(async |connection| connection.run(PRUNE, &bounds).await).await?;
        }
        let checkpoint = if id % RESTART_LOG_INTERVAL == 0 { RESTART_LOG } else { CHECKPOINT };
        self.with_connection(async |connection| connection.run(checkpoint, &[]).await).await
    }
}
