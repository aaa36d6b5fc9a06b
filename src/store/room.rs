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
use super::routine::Routine;
use crate::limits::{
    MAX_ROOM_STATEMENTS, MERGE_BATCH, MERGE_PERIODS, PRUNE_BATCH, STORAGE_EIGHTHS, STORAGE_PER_VISIT, VACUUM_BATCH,
};
use crate::zone::SLOT;

/// Removes the oldest visits beyond the last ?1 from the log: at most ?2, and none that is not tallied.
pub const PRUNE: &str = "
    DELETE FROM visits WHERE id <= min(
        (SELECT max(id) FROM visits) - ?1, (SELECT tallied FROM watermarks), (SELECT min(id) FROM visits) + ?2 - 1)";

/// The storage that is in use, that of the file, and how many ids the log spans.
const STORAGE: &str = "
    SELECT json_array(used, file, coalesce((SELECT max(id) FROM visits) - (SELECT min(id) FROM visits) + 1, 0))
    FROM storage";

/// How far merging into periods of the kind ?1 is: the end of the latest range, and the first slot after it.
const PROGRESS: &str = "
    SELECT json_array(before, (SELECT min(slot) FROM slots WHERE slot >= before)) FROM coarse WHERE period = ?1";

/// The first slot whose visits the log still tells more exactly; null where there is none.
const FIRST_IN_LOG: &str = "
    SELECT json_array(min(slot)) FROM slots WHERE import_id = 0 AND last_id >= (SELECT min(id) FROM visits)";

/// Begins to merge slots into periods of the kind ?1, which have the first slots ?2, and of which the last one ends
/// before the slot ?3.
pub const BEGIN: Routine = Routine {
    trigger: include_str!("triggers/begin_merging.sql"),
    statement: "INSERT INTO merging (period, bounds, before) VALUES (?1, ?2, ?3)",
};

/// Merges some pages, with about ?1 tallies, if there are any to merge.
pub const MERGE: Routine = Routine {
    trigger: include_str!("triggers/merge.sql"),
    statement: "
        UPDATE merging SET next_page = (
            WITH counted (id, tallies) AS MATERIALIZED (
                SELECT id, (SELECT count(*) FROM tallies WHERE page_id = pages.id AND slot > start AND slot < before)
                FROM pages WHERE id >= next_page ORDER BY id LIMIT ?1
            ), summed (id, earlier) AS MATERIALIZED (
                SELECT id, sum(tallies) OVER (ORDER BY id) - tallies FROM counted
            )
            SELECT coalesce(min(id) FILTER (WHERE earlier >= ?1), iif(count(*) = ?1, max(id) + 1, NULL)) FROM summed)
        RETURNING 1",
};

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
            self.checkpoint().await?;
        }
        Ok(())
    }

    /// Merges slots until none are being merged.
    pub(super) async fn merge_on(&self) -> Result<(), Error> {
        while self.run(&MERGE, &[Value::Integer(MERGE_BATCH)]).await? {}
        Ok(())
    }

    /// Merges some of the oldest slots that are not merged yet. Returns false where there are none.
    async fn merge_slots(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        let batch = [Value::Integer(MERGE_BATCH)];
        if self.run(&MERGE, &batch).await? {
            return Ok(true);
        }
        // No visits of today are merged, and none that the log tells; into months only days, and into years only months.
        let [in_log]: [Option<i64>; 1] = self.read(FIRST_IN_LOG, &[]).await?;
        let mut end = slot(Period::Day.around(&self.config.timezone, now).0).min(in_log.unwrap_or(i64::MAX));
        for period in Period::ALL {
            let kind = Value::Text(period.name().to_owned());
            let (before, first): (i64, Option<i64>) = self.read(PROGRESS, from_ref(&kind)).await?;
            let mut bounds = first.map(|first| self.bounds(period, first, end)).unwrap_or_default();
            if let [start, .., stop] = bounds.as_mut_slice() {
                // The zone may have been another one, whose periods keep.
                *start = before.max(*start);
                let before = Value::Integer(*stop);
                bounds.pop();
                self.run(&BEGIN, &[kind, Value::Text(serde_json::to_string(&bounds)?), before]).await?;
                return self.run(&MERGE, &batch).await;
            }
            if before > end {
                // The clock was set back.
                self.change(SET_BACK, &[kind, Value::Integer(end)]).await?;
            }
            end = end.min(before);
        }
        Ok(false)
    }

    /// The first slots of some periods, from the one that has the slot `first`, and the end of the last one, which is no
    /// later than the slot `end`. Nothing where the first period is not over by then.
    fn bounds(&self, period: Period, first: i64, end: i64) -> Vec<i64> {
        let mut bounds = Vec::new();
        let mut next = DateTime::from_timestamp_micros(first * SLOT);
        while let Some(at) = next.filter(|_| bounds.len() <= MERGE_PERIODS) {
            let (start, stop) = period.around(&self.config.timezone, at);
            if slot(stop) > end {
                break;
            }
            if bounds.is_empty() {
                bounds.push(slot(start));
            }
            bounds.push(slot(stop));
            next = Some(stop);
        }
        bounds
    }
}

fn slot(at: DateTime<Utc>) -> i64 {
    micros(at) / SLOT
}
