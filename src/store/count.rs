//! Counting visits.
//!
//! The tallies count slots of 15 minutes. Where a range begins or ends within a slot, the log says how many visits of
//! that slot are in the range; visits that were pruned count as if they had come at the beginning of their slot. Visits
//! that are not tallied yet are added.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::{Range, micros, text, text_or_null};
use crate::visit::Page;
use crate::zone::SLOT;

/// The length of a minute in microseconds.
const MINUTE: i64 = 60_000_000;

pub const COUNT_ALL: &str = "SELECT json(coalesce(max(id), 0) - (SELECT deleted FROM watermarks)) FROM visits";

pub const COUNT_ALL_OF_PAGE: &str = "
    SELECT json(coalesce((SELECT visits FROM pages WHERE page = ?1), 0)
        + (SELECT count(*) FROM untallied WHERE page = ?1))";

/// The tallies of all pages together, by slot.
macro_rules! slots {
    () => {
        "SELECT slot, visits FROM slots"
    };
}

/// The tallies of the page ?1.
macro_rules! slots_of_page {
    () => {
        "SELECT slot, visits FROM tallies WHERE page_id = (SELECT id FROM pages WHERE page = ?1)"
    };
}

/// Takes a page or NULL, and the bounds of buckets as JSON, in microseconds. Returns as JSON the tallied visits of each
/// bucket, the times of those that are not tallied, and the slot before which slots were merged.
macro_rules! count_in_buckets {
    ($tallies:expr) => {
        concat!(
            "WITH tally (slot, visits) AS NOT MATERIALIZED (",
            $tallies,
            "), bound (position, at, slot) AS (
                SELECT key, value, value / 900000000 FROM json_each(?2)
            ), count_in_slot (position, slot, before) AS (
                -- For a bound within a slot, the visits of the slot before the bound: all but those in the log after
                -- it.
                SELECT position, slot, coalesce((SELECT visits FROM tally WHERE slot = bound.slot), 0) - (
                    SELECT count(*) FROM slots JOIN log ON id BETWEEN first_id AND last_id
                    WHERE slots.slot = bound.slot AND log.at / 900000000 = bound.slot
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
                (SELECT before FROM coarse WHERE period = 'day'))"
        )
    };
}

pub const COUNT_IN_BUCKETS: &str = count_in_buckets!(slots!());

pub const COUNT_IN_BUCKETS_OF_PAGE: &str = count_in_buckets!(slots_of_page!());

/// Takes a page or NULL, and a range in microseconds. Returns as JSON pairs of a minute since 1970 and a number of
/// visits, where a minute may occur more than once, and the slot before which slots were merged.
macro_rules! count_by_minute {
    ($tallies:expr) => {
        concat!(
            "WITH tally (slot, visits) AS NOT MATERIALIZED (",
            $tallies,
            "), touched (slot, first_id, last_id) AS MATERIALIZED (
                SELECT slot, first_id, last_id FROM slots
                WHERE slot >= ?2 / 900000000 AND slot <= (?3 - 1) / 900000000
            ), logged (minute, visits, visits_in_range) AS MATERIALIZED (
                SELECT at / 60000000, count(*), count(*) FILTER (WHERE at >= ?2 AND at < ?3) FROM log
                WHERE id BETWEEN (SELECT min(first_id) FROM touched) AND (SELECT max(last_id) FROM touched)
                    AND id <= (SELECT tallied FROM watermarks) AND (?1 IS NULL OR page = ?1)
                GROUP BY 1
            ), pruned (minute, visits) AS (
                SELECT slot * 15, (SELECT visits FROM tally WHERE tally.slot = touched.slot) - (
                    SELECT coalesce(sum(visits), 0) FROM logged WHERE minute >= slot * 15 AND minute < slot * 15 + 15)
                FROM touched WHERE slot * 900000000 >= ?2
            )
            SELECT json_array(
                (SELECT json_group_array(json_array(minute, visits)) FROM (
                SELECT minute, visits_in_range AS visits FROM logged WHERE visits_in_range > 0
                UNION ALL
                SELECT minute, visits FROM pruned WHERE visits > 0
                UNION ALL
                SELECT at / 60000000, count(*) FROM untallied
                WHERE at >= ?2 AND at < ?3 AND (?1 IS NULL OR page = ?1) GROUP BY 1)),
                (SELECT before FROM coarse WHERE period = 'day'))"
        )
    };
}

