//! Keeping the database within `max_storage`: the oldest detail makes room.
//!
//! First the log becomes shorter. Then quarter hours of long ago are merged into days, and if that is not enough, days
//! into months, and months into years. What is merged counts at the beginning of its period, and totals stay exact.

use std::slice::from_ref;

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::micros;
use super::period::Period;
use crate::limits::{MAX_ROOM_STATEMENTS, MERGE_BATCH, PRUNE_BATCH, STORAGE_EIGHTHS, STORAGE_PER_VISIT, VACUUM_BATCH};
use crate::zone::SLOT;

/// Removes the oldest visits beyond the last ?1 from the log: at most ?2, and none that is not tallied.
pub const PRUNE: &str = "
    DELETE FROM visits WHERE id <= min(
        (SELECT max(id) FROM visits) - ?1, (SELECT tallied FROM watermarks), (SELECT min(id) FROM visits) + ?2 - 1)";

/// The storage that is in use, that of the file, and how many ids the log spans.
const STORAGE: &str = "
    SELECT json_array(used, file, coalesce((SELECT max(id) FROM visits) - (SELECT min(id) FROM visits) + 1, 0))
    FROM storage";

/// How far merging into periods of the kind ?1 is: whether the latest range is complete, its end, and the first slot
/// after it.
pub const PROGRESS: &str = "
    SELECT json_array(json(iif(next_page IS NULL, 'true', 'false')), before,
        (SELECT min(slot) FROM slots WHERE slot >= before))
    FROM coarse WHERE period = ?1";

/// Whether visits of the slots from ?1 until, and without, ?2 are in the log: it tells them more exactly.
pub const IS_IN_LOG: &str = "
    SELECT coalesce(max(last_id) >= (SELECT min(id) FROM visits), false) FROM slots WHERE slot >= ?1 AND slot < ?2";

/// Begins to merge the slots from ?2 until, and without, ?3 into a period of the kind ?1.
pub const BEGIN: &str = "
    UPDATE coarse SET start = ?2, before = ?3, next_page = 0
    WHERE period = ?1 AND next_page IS NULL AND before <= ?2";

/// Merges some pages, with about ?2 tallies, into the period of the kind ?1. The trigger in `routines.sql` does the
/// work.
pub const MERGE: &str = "
    UPDATE coarse SET next_page = (
        WITH counted (id, tallies) AS MATERIALIZED (
            SELECT id, (SELECT count(*) FROM tallies WHERE page_id = pages.id AND slot > start AND slot < before)
            FROM pages WHERE id >= next_page ORDER BY id LIMIT ?2
        ), summed (id, earlier) AS MATERIALIZED (
            SELECT id, sum(tallies) OVER (ORDER BY id) - tallies FROM counted
        )
        SELECT coalesce(min(id) FILTER (WHERE earlier >= ?2), iif(count(*) = ?2, max(id) + 1, NULL)) FROM summed)
    WHERE period = ?1 AND next_page IS NOT NULL";

/// Continues at the slot ?2 with merging into periods of the kind ?1.
const SET_BACK: &str = "UPDATE coarse SET start = ?2, before = ?2 WHERE period = ?1 AND before > ?2";

impl Store {
    /// Removes the oldest visits beyond these from the log.
    pub(super) async fn prune(&self, retain: i64) -> Result<(), Error> {
        let bounds = [Value::Integer(retain), Value::Integer(PRUNE_BATCH)];
        self.change(PRUNE, &bounds).await
    }

    /// Makes room, if the database uses so much of `max_storage` that it is due.
    pub(super) async fn make_room(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let max = self.config.max_storage;
        let (most_used, shortest_log) = (max / 8 * STORAGE_EIGHTHS, max / STORAGE_PER_VISIT);
        for _ in 0..MAX_ROOM_STATEMENTS {
            let (used, file, log_length): (i64, i64, i64) = self.read(STORAGE, &[]).await?;
            if file > max {
                let vacuum = format!("PRAGMA incremental_vacuum({VACUUM_BATCH})");
                self.with_connection(async |connection| connection.run_to_end(&vacuum).await).await?;
            }
            if used <= most_used {
                break;
            }
            if log_length > shortest_log {
                self.prune(shortest_log).await?;
            } else if !self.merge_slots(now).await? {
                break;
            }
        }
        Ok(())
    }

    /// Merges some of the oldest slots that are not merged yet. Returns false where there are none.
    async fn merge_slots(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        // No visits of today are merged, and into months only days, and into years only months.
        let mut end = slot(Period::Day.around(&self.config.timezone, now).0);
        for period in Period::ALL {
            let kind = Value::Text(period.name().to_owned());
            let (is_complete, before, first): (bool, i64, Option<i64>) = self.read(PROGRESS, from_ref(&kind)).await?;
            if is_complete {
                if before > end {
                    // The clock was set back.
                    self.change(SET_BACK, &[kind.clone(), Value::Integer(end)]).await?;
                }
                let Some((start, stop)) = self.next_range(period, first, before, end).await? else {
                    end = end.min(before);
                    continue;
                };
                self.change(BEGIN, &[kind.clone(), Value::Integer(start), Value::Integer(stop)]).await?;
            }
            self.change(MERGE, &[kind, Value::Integer(MERGE_BATCH)]).await?;
            return Ok(true);
        }
        Ok(false)
    }

    /// The slots of the next period to merge, which has the slot `first`; `None` if it is not over before the slot
    /// `end`, or the log still tells its visits.
    async fn next_range(
        &self,
        period: Period,
        first: Option<i64>,
        before: i64,
        end: i64,
    ) -> Result<Option<(i64, i64)>, Error> {
        let Some(at) = first.and_then(|first| DateTime::from_timestamp_micros(first * SLOT)) else { return Ok(None) };
        let (start, stop) = period.around(&self.config.timezone, at);
        // The zone may have been another one, whose periods keep.
        let (start, stop) = (slot(start).max(before), slot(stop));
        if stop > end {
            return Ok(None);
        }
        let bounds = [Value::Integer(start), Value::Integer(stop)];
        let is_in_log: i64 =
            self.with_connection(async |connection| connection.value(IS_IN_LOG, &bounds).await).await?;
        Ok((is_in_log == 0).then_some((start, stop)))
    }
}

fn slot(at: DateTime<Utc>) -> i64 {
    micros(at) / SLOT
}
