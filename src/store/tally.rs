//! Maintenance: what follows the log, and keeps it and its write-ahead log short.
//!
//! Each step is one statement that can be left out or repeated, so that nothing depends on whether a step, or the next
//! one, comes to its end.

use spin_sdk::sqlite::Value;

use super::{Error, Store};
use crate::stderr;

/// After how many visits maintenance is due, and how many are tallied with one statement: it holds the write lock for up
/// to 10 ms where they are of as many pages. It is no multiple of 128, since Spin 4.0 drops an instance with its 128th
/// answer: one visitor in sequence would set off maintenance with an instance's last request each time, and in vain.
pub const EVERY: i64 = 500;

/// How many visits are dropped with one statement at most: so many more than come meanwhile that a log catches up.
const PRUNE_AT_MOST: i64 = 2 * EVERY;

/// Tallies the next visits, at most ?1, and returns how many are left. The trigger in `schema.sql` does the work.
const TALLY: &str = "
    UPDATE watermarks SET tallied = min(tallied + ?1, (SELECT coalesce(max(id), 0) FROM visits))
    RETURNING (SELECT coalesce(max(id), 0) FROM visits) - tallied";

/// Drops the oldest visits beyond the last ?1, at most ?2, and none that is not tallied.
const PRUNE: &str = "
    DELETE FROM visits
    WHERE id <= min((SELECT max(id) FROM visits) - ?1, (SELECT tallied FROM watermarks))
        AND id < (SELECT min(id) FROM visits) + ?2";

/// SQLite checkpoints by itself, after 1000 pages, in somebody's commit. This comes first, and is in nobody's way.
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// The write-ahead log starts anew only when no other connection uses it at that moment, which with several busy instances
/// may not come for long, while it grows. This keeps writers waiting, for two fsyncs, and shortens the file as well; it
/// gives up where others are in the way.
const RESTART_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

impl Store {
    /// Does what is due. What fails is tried again with the next maintenance.
    pub(super) async fn maintain(&self, id: i64) {
        if let Err(error) = self.try_maintain(id).await {
            stderr::line(format_args!("the visits could not be tallied: {error}"));
        }
    }

    async fn try_maintain(&self, id: i64) -> Result<(), Error> {
        let batch = [Value::Integer(EVERY)];
        while self.with_connection(async |connection| connection.value::<i64>(TALLY, &batch).await).await? >= EVERY {}
        if let Some(retain) = self.config.retain_visits {
            let bounds = [Value::Integer(retain), Value::Integer(PRUNE_AT_MOST)];
            self.with_connection(async |connection| connection.run(PRUNE, &bounds).await).await?;
        }
        // Every second time is often enough for a file of a few MiB.
        let checkpoint = if id % (2 * EVERY) == 0 { RESTART_LOG } else { CHECKPOINT };
        self.with_connection(async |connection| connection.run(checkpoint, &[]).await).await
    }
}
