//! Tallying the log, and which pages are counted separately.

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::micros;
use super::routine::Routine;
use crate::limits::{FOLD_AFTER, MAINTENANCE_INTERVAL, TALLY_BATCH};
use crate::zone::SLOT;

/// Tallies the next visits, at most ?1 and up to the id ?2, or the last one where that is NULL. Returns how many are
/// left. The trigger in `views.sql` does the work.
pub const TALLY: &str = "
    UPDATE watermarks SET tallied = max(tallied, min(tallied + ?1, coalesce(?2, (SELECT max(id) FROM visits), 0)))
    RETURNING coalesce(?2, (SELECT max(id) FROM visits), 0) - tallied";

/// The pages that make room for new ones, if as many are known as are counted separately: those with the fewest visits
/// of which none is in the slot ?1 or later. They have about ?2 visits together.
pub const JUNK: &str = "
    SELECT json_group_array(id) FROM (
        SELECT id, visits, sum(visits) OVER (ORDER BY visits, id) AS sum FROM pages
        WHERE import_id = 0 AND id != 0 AND last_slot < ?1
            AND (SELECT count(*) > max_pages FROM pages, watermarks WHERE import_id = 0)
    ) WHERE sum - visits < ?2";

/// Folds those of the pages ?1 into (other) that have no visit in the slot ?2 or later.
pub const FOLD: Routine = Routine {
    trigger: include_str!("triggers/fold.sql"),
    statement: "DELETE FROM foldable WHERE id IN (SELECT value FROM json_each(?1)) AND last_slot < ?2",
};

impl Store {
    /// Tallies a batch, if need be up to an id. Returns how many visits are left.
    pub(super) async fn tally(&self, until: Option<i64>) -> Result<i64, Error> {
        let bounds = [Value::Integer(TALLY_BATCH), until.map_or(Value::Null, Value::Integer)];
        self.integer(TALLY, &bounds).await
    }

    /// Makes room for new pages by those that are hardly visited.
    pub(super) async fn fold_junk(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let slot = Value::Integer(micros(now - FOLD_AFTER) / SLOT);
        let bounds = [slot.clone(), Value::Integer(MAINTENANCE_INTERVAL)];
        let pages: Vec<i64> = self.read(JUNK, &bounds).await?;
        if pages.is_empty() {
            return Ok(());
        }
        let pages = [Value::Text(serde_json::to_string(&pages)?), slot];
        self.run(&FOLD, &pages).await?;
        Ok(())
    }
}
