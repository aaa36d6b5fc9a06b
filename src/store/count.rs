//! Counting visits.
//!
//! The tallies count slots of 15 minutes. Where a range begins or ends within a slot, the log says how many visits of
//! that slot are in the range; visits that were pruned or imported count as if they had come at the beginning of their
//! slot. Visits that are not tallied yet are added.
//!
//! Each read also tells how many of the visits come from which import, but for those from certain sources, which are left
//! out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::imports::{ImportRow, counted, imports};
use super::parameters::{ids, micros, range_micros, text, text_or_null};
use crate::range::Range;
use crate::report::{Id, Imported};
use crate::visit::Page;
use crate::zone::SLOT;

/// The length of a minute in microseconds.
const MINUTE: i64 = 60_000_000;

/// Takes the sources of the imports to leave out.
pub const COUNT_ALL: &str = concat!(
    "WITH numbers (import_id, visits) AS (
        SELECT 0, (SELECT coalesce(max(id), 0) FROM visits) - deleted FROM watermarks
        UNION ALL SELECT id, visits FROM imports
    ), ",
    counted!("?1"),
    " SELECT json_array((SELECT sum(visits) FROM counted JOIN numbers USING (import_id)), ",
    imports!("numbers", "?1"),
    ")"
);

/// Takes a page, and the sources of the imports to leave out.
pub const COUNT_ALL_OF_PAGE: &str = concat!(
    "WITH ",
    counted!("?2"),
    ", numbers (import_id, visits) AS MATERIALIZED (
        SELECT import_id, visits FROM counted CROSS JOIN pages USING (import_id) WHERE page = ?1
    )
    SELECT json_array(
        (SELECT coalesce(sum(visits), 0) FROM numbers) + (SELECT count(*) FROM untallied WHERE page = ?1), ",
    imports!("numbers", "?2"),
    ")"
);

/// The tallies of all pages together.
macro_rules! slots {
    () => {
        "SELECT import_id, slot, visits FROM slots WHERE import_id IN (SELECT import_id FROM counted)"
    };
}

/// The tallies of the page ?1.
macro_rules! slots_of_page {
    () => {
        "SELECT import_id, slot, tallies.visits
        FROM counted CROSS JOIN pages USING (import_id) CROSS JOIN tallies ON page_id = pages.id WHERE page = ?1"
    };
}

/// Takes a page or NULL, the bounds of buckets as JSON, in microseconds, and the sources of the imports to leave out.
/// Returns as JSON the tallied visits of each bucket, the times of those that are not tallied, the slot before which slots
/// may be merged, and the imports.
macro_rules! count_in_buckets {
    ($tallies:expr) => {
        concat!(
            "WITH ",
            counted!("?3"),
            ", tally (import_id, slot, visits) AS NOT MATERIALIZED (",
            $tallies,
            "), numbers (import_id, visits) AS (
                SELECT import_id, sum(visits) FROM tally
                WHERE slot * 900000000 >= ?2 ->> 0 AND slot * 900000000 < ?2 ->> '$[#-1]' GROUP BY import_id
            ), bound (position, at, slot) AS (
                SELECT key, value, value / 900000000 FROM json_each(?2)
            ), count_in_slot (position, slot, before) AS (
                -- For a bound within a slot, the visits of the slot before the bound: all but those in the log after
                -- it.
                SELECT position, slot, (SELECT coalesce(sum(visits), 0) FROM tally WHERE slot = bound.slot) - (
                    SELECT count(*) FROM slots JOIN log ON id BETWEEN first_id AND last_id
                    WHERE import_id = 0 AND slots.slot = bound.slot AND log.at / 900000000 = bound.slot
                        AND log.at >= bound.at AND (?1 IS NULL OR page = ?1))
                FROM bound WHERE at % 900000000 != 0
            ), bucket (position, first, last, before_first, before_last) AS (
                SELECT position, slot, lead(slot) OVER positions,
                    coalesce(before, 0), lead(coalesce(before, 0)) OVER positions
                FROM bound LEFT JOIN count_in_slot USING (position, slot)
                WINDOW positions AS (ORDER BY position)
            )
            SELECT json_array(
                (SELECT json_group_array(
                    (SELECT coalesce(sum(visits), 0) FROM tally WHERE slot >= first AND slot < last)
                        + before_last - before_first
                    ORDER BY position) FROM bucket WHERE last IS NOT NULL),
                (SELECT json_group_array(at) FROM untallied WHERE ?1 IS NULL OR page = ?1),
                (SELECT coarse_before FROM coarse WHERE period = 'day'), ",
            imports!("numbers", "?3"),
            ")"
        )
    };
}

