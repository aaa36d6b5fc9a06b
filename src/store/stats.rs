//! The busiest pages, and the metrics.

use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use crate::report::{Metrics, Oldest, PageCount};

/// At most ?1 pages. Of pages with equally many visits, the one that was first visited first comes first.
pub const BUSIEST: &str = "
    SELECT json_group_array(json_object('page', page, 'visits', visits) ORDER BY visits DESC, age_rank) FROM (
        SELECT page, sum(visits) AS visits, min(age_rank) AS age_rank FROM (
            SELECT page, visits, id AS age_rank FROM pages
            UNION ALL
            SELECT page, count(*), iif(page IN (SELECT page FROM pages), NULL, (SELECT max(id) FROM pages) + min(id))
            FROM untallied GROUP BY page
        ) GROUP BY page HAVING sum(visits) > 0 ORDER BY visits DESC, age_rank LIMIT ?1)";

/// The log is pruned from its beginning only, so that its first and its last id tell how many visits it has.
pub const METRICS: &str = "
    SELECT json_array(
        (SELECT coalesce(max(id), 0) FROM visits),
        coalesce((SELECT max(id) FROM visits) - (SELECT min(id) FROM visits) + 1, 0),
        (SELECT max(id) FROM pages) + (SELECT count(*) FROM new_pages),
        (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size),
        (SELECT json_group_array(json_array(reason, requests) ORDER BY reason) FROM (
            SELECT reason, sum(requests) AS requests FROM (
                SELECT reason, requests FROM ignored_totals UNION ALL SELECT reason, 1 FROM ignored
            ) GROUP BY reason)))";

impl Store {
    /// The pages with the most visits of all time, the busiest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn busiest(&self, pages: usize) -> Result<Vec<PageCount>, Error> {
        self.read(BUSIEST, &[Value::Integer(i64::try_from(pages).unwrap_or(i64::MAX))]).await
    }

    /// What `/metrics` reports.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn metrics(&self) -> Result<Metrics, Error> {
        let (visits, log_visits, pages, database_bytes, ignored) = self.read(METRICS, &[]).await?;
        Ok(Metrics {
            visits,
            ignored,
            log_visits,
            pages,
            storage_bytes: database_bytes,
            storage_budget_bytes: self.config.max_storage,
            oldest: Oldest::default(),
        })
    }

    /// How far back the details go.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn oldest(&self) -> Result<Oldest, Error> {
        Ok(Oldest::default())
    }
}
