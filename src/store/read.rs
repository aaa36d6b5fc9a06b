//! Reading the log and the tallies.

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::sql::Connection;
use super::{Error, Store, sql};
use crate::visit::{Page, Visit};
use crate::zone::{SLOT, Zone};

/// Which visits of the log to show.
#[derive(Debug, Clone)]
pub struct TailQuery {
    /// How many, from 1.
    pub tail: u32,
    /// Only those with a smaller id.
    pub before: Option<i64>,
    /// Only those of this page.
    pub page: Option<Page>,
    /// The zone to show their times in.
    pub zone: Zone,
}

/// From when until when; `since` is in it, `until` is not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// The beginning; `None` is the first visit.
    pub since: Option<DateTime<Utc>>,
    /// The end; `None` is the last visit.
    pub until: Option<DateTime<Utc>>,
}

impl Range {
    /// From one moment until another.
    pub fn between(since: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self { since: Some(since), until: Some(until) }
    }
}

const TAIL: &str = "
    SELECT json_group_array(json_array(id, at, page) ORDER BY id) FROM (
        SELECT id, at, page FROM visits WHERE id < ?1 ORDER BY id DESC LIMIT ?2)";

/// The same for the page ?3. The tallies tell from which id on the log has enough of them: the slots of the page are gone
/// through from the latest, until those that are past have enough that are as old as they may be.
const TAIL_OF_PAGE: &str = "
    WITH touched (first_id, later) AS (
        SELECT first_id, sum(iif(last_id < ?1, tallies.visits, 0))
            OVER (ORDER BY slot DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        FROM tallies JOIN slots USING (slot)
        WHERE page_id = (SELECT id FROM pages WHERE page = ?3) AND first_id < ?1
    )
    SELECT json_group_array(json_array(id, at, page) ORDER BY id) FROM (
        SELECT id, at, page FROM visits
        WHERE id < ?1 AND id >= (SELECT min(first_id) FROM touched WHERE coalesce(later, 0) < ?2) AND page = ?3
        ORDER BY id DESC LIMIT ?2)";

const WHOLE_SLOTS: &str = "
    SELECT sum(visits) FROM slots WHERE slot >= ?1 AND slot < ?2";

const WHOLE_SLOTS_OF_PAGE: &str = "
    SELECT sum(visits) FROM tallies
    WHERE page_id = (SELECT id FROM pages WHERE page = ?3) AND slot >= ?1 AND slot < ?2";

/// The visits of slot ?1 from ?2 until ?3, of page ?4 if there is one. Those that the log has dropped count as if they
/// had come at the beginning of the slot. By its ids, a slot may have visits of another in between, when the clock was
/// set back.
const PART_OF_SLOT: &str = "
    WITH tallied (visits) AS (
        SELECT iif(?4 IS NULL, visits, (
            SELECT tallies.visits FROM tallies JOIN pages ON pages.id = page_id
            WHERE pages.page = ?4 AND tallies.slot = slots.slot))
        FROM slots WHERE slot = ?1
    ), logged (at) AS (
        SELECT at FROM visits, slots
        WHERE slot = ?1 AND id BETWEEN first_id AND last_id AND at / 900000000 = slot AND (?4 IS NULL OR page = ?4)
    )
    SELECT (SELECT count(*) FROM logged WHERE at >= ?2 AND at < ?3)
        + iif(?2 <= ?1 * 900000000, (SELECT visits FROM tallied) - (SELECT count(*) FROM logged), 0)";

impl Store {
    /// The latest visits, oldest first, and whether the log has earlier ones.
    ///
    /// # Errors
    /// When the database does not answer, or with a row that is no visit.
    pub async fn tail(&self, query: &TailQuery) -> Result<(Vec<Visit>, bool), Error> {
        let mut parameters =
            vec![Value::Integer(query.before.unwrap_or(i64::MAX)), Value::Integer(i64::from(query.tail) + 1)];
        parameters.extend(query.page.as_ref().map(text));
        let statement = if query.page.is_some() { TAIL_OF_PAGE } else { TAIL };
        let rows: Vec<(i64, i64, String)> =
            self.with_connection(|connection| sql::json(connection, statement, &parameters)).await?;
        let wanted = usize::try_from(query.tail).unwrap_or(usize::MAX);
        let earlier = rows.len().saturating_sub(wanted);
        let visits = rows.into_iter().skip(earlier).map(|(id, at, page)| visit(id, at, page, &query.zone));
        let visits = visits.collect::<Result<_, _>>()?;
        Ok((visits, earlier > 0))
    }

    /// How many visits there were. Those that the log has dropped count as if they had come at the beginning of their
    /// slot of 15 minutes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count(&self, range: Range, page: Option<&Page>) -> Result<i64, Error> {
        self.with_connection(|connection| count(connection, range, page)).await
    }
}

/// Counts in the tallies, and at the two ends of the range in the log.
pub(super) fn count(connection: &Connection, range: Range, page: Option<&Page>) -> Result<i64, Error> {
    if range.since.is_none() && range.until.is_none() {
        return ever(connection, page);
    }
    let since = range.since.map_or(i64::MIN, |since| since.timestamp_micros());
    let until = range.until.map_or(i64::MAX, |until| until.timestamp_micros());
    // The slots that are in the range as a whole: from the first to before the last.
    let (first, last) = (ceil(since), floor(until));
    if first > last {
        return part(connection, last, since, until, page);
    }
    let mut visits = whole(connection, first, last, page)?;
    if range.since.is_some() && first * SLOT != since {
        visits += part(connection, first - 1, since, i64::MAX, page)?;
    }
    if range.until.is_some() && last * SLOT != until {
        visits += part(connection, last, i64::MIN, until, page)?;
    }
    Ok(visits)
}

fn ever(connection: &Connection, page: Option<&Page>) -> Result<i64, Error> {
    match page {
        Some(page) => sql::integer(connection, "SELECT visits FROM pages WHERE page = ?1", &[text(page)]),
        None => sql::integer(connection, "SELECT seq FROM sqlite_sequence WHERE name = 'visits'", &[]),
    }
}

/// Makes a visit of a row of the log.
pub(super) fn visit(id: i64, at: i64, page: String, zone: &Zone) -> Result<Visit, Error> {
    let at = DateTime::from_timestamp_micros(at).map(|at| zone.local(at));
    match (at, Page::try_from(page)) {
        (Some(at), Ok(page)) => Ok(Visit { id, at, page }),
        _ => Err(Error::Failed("the log has a row that is no visit".to_owned())),
    }
}

fn whole(connection: &Connection, first: i64, last: i64, page: Option<&Page>) -> Result<i64, Error> {
    let mut parameters = vec![Value::Integer(first), Value::Integer(last)];
    parameters.extend(page.map(text));
    sql::integer(connection, if page.is_some() { WHOLE_SLOTS_OF_PAGE } else { WHOLE_SLOTS }, &parameters)
}

fn part(connection: &Connection, slot: i64, since: i64, until: i64, page: Option<&Page>) -> Result<i64, Error> {
    let page = page.map_or(Value::Null, text);
    let parameters = vec![Value::Integer(slot), Value::Integer(since), Value::Integer(until), page];
    sql::integer(connection, PART_OF_SLOT, &parameters)
}

pub(super) fn text(page: &Page) -> Value {
    Value::Text(page.as_str().to_owned())
}

pub(super) fn floor(at: i64) -> i64 {
    at.div_euclid(SLOT)
}

pub(super) fn ceil(at: i64) -> i64 {
    floor(at) + i64::from(at.rem_euclid(SLOT) != 0)
}
