//! What is known of the visits beside their number.

use spin_sdk::sqlite::Value;

use super::{Error, Store};
use crate::report::{Metrics, PageCount};

/// Of pages with as many visits, the one that was visited first comes first.
const BUSIEST: &str = "
    SELECT json_group_array(json_object('page', page, 'visits', visits) ORDER BY visits DESC, place) FROM (
        SELECT page, sum(visits) AS visits, min(place) AS place FROM (
            SELECT page, visits, id AS place FROM pages
            UNION ALL
            SELECT page, count(*), iif(page IN (SELECT page FROM pages), NULL, (SELECT max(id) FROM pages) + min(id))
            FROM untallied GROUP BY page
        ) GROUP BY page HAVING sum(visits) > 0 ORDER BY visits DESC, place LIMIT ?1)";

/// Visits leave the log from its beginning only.
const METRICS: &str = "
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
    /// The busiest pages ever, the busiest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn busiest(&self, pages: usize) -> Result<Vec<PageCount>, Error> {
        self.read(BUSIEST, &[Value::Integer(i64::try_from(pages).unwrap_or(i64::MAX))]).await
    }

    /// What Prometheus is told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn metrics(&self) -> Result<Metrics, Error> {
        let (visits, log_visits, pages, database_bytes, ignored) = self.read(METRICS, &[]).await?;
        Ok(Metrics { visits, ignored, log_visits, pages, database_bytes })
    }
}
