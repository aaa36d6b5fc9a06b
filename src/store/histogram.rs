//! Counting in buckets.

use std::collections::HashMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use spin_sdk::sqlite::Value;

use super::read::{count, floor, text};
use super::{Error, Range, Store, sql};
use crate::visit::Page;
use crate::zone::SLOT;

/// The length of a minute in microseconds.
const MINUTE: i64 = 60_000_000;

/// Takes the bounds of buckets as JSON, in slots, and gives the visits of each bucket as JSON.
const BY_SLOTS: &str = "
    WITH bucket (place, start, next) AS (
        SELECT key, value, lead(value) OVER (ORDER BY key) FROM json_each(?1)
    )
    SELECT json_group_array(
        (SELECT coalesce(sum(visits), 0) FROM slots WHERE slot >= start AND slot < next) ORDER BY place)
    FROM bucket WHERE next IS NOT NULL";

/// The same for the page ?2.
const BY_SLOTS_OF_PAGE: &str = "
    WITH bucket (place, start, next) AS (
        SELECT key, value, lead(value) OVER (ORDER BY key) FROM json_each(?1)
    )
    SELECT json_group_array((
        SELECT coalesce(sum(visits), 0) FROM tallies
        WHERE page_id = (SELECT id FROM pages WHERE page = ?2) AND slot >= start AND slot < next
    ) ORDER BY place)
    FROM bucket WHERE next IS NOT NULL";

/// The visits from ?1 until ?2, of page ?3 if there is one, as JSON: for each minute since 1970 that has some, the minute
/// and their number. Those that the log has dropped count as if they had come at the beginning of their slot.
const BY_MINUTES: &str = "
    WITH touched (slot, visits, first_id, last_id) AS (
        SELECT slot, visits, first_id, last_id FROM slots
        WHERE slot >= ?1 / 900000000 AND slot <= (?2 - 1) / 900000000
    ), tallied (slot, visits) AS (
        SELECT slot, iif(?3 IS NULL, visits, (
            SELECT tallies.visits FROM tallies JOIN pages ON pages.id = page_id
            WHERE pages.page = ?3 AND tallies.slot = touched.slot))
        FROM touched
    ), logged (minute, ever, visits) AS (
        SELECT at / 60000000, count(*), count(*) FILTER (WHERE at >= ?1 AND at < ?2) FROM visits
        WHERE id BETWEEN (SELECT min(first_id) FROM touched) AND (SELECT max(last_id) FROM touched)
            AND (?3 IS NULL OR page = ?3)
        GROUP BY 1
    ), dropped (minute, visits) AS (
        SELECT slot * 15, visits - (
            SELECT coalesce(sum(ever), 0) FROM logged WHERE minute >= slot * 15 AND minute < slot * 15 + 15)
        FROM tallied WHERE slot * 900000000 >= ?1
    )
    SELECT json_group_array(json_array(minute, visits)) FROM (
        SELECT minute, visits FROM logged WHERE visits > 0
        UNION ALL
        SELECT minute, visits FROM dropped WHERE visits > 0)";

impl Store {
    /// How many visits there were between each of the bounds and the next. All but the first and the last bound are taken
    /// for the beginning of their slot, which since 1972 is what those of hours and days are, or nearly.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn histogram(&self, bounds: &[DateTime<Utc>], page: Option<&Page>) -> Result<Vec<i64>, Error> {
        let slots: Vec<_> = bounds.iter().map(|bound| floor(bound.timestamp_micros())).collect();
        let mut bounds = bounds.to_vec();
        if let [since, within @ .., _] = bounds.as_mut_slice() {
            for bound in within {
                *bound = bound.duration_trunc(TimeDelta::microseconds(SLOT)).unwrap_or(*bound).max(*since);
            }
        }
        let parameters = [Value::Text(serde_json::to_string(&slots)?)].into_iter().chain(page.map(text));
        let parameters: Vec<_> = parameters.collect();
        let statement = if page.is_some() { BY_SLOTS_OF_PAGE } else { BY_SLOTS };
        self.with_connection(|connection| {
            let mut visits: Vec<i64> = sql::json(connection, statement, &parameters)?;
            // The first bucket may begin within a slot, and the last end within one.
            if let ([since, until, ..], Some(visits)) = (&*bounds, visits.first_mut()) {
                *visits = count(connection, Range::between(*since, *until), page)?;
            }
            if let ([.., since, until], Some(visits)) = (&*bounds, visits.last_mut()) {
                *visits = count(connection, Range::between(*since, *until), page)?;
            }
            Ok(visits)
        })
        .await
    }

    /// The same where all but the first and the last bound are bounds of minutes. It reads the log, which for more than a
    /// day takes its time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn minutes(&self, bounds: &[DateTime<Utc>], page: Option<&Page>) -> Result<Vec<i64>, Error> {
        let [first, .., last] = bounds else { return Ok(Vec::new()) };
        let time = |bound: &DateTime<Utc>| Value::Integer(bound.timestamp_micros());
        let parameters = vec![time(first), time(last), page.map_or(Value::Null, text)];
        let found: Vec<(i64, i64)> =
            self.with_connection(|connection| sql::json(connection, BY_MINUTES, &parameters)).await?;
        let mut visits: HashMap<i64, i64> = HashMap::new();
        for (minute, number) in found {
            *visits.entry(minute).or_default() += number;
        }
        let starts = bounds[..bounds.len() - 1].iter().map(|start| start.timestamp_micros().div_euclid(MINUTE));
        Ok(starts.map(|minute| visits.get(&minute).copied().unwrap_or_default()).collect())
    }
}
