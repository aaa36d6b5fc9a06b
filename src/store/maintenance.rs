//! Maintenance: what keeps the counts up to date and the database small, after an answer.
//!
//! Each step is one statement that can be left out or repeated, so that nothing depends on whether a step, or the next
//! one, completes.

use chrono::{DateTime, Utc};

use super::database::Store;
use super::error::Error;
use crate::limits::{MAINTENANCE_INTERVAL, MAX_DISCARD_STATEMENTS, TALLY_BATCH};
use crate::stderr;

impl Store {
    /// Does all maintenance that is due. What fails is tried again with the next maintenance.
    pub(super) async fn maintain(&self, now: DateTime<Utc>) {
        if let Err(error) = self.try_maintain(now).await {
            stderr::line(format_args!("the visits could not be tallied: {error}"));
        }
    }

    async fn try_maintain(&self, now: DateTime<Utc>) -> Result<(), Error> {
        // Less than a batch can wait for the next maintenance.
        let mut left = TALLY_BATCH;
        while left >= TALLY_BATCH {
            for _ in 0..MAINTENANCE_INTERVAL / TALLY_BATCH {
                left = self.tally(None).await?;
            }
            self.checkpoint().await?;
        }
        self.discard(now, MAX_DISCARD_STATEMENTS).await?;
        self.fold_junk(now).await?;
        if let Some(retain) = self.config.retain_visits {
            self.prune(retain).await?;
        }
        self.make_room(now).await
    }
}
