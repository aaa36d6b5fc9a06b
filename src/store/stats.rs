//! The busiest pages, the metrics, and how far back the details go.

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::imports::counted;
use super::parameters::ids;
use crate::report::{Id, Metrics, Oldest, PageCount};
use crate::zone::SLOT;

/// At most ?1 pages, without the imports from the sources ?2. Of pages with equally many visits, the one that was first
/// visited first comes first.
pub const BUSIEST: &str = concat!(
    "WITH ",
    counted!("?2"),
    "
    SELECT json_group_array(json_object('page', page, 'visits', visits) ORDER BY visits DESC, age_rank) FROM (
        SELECT page, sum(visits) AS visits, min(age_rank) AS age_rank FROM (
            SELECT page, visits, id AS age_rank FROM counted CROSS JOIN pages USING (import_id)
            UNION ALL
            SELECT page, count(*), iif(
                page IN (SELECT page FROM pages WHERE import_id = 0), NULL, (SELECT max(id) FROM pages) + min(id))
            FROM untallied GROUP BY page
        ) GROUP BY page HAVING sum(visits) > 0 ORDER BY visits DESC, age_rank LIMIT ?1)"
);

pub const METRICS: &str = "
    SELECT json_array(
        (SELECT coalesce(max(id), 0) FROM visits),
        (SELECT count(*) FROM visits),
        (SELECT count(*) - 1 FROM pages WHERE import_id = 0) + (SELECT count(*) FROM new_pages),
        (SELECT coalesce(sum(visits), 0) FROM imports WHERE state = 'current'),
        (SELECT used FROM storage),
        (SELECT json_group_array(json_array(reason, requests) ORDER BY reason) FROM (
            SELECT reason, sum(requests) AS requests FROM (
                SELECT reason, requests FROM ignored_totals UNION ALL SELECT reason, 1 FROM ignored
            ) GROUP BY reason)))";

/// The time of the oldest visit, and the oldest slot that is itself, or was merged into a day, a month or a year.
pub const OLDEST: &str = "
    WITH before (day, month, year) AS (
        SELECT max(iif(period = 'day', coarse_before, 0)), max(iif(period = 'month', coarse_before, 0)),
            max(iif(period = 'year', coarse_before, 0))
        FROM coarse
    )
    SELECT json_array(
        (SELECT at FROM log ORDER BY id LIMIT 1),
        (SELECT json_group_array((SELECT min(slot) FROM slots WHERE import_id = 0 AND slot >= first AND slot < last)) FROM (
            SELECT day AS first, 9223372036854775807 AS last FROM before
            UNION ALL SELECT month, day FROM before
            UNION ALL SELECT year, month FROM before
            UNION ALL SELECT 0, year FROM before)))";

impl Store {
    /// The pages with the most visits of all time, the busiest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn busiest(&self, pages: usize, without: &[Id]) -> Result<Vec<PageCount>, Error> {
        self.read(BUSIEST, &[Value::Integer(i64::try_from(pages).unwrap_or(i64::MAX)), ids(without)]).await
    }

    /// What `/metrics` reports. Whether a visit could be recorded it finds out as `/readyz` does, which shares its commits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn metrics(&self, now: DateTime<Utc>) -> Result<Metrics, Error> {
        let ready = self.check(now).await.is_ok();
        let (visits, log_visits, pages, imported_visits, storage_bytes, ignored) = self.read(METRICS, &[]).await?;
        let (storage_budget_bytes, oldest) = (self.config.max_storage, self.oldest().await?);
        Ok(Metrics {
            visits,
            imported_visits,
            ignored,
            log_visits,
            pages,
            storage_bytes,
            storage_budget_bytes,
            oldest,
            ready,
        })
    }

    /// How far back the details go.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn oldest(&self) -> Result<Oldest, Error> {
        let (visit, slots): (Option<i64>, [Option<i64>; 4]) = self.read(OLDEST, &[]).await?;
        let [quarter_hour, day, month, year] =
            slots.map(|slot| slot.and_then(|slot| DateTime::from_timestamp_micros(slot * SLOT)));
        Ok(Oldest { visit: visit.and_then(DateTime::from_timestamp_micros), quarter_hour, day, month, year })
    }
}