pub const COUNT_IN_BUCKETS: &str = count_in_buckets!(slots!());

pub const COUNT_IN_BUCKETS_OF_PAGE: &str = count_in_buckets!(slots_of_page!());

/// Takes a page or NULL, a range in microseconds, and the sources of the imports to leave out. Returns as JSON pairs of a
/// minute since 1970 and a number of visits, where a minute may occur more than once, the slot before which slots may be
/// merged, and the imports.
macro_rules! count_by_minute {
    ($tallies:expr) => {
        concat!(
            "WITH ",
            counted!("?4"),
            ", tally (import_id, slot, visits) AS NOT MATERIALIZED (",
            $tallies,
            "), numbers (import_id, visits) AS (
                SELECT import_id, sum(visits) FROM tally
                WHERE slot * 900000000 >= ?2 AND slot * 900000000 < ?3 GROUP BY import_id
            ), touched (slot, first_id, last_id) AS MATERIALIZED (
                SELECT slot, first_id, last_id FROM slots
                WHERE import_id = 0 AND slot >= ?2 / 900000000 AND slot <= (?3 - 1) / 900000000
            ), logged (minute, visits, visits_in_range) AS MATERIALIZED (
                SELECT at / 60000000, count(*), count(*) FILTER (WHERE at >= ?2 AND at < ?3) FROM log
                WHERE id BETWEEN (SELECT min(first_id) FROM touched) AND (SELECT max(last_id) FROM touched)
                    AND id <= (SELECT tallied FROM watermarks) AND (?1 IS NULL OR page = ?1)
                GROUP BY 1
            ), pruned (minute, visits) AS (
                SELECT slot * 15, sum(visits) - (
                    SELECT coalesce(sum(visits), 0) FROM logged WHERE minute >= slot * 15 AND minute < slot * 15 + 15)
                FROM tally
                WHERE slot >= ?2 / 900000000 AND slot * 900000000 >= ?2 AND slot * 900000000 < ?3 GROUP BY slot
            )
            SELECT json_array(
                (SELECT json_group_array(json_array(minute, visits)) FROM (
                SELECT minute, visits_in_range AS visits FROM logged WHERE visits_in_range > 0
                UNION ALL
                SELECT minute, visits FROM pruned WHERE visits > 0
                UNION ALL
                SELECT at / 60000000, count(*) FROM untallied
                WHERE at >= ?2 AND at < ?3 AND (?1 IS NULL OR page = ?1) GROUP BY 1)),
                (SELECT coarse_before FROM coarse WHERE period = 'day'), ",
            imports!("numbers", "?4"),
            ")"
        )
    };
}

pub const COUNT_BY_MINUTE: &str = count_by_minute!(slots!());

pub const COUNT_BY_MINUTE_OF_PAGE: &str = count_by_minute!(slots_of_page!());

/// Which visits to count.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    /// Only those to this page.
    pub page: Option<&'a Page>,
    /// All but those that were imported from these sources.
    pub without: &'a [Id],
}

/// Numbers of visits, and before which time they are coarse.
#[derive(Debug)]
pub struct Counted<T> {
    /// The numbers.
    pub visits: T,
    /// What was imported, with how much of it is in the numbers.
    pub imports: Vec<Imported>,
    /// If the range touches times of which only days or longer periods are known, the end of these times: a period
    /// counts as if all its visits had come at its beginning.
    pub coarse_before: Option<DateTime<Utc>>,
}

