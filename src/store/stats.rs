//! What is known of the visits beside their number.

use spin_sdk::sqlite::Value;

use super::{Error, Store, sql};
use crate::report::{Metrics, PageCount};
use crate::visit::Reason;

const IGNORE: &str = "
    INSERT INTO ignored (reason, requests) VALUES (?1, 1) ON CONFLICT (reason) DO UPDATE SET requests = requests + 1";

const BUSIEST: &str = "
    SELECT json_group_array(json_object('page', page, 'visits', visits) ORDER BY visits DESC, id) FROM (
        SELECT id, page, visits FROM pages WHERE visits > 0 ORDER BY visits DESC, id LIMIT ?1)";

const IGNORED: &str = "
    SELECT json_group_array(json_array(reason, requests) ORDER BY reason) FROM ignored";

/// SQLite keeps the largest id ever given in a table of its own. Visits leave the log from its beginning only.
const NUMBERS: &str = "
    SELECT json_array(
        (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'visits'),
        coalesce((SELECT max(id) FROM visits) - (SELECT min(id) FROM visits) + 1, 0),
        (SELECT max(id) FROM pages),
        (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size))";

impl Store {
    /// Records that a request was not a visit, for this reason.
    ///
    /// # Errors
    /// When that is not known to be committed.
    pub async fn ignore(&self, reason: Reason) -> Result<(), Error> {
        let reason = [Value::Text(reason.name().to_owned())];
        self.with_connection(|connection| sql::run(connection, IGNORE, &reason)).await
    }

    /// The busiest pages ever, the busiest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn busiest(&self, pages: usize) -> Result<Vec<PageCount>, Error> {
        let limit = [Value::Integer(i64::try_from(pages).unwrap_or(i64::MAX))];
        self.with_connection(|connection| sql::json(connection, BUSIEST, &limit)).await
    }

    /// What Prometheus is told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn metrics(&self) -> Result<Metrics, Error> {
        self.with_connection(|connection| {
            let (visits, log_visits, pages, database_bytes) = sql::json(connection, NUMBERS, &[])?;
            let ignored = sql::json(connection, IGNORED, &[])?;
            Ok(Metrics { visits, ignored, log_visits, pages, database_bytes })
        })
        .await
    }
}
