//! Reading the log: its end, and all of it, bit by bit.

use chrono::DateTime;
use spin_sdk::sqlite::Value;

use super::{Error, Range, Store, text};
use crate::visit::{Page, Visit};
use crate::zone::Zone;

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

/// Which visits to export, and how far that has come.
#[derive(Debug, Clone)]
pub struct Export {
    range: Range,
    page: Option<Page>,
    next: i64,
    last: i64,
}

/// A row of the log: id, time, page.
type Row = (i64, i64, String);

/// How many ids an export looks at with one statement: what others wait for meanwhile, and what is in memory at once.
const STEP: i64 = 1000;

const TAIL: &str = "
    SELECT json_group_array(json_array(id, at, page) ORDER BY id) FROM (
        SELECT id, at, page FROM log WHERE id < ?1 ORDER BY id DESC LIMIT ?2)";

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
        SELECT id, at, page FROM log
        WHERE page = ?3 AND id < ?1 AND id >= coalesce(
            (SELECT min(first_id) FROM touched WHERE coalesce(later, 0) < ?2), (SELECT tallied + 1 FROM watermarks))
        ORDER BY id DESC LIMIT ?2)";

/// The ids of the log.
const IDS: &str = "SELECT json_array(coalesce(min(id), 1), (SELECT coalesce(max(id), 0) FROM visits)) FROM visits";

const STRETCH: &str = "
    SELECT json_group_array(json_array(id, at, page) ORDER BY id) FROM log
    WHERE id BETWEEN ?1 AND ?2 AND at >= ?3 AND at < ?4 AND (?5 IS NULL OR page = ?5)";

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
        let rows: Vec<Row> = self.read(statement, &parameters).await?;
        let wanted = usize::try_from(query.tail).unwrap_or(usize::MAX);
        let earlier = rows.len().saturating_sub(wanted);
        let visits = rows.into_iter().skip(earlier).map(|row| visit(row, &query.zone)).collect::<Result<_, _>>()?;
        Ok((visits, earlier > 0))
    }

    /// Begins to export those visits that the log has now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn export(&self, range: Range, page: Option<Page>) -> Result<Export, Error> {
        let (next, last) = self.read(IDS, &[]).await?;
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
        let [since, until] = export.range.micros();
        let page = export.page.as_ref().map_or(Value::Null, text);
        let bounds = [export.next, end, since, until].map(Value::Integer);
        let parameters: Vec<_> = bounds.into_iter().chain([page]).collect();
        let rows: Vec<Row> = self.read(STRETCH, &parameters).await?;
        export.next = end + 1;
        rows.into_iter().map(|row| visit(row, &Zone::UTC)).collect::<Result<_, _>>().map(Some)
    }
}

/// Makes a visit of a row of the log.
fn visit((id, at, page): Row, zone: &Zone) -> Result<Visit, Error> {
    let at = DateTime::from_timestamp_micros(at).map(|at| zone.local(at));
    match (at, Page::try_from(page)) {
        (Some(at), Ok(page)) => Ok(Visit { id, at, page }),
        _ => Err(Error::Failed("the log has a row that is no visit".to_owned())),
    }
}