pub const COUNT_BY_MINUTE: &str = count_by_minute!(slots!());

pub const COUNT_BY_MINUTE_OF_PAGE: &str = count_by_minute!(slots_of_page!());

/// Numbers of visits, and before which time they are coarse.
#[derive(Debug)]
pub struct Counted<T> {
    /// The numbers.
    pub visits: T,
    /// If the range touches times of which only days or longer periods are known, the end of these times: a period
    /// counts as if all its visits had come at its beginning.
    pub coarse_before: Option<DateTime<Utc>>,
}

impl Store {
    /// The number of visits in a range, to all pages or to one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count(&self, range: Range, page: Option<&Page>) -> Result<Counted<i64>, Error> {
        match (range, page) {
            (Range { since: None, until: None }, None) => self.read(COUNT_ALL, &[]).await.map(exact),
            (Range { since: None, until: None }, Some(page)) => {
                self.read(COUNT_ALL_OF_PAGE, &[text(page)]).await.map(exact)
            }
            _ => {
                let Counted { visits, coarse_before } = self.count_between(&range.micros(), page).await?;
                Ok(Counted { visits: visits.iter().sum(), coarse_before })
            }
        }
    }

    /// The number of visits between each of the bounds and the next. What this costs depends on the number of bounds,
    /// and not on that of the visits, if all but the first and the last bound are bounds of slots.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn histogram(&self, bounds: &[DateTime<Utc>], page: Option<&Page>) -> Result<Counted<Vec<i64>>, Error> {
        let bounds: Vec<_> = bounds.iter().copied().map(micros).collect();
        self.count_between(&bounds, page).await
    }

    async fn count_between(&self, bounds: &[i64], page: Option<&Page>) -> Result<Counted<Vec<i64>>, Error> {
        let parameters = [text_or_null(page), Value::Text(serde_json::to_string(bounds)?)];
        let query = if page.is_some() { COUNT_IN_BUCKETS_OF_PAGE } else { COUNT_IN_BUCKETS };
        let (tallied, untallied, coarse_before): (_, Vec<i64>, _) = self.read(query, &parameters).await?;
        Ok(counted(add_untallied(bounds, tallied, &untallied), bounds, coarse_before))
    }

    /// The same where all but the first and the last bound are bounds of minutes. It reads the log, which is slow for
    /// more than a day.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn minutes(&self, bounds: &[DateTime<Utc>], page: Option<&Page>) -> Result<Counted<Vec<i64>>, Error> {
        let bounds: Vec<_> = bounds.iter().copied().map(micros).collect();
        let [first, .., last] = *bounds else { return Ok(exact(Vec::new())) };
        let parameters = [text_or_null(page), Value::Integer(first), Value::Integer(last)];
        let query = if page.is_some() { COUNT_BY_MINUTE_OF_PAGE } else { COUNT_BY_MINUTE };
        let (found, coarse_before): (Vec<_>, _) = self.read(query, &parameters).await?;
        Ok(counted(sum_minutes(&bounds, &found), &bounds, coarse_before))
    }
}

fn exact<T>(visits: T) -> Counted<T> {
    Counted { visits, coarse_before: None }
}

/// Numbers between these bounds, where slots before this one were merged.
fn counted(visits: Vec<i64>, bounds: &[i64], coarse_before: i64) -> Counted<Vec<i64>> {
    let coarse_before = coarse_before * SLOT;
    let is_touched = bounds.first().is_some_and(|since| *since < coarse_before);
    Counted { visits, coarse_before: DateTime::from_timestamp_micros(coarse_before).filter(|_| is_touched) }
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
