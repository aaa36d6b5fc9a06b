//! Reading the whole log, bit by bit.

use spin_sdk::sqlite::Value;

use super::read::{text, visit};
use super::{Error, Range, Store, sql};
use crate::visit::{Page, Visit};
use crate::zone::Zone;

/// How many ids are looked at with one statement: what others wait for meanwhile, and what is in memory at once.
const STEP: i64 = 1000;

/// The ids of the log.
const IDS: &str = "SELECT json_array(coalesce(min(id), 1), coalesce(max(id), 0)) FROM visits";

const STRETCH: &str = "
    SELECT json_group_array(json_array(id, at, page) ORDER BY id) FROM visits
    WHERE id BETWEEN ?1 AND ?2 AND at >= ?3 AND at < ?4 AND (?5 IS NULL OR page = ?5)";

/// Which visits to export, and how far that has come.
#[derive(Debug, Clone)]
pub struct Export {
    range: Range,
    page: Option<Page>,
    next: i64,
    last: i64,
}

impl Store {
    /// Begins to export those visits that the log has now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn export(&self, range: Range, page: Option<Page>) -> Result<Export, Error> {
        let (next, last) = self.with_connection(|connection| sql::json(connection, IDS, &[])).await?;
        Ok(Export { range, page, next, last })
    }

    /// The next visits, by id, in UTC; there may be none of them in this stretch of the log. `None` at its end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn export_next(&self, export: &mut Export) -> Result<Option<Vec<Visit>>, Error> {
        if export.next > export.last {
            return Ok(None);
        }
        let end = export.last.min(export.next + STEP - 1);
        let parameters = vec![
            Value::Integer(export.next),
            Value::Integer(end),
            Value::Integer(export.range.since.map_or(i64::MIN, |since| since.timestamp_micros())),
            Value::Integer(export.range.until.map_or(i64::MAX, |until| until.timestamp_micros())),
            export.page.as_ref().map_or(Value::Null, text),
        ];
        let rows: Vec<(i64, i64, String)> =
            self.with_connection(|connection| sql::json(connection, STRETCH, &parameters)).await?;
        export.next = end + 1;
        rows.into_iter().map(|(id, at, page)| visit(id, at, page, &Zone::UTC)).collect::<Result<_, _>>().map(Some)
    }
}