impl Store {
    /// The number of visits in a range.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count(&self, range: Range, which: Which<'_>) -> Result<Counted<i64>, Error> {
        if range.since.is_some() || range.until.is_some() {
            let Counted { visits, imports, coarse_before } = self.count_between(&range_micros(range), which).await?;
            return Ok(Counted { visits: visits.iter().sum(), imports, coarse_before });
        }
        let without = ids(which.without);
        let (visits, imports) = match which.page {
            None => self.read(COUNT_ALL, &[without]).await?,
            Some(page) => self.read(COUNT_ALL_OF_PAGE, &[text(page), without]).await?,
        };
        Ok(counted(visits, imports, None))
    }

    /// The number of visits between each of the bounds and the next. What this costs depends on the number of bounds,
    /// and not on that of the visits, if all but the first and the last bound are bounds of slots.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn histogram(&self, bounds: &[DateTime<Utc>], which: Which<'_>) -> Result<Counted<Vec<i64>>, Error> {
        let bounds: Vec<_> = bounds.iter().copied().map(micros).collect();
        self.count_between(&bounds, which).await
    }

    async fn count_between(&self, bounds: &[i64], which: Which<'_>) -> Result<Counted<Vec<i64>>, Error> {
        let bounds_json = Value::Text(serde_json::to_string(bounds)?);
        let parameters = [text_or_null(which.page), bounds_json, ids(which.without)];
        let query = if which.page.is_some() { COUNT_IN_BUCKETS_OF_PAGE } else { COUNT_IN_BUCKETS };
        let (tallied, untallied, coarse_before, imports): (_, Vec<i64>, _, _) = self.read(query, &parameters).await?;
        let visits = add_untallied(bounds, tallied, &untallied);
        Ok(counted(visits, imports, coarse_if_touched(bounds, coarse_before)))
    }

    /// The same where all but the first and the last bound are bounds of minutes. It reads the log, which is slow for
    /// more than a day.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn minutes(&self, bounds: &[DateTime<Utc>], which: Which<'_>) -> Result<Counted<Vec<i64>>, Error> {
        let bounds: Vec<_> = bounds.iter().copied().map(micros).collect();
        let [first, .., last] = *bounds else { return self.count_between(&bounds, which).await };
        let parameters = [text_or_null(which.page), Value::Integer(first), Value::Integer(last), ids(which.without)];
        let query = if which.page.is_some() { COUNT_BY_MINUTE_OF_PAGE } else { COUNT_BY_MINUTE };
        let (found, coarse_before, imports): (Vec<_>, _, _) = self.read(query, &parameters).await?;
        Ok(counted(sum_minutes(&bounds, &found), imports, coarse_if_touched(&bounds, coarse_before)))
    }
}

/// With imports as reports have them.
pub fn counted<T>(visits: T, imports: Vec<ImportRow>, coarse_before: Option<DateTime<Utc>>) -> Counted<T> {
    Counted { visits, imports: imports.into_iter().map(ImportRow::imported).collect(), coarse_before }
}

/// The end of the slots that may be merged, if the bounds touch them.
pub fn coarse_if_touched(bounds: &[i64], coarse_before: i64) -> Option<DateTime<Utc>> {
    let coarse_before = coarse_before * SLOT;
    let is_touched = bounds.first().is_some_and(|since| *since < coarse_before);
    DateTime::from_timestamp_micros(coarse_before).filter(|_| is_touched)
}

/// Adds the visits at these times to the numbers of the buckets that they are in.
pub fn add_untallied(bounds: &[i64], mut visits: Vec<i64>, untallied: &[i64]) -> Vec<i64> {
    for at in untallied {
        // The last bound that is not after the visit begins its bucket.
        let bucket = bounds.partition_point(|bound| bound <= at).checked_sub(1);
        if let Some(visits) = bucket.and_then(|bucket| visits.get_mut(bucket)) {
            *visits += 1;
        }
    }
    visits
}

/// The number of visits of each minute that one of the bounds, but the last, is in.
pub fn sum_minutes(bounds: &[i64], found: &[(i64, i64)]) -> Vec<i64> {
    let mut visits: HashMap<i64, i64> = HashMap::new();
    for (minute, number) in found {
        *visits.entry(*minute).or_default() += number;
    }
    let starts = bounds.iter().take(bounds.len().saturating_sub(1));
    starts.map(|start| visits.get(&start.div_euclid(MINUTE)).copied().unwrap_or_default()).collect()
}
