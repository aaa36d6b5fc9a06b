//! Reading the log: its tail, and in batches all of it.

use chrono::DateTime;
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::{range_micros, text, text_or_null};
use crate::limits::EXPORT_BATCH;
use crate::range::Range;
use crate::report::{ExportedVisit, Id};
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
    /// Only those in this range.
    pub range: Range,
    /// The zone to show their times in.
    pub zone: Zone,
}

/// Which visits to export, and how far the export is.
#[derive(Debug, Clone)]
pub struct Export {
    database: Id,
    range: Range,
    page: Option<Page>,
    /// Whether it goes on from an earlier one, and so must leave out nothing.
    goes_on: bool,
    next_id: i64,
    last_id: i64,
}

/// That an export cannot go on from an earlier one.
#[derive(Debug)]
pub struct Gone {
    /// The first id of the log.
    pub first: i64,
}

/// A row of the log: id, time, page.
pub type Row = (i64, i64, String);

/// Takes the id before which visits are shown, how many, and a range in microseconds. To read no more of the log than
/// that takes, it is searched between the first and the last id that the slots of the range have; a slot may have been
/// merged into an earlier one.
pub const TAIL: &str = "
    WITH touched (first_id, last_id) AS MATERIALIZED (
        SELECT iif(?3 = 0, 0, (
                SELECT min(first_id) FROM slots WHERE import_id = 0 AND slot >= coalesce(
                    (SELECT max(slot) FROM slots WHERE import_id = 0 AND slot <= ?3 / 900000000), 0))),
            iif(?4 = 9223372036854775807, tallied, (
                SELECT max(last_id) FROM slots WHERE import_id = 0 AND slot <= (?4 - 1) / 900000000))
        FROM watermarks
    )
    SELECT json_group_array(json_array(id, at, page) ORDER BY id) FROM (
        SELECT * FROM (
            SELECT id, at, page FROM log
            WHERE id BETWEEN (SELECT first_id FROM touched) AND min(?1 - 1, (SELECT last_id FROM touched))
                AND at >= ?3 AND at < ?4
            ORDER BY id DESC LIMIT ?2)
        UNION ALL
        SELECT id, at, page FROM untallied WHERE id < ?1 AND at >= ?3 AND at < ?4
        ORDER BY id DESC LIMIT ?2)";

