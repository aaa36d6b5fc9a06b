//! What keeps the volume from filling, done now and then between two commits.

use spin_sdk::sqlite::Value;

use super::{Store, sql};
use crate::stderr;

/// Takes the largest id to drop, and how many to drop at most.
const PRUNE: &str = "
    DELETE FROM visits WHERE id <= ?1 AND id < ?2 + (SELECT min(id) FROM visits)";

/// How many old visits are dropped at most at once.
const PRUNE_AT_MOST: i64 = 1000;

/// SQLite checkpoints by itself, but starts the write-ahead log anew only when no other connection uses it at that
/// moment. With several busy instances that moment may not come for long, while the log grows. This keeps the others from
/// writing until it has come, or until it has waited for that in vain.
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(RESTART)";

/// After how many commits that is done: each adds about five pages of 4 KiB.
const CHECKPOINT_EVERY: i64 = 200;

impl Store {
    /// Does what is due after a commit of these visits. They are committed whatever comes of it, and what fails is
    /// tried again later.
    pub(super) async fn upkeep(&self, ids: &[i64]) {
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return };
        // Whether a multiple of the step is among the visits.
        let due = |step: i64| (first - 1) / step < last / step;
        // For a large log that is once in a hundredth of it, so that it costs next to nothing.
        let retain =
            self.config.retain_visits.filter(|retain| last > retain && due((retain / 100).clamp(1, PRUNE_AT_MOST / 2)));
        // Every so many commits, if they are all of as many visits as this one. Others may be in the way all the same,
        // which the next one may not find.
        let checkpoint = due(CHECKPOINT_EVERY * (last - first + 1));
        if retain.is_none() && !checkpoint {
            return;
        }
        let done = self.with_connection(|connection| {
            if let Some(retain) = retain {
                sql::run(connection, PRUNE, &[Value::Integer(last - retain), Value::Integer(PRUNE_AT_MOST)])?;
            }
            if checkpoint { sql::run(connection, CHECKPOINT, &[]) } else { Ok(()) }
        });
        if let Err(error) = done.await {
            stderr::line(format_args!("the database could not be tidied: {error}"));
        }
    }
}