/// The same for the page ?5. Only slots with visits of the page are read, and their tallies are summed up from the latest
/// one on: once the slots after one have ?2 visits before the id ?1 and the end of the range, visits with smaller ids than
/// theirs need not be read.
pub const TAIL_OF_PAGE: &str = "
    WITH touched (slot, first_id, last_id, later) AS MATERIALIZED (
        SELECT slot, first_id, last_id, sum(iif(last_id < ?1 AND slot < (?4 - 1) / 900000000, tallies.visits, 0))
            OVER (ORDER BY slot DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        FROM tallies JOIN slots USING (slot)
        WHERE import_id = 0 AND page_id = (SELECT id FROM pages WHERE import_id = 0 AND page = ?5)
            AND slot >= ?3 / 900000000 AND slot <= (?4 - 1) / 900000000
            AND first_id < ?1 AND last_id >= (SELECT min(id) FROM visits)
    ), earliest (id) AS MATERIALIZED (
        SELECT min(first_id) FROM touched WHERE coalesce(later, 0) < ?2
    )
    SELECT json_group_array(json_array(id, at, page) ORDER BY id) FROM (
        SELECT log.id, at, page FROM touched CROSS JOIN log
            ON log.id BETWEEN max(first_id, (SELECT id FROM earliest)) AND min(last_id, ?1 - 1)
        WHERE at / 900000000 = slot AND page = ?5 AND at >= ?3 AND at < ?4
        UNION ALL
        SELECT id, at, page FROM untallied WHERE id < ?1 AND page = ?5 AND at >= ?3 AND at < ?4
        ORDER BY id DESC LIMIT ?2)";

/// The id of the database, and the first and the last id of the log.
const IDS: &str = "
    SELECT json_array((SELECT id FROM identity), coalesce(min(id), 1), (SELECT coalesce(max(id), 0) FROM visits))
    FROM visits";

/// Some visits, and the first id of the log.
pub const BATCH: &str = "
    SELECT json_array(coalesce((SELECT min(id) FROM visits), 1), json_group_array(json_array(id, at, page) ORDER BY id))
    FROM log
    WHERE id BETWEEN ?1 AND ?2 AND at >= ?3 AND at < ?4 AND (?5 IS NULL OR page = ?5)";

impl Store {
    /// The latest visits, oldest first, and whether the log has earlier ones.
    ///
    /// # Errors
    /// When the database does not answer, or has a row that is not a visit.
    pub async fn tail(&self, query: &TailQuery) -> Result<(Vec<Visit>, bool), Error> {
        // One more than is shown, to see whether there are earlier ones.
        let number = i64::from(query.tail) + 1;
        let [since, until] = range_micros(query.range);
        let mut parameters = [query.before.unwrap_or(i64::MAX), number, since, until].map(Value::Integer).to_vec();
        parameters.extend(query.page.as_ref().map(text));
        let statement = if query.page.is_some() { TAIL_OF_PAGE } else { TAIL };
        cut_off(self.read(statement, &parameters).await?, query.tail, &query.zone)
    }

    /// Begins to export the visits that are in the log now, those after the id `after` if that is given. Then it fails
    /// if some of them are in the log no more, or if the log never had this id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn export(
        &self,
        range: Range,
        page: Option<Page>,
        after: Option<i64>,
    ) -> Result<Result<Export, Gone>, Error> {
        let (database, first, last_id): (Id, i64, i64) = self.read(IDS, &[]).await?;
        if after.is_some_and(|after| !(first - 1..=last_id).contains(&after)) {
            return Ok(Err(Gone { first }));
        }
        let next_id = after.map_or(first, |after| after + 1);
        Ok(Ok(Export { database, range, page, goes_on: after.is_some(), next_id, last_id }))
    }

    /// The next batch of visits, by id, in UTC. A batch may be empty; `None` is the end.
    ///
    /// # Errors
    /// When the database does not answer, or has a row that is not a visit. If the export goes on from an earlier one,
    /// also when visits have left the log before they were exported.
    pub async fn export_next(&self, export: &mut Export) -> Result<Option<Vec<ExportedVisit>>, Error> {
        if export.next_id > export.last_id {
            return Ok(None);
        }
        let end = export.last_id.min(export.next_id + EXPORT_BATCH - 1);
        let [since, until] = range_micros(export.range);
        let bounds = [export.next_id, end, since, until].map(Value::Integer);
        let parameters: Vec<_> = bounds.into_iter().chain([text_or_null(export.page.as_ref())]).collect();
        let (first, rows): (i64, Vec<Row>) = self.read(BATCH, &parameters).await?;
        if export.goes_on && first > export.next_id {
            return Err(Error::Failed("visits were pruned that were not exported yet".to_owned()));
        }
        export.next_id = end + 1;
        let exported = |row| Ok(ExportedVisit { visit: visit(row, &Zone::UTC)?, database: export.database.clone() });
        rows.into_iter().map(exported).collect::<Result<_, _>>().map(Some)
    }
}

/// The last visits of these rows, and whether there are earlier ones.
fn cut_off(rows: Vec<Row>, tail: u32, zone: &Zone) -> Result<(Vec<Visit>, bool), Error> {
    let earlier = rows.len().saturating_sub(usize::try_from(tail).unwrap_or(usize::MAX));
    let visits = rows.into_iter().skip(earlier).map(|row| visit(row, zone)).collect::<Result<_, _>>()?;
    Ok((visits, earlier > 0))
}

/// Makes a visit of a row of the log.
pub fn visit((id, at, page): Row, zone: &Zone) -> Result<Visit, Error> {
    let at = DateTime::from_timestamp_micros(at).map(|at| zone.local(at));
    match (at, Page::try_from(page)) {
        (Some(at), Ok(page)) => Ok(Visit { id, at, page }),
        _ => Err(Error::Failed("the log has a row that is no visit".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_cut_off_before_its_last_visits() {
        let rows = |number| (1..=number).map(|id| (id, id * 1_000_000, "/".to_owned())).collect();
        for (number, expected, has_earlier) in
            [(0, vec![], false), (2, vec![1, 2], false), (3, vec![1, 2, 3], false), (5, vec![3, 4, 5], true)]
        {
            let (visits, earlier) = cut_off(rows(number), 3, &Zone::UTC).expect("visits");
            assert_eq!((visits.iter().map(|visit| visit.id).collect(), earlier), (expected, has_earlier), "{number}");
        }
    }

    #[test]
    fn a_row_that_is_not_a_visit_is_an_error() {
        for row in [(1, 0, "no path".to_owned()), (1, i64::MAX, "/".to_owned())] {
            assert!(visit(row, &Zone::UTC).is_err());
        }
    }
}
