//! Listing the pages with their visits in a range, in one statement.
//!
//! The numbers are those of [`count`](super::count), which says how a range is counted. It costs about 3 µs a page, and
//! 0.1 µs a tally of the range.

use serde::Deserialize;
use spin_sdk::sqlite::Value;

use super::count::{Counted, coarse_if_touched, counted as with_imports};
use super::database::Store;
use super::error::Error;
use super::imports::{ImportRow, counted, imports};
use super::parameters::{ids, number, range_micros};
use crate::limits::MAX_LIST_BYTES;
use crate::range::Range;
use crate::report::{Id, LeftOut, PageCount};
use crate::visit::Page;

/// Takes a range in microseconds, a part of the name in any case of ASCII, the sources of the imports to leave out, the
/// maximum length of the list in bytes of JSON, and how many pages to list at most. Returns as JSON the pages with their
/// visits, the most visited first; how many pages with how many visits are left out for the length; the slot before which
/// slots may be merged; and the imports.
macro_rules! list {
    ($parts:expr) => {
        concat!(
            "WITH ",
            counted!("?4"),
            ", part (page, import_id, visits) AS MATERIALIZED (
                SELECT * FROM (",
            $parts,
            ") WHERE instr(lower(page), lower(?3))
            ), numbers (import_id, visits) AS (SELECT import_id, sum(visits) FROM part GROUP BY import_id),
            total (page, visits) AS (
                SELECT page, sum(visits) FROM part GROUP BY page HAVING sum(visits) > 0
            ), ranked (page, visits, bytes) AS MATERIALIZED (
                SELECT page, visits, sum(length(CAST(json_array(page, visits) AS BLOB)) + 1) OVER (ORDER BY visits DESC, page)
                FROM total
            )
            SELECT json_array(
                (SELECT json_group_array(json_array(page, visits) ORDER BY visits DESC, page) FROM (
                    SELECT page, visits FROM ranked WHERE bytes < ?5 ORDER BY visits DESC, page LIMIT ?6)),
                (SELECT json_object('pages', count(*), 'visits', coalesce(sum(visits), 0)) FROM ranked WHERE bytes >= ?5),
                (SELECT coarse_before FROM coarse WHERE period = 'day'), ",
            imports!("numbers", "?4"),
            ")"
        )
    };
}

/// The totals of all time; the range is not used.
pub const LIST_ALL: &str = list!(
    "SELECT page, import_id, visits FROM counted CROSS JOIN pages USING (import_id)
    UNION ALL
    SELECT page, 0, count(*) FROM untallied GROUP BY page"
);

/// The tallies of the slots that begin in the range. Of the slot in which it begins, the log adds the visits after that;
/// of the slot in which it ends, the visits after the end are taken off.
pub const LIST_IN_RANGE: &str = list!(
    "SELECT page, import_id, (
        SELECT sum(visits) FROM tallies
        WHERE page_id = pages.id
            AND slot >= ?1 / 900000000 + (?1 % 900000000 != 0) AND slot < ?2 / 900000000 + (?2 % 900000000 != 0))
    FROM counted CROSS JOIN pages USING (import_id)
    UNION ALL
    SELECT page, 0, sum(sign)
    FROM (SELECT ?1 AS bound, 1 AS sign UNION ALL SELECT ?2, -1)
    CROSS JOIN slots ON import_id = 0 AND slot = bound / 900000000
    CROSS JOIN log ON id BETWEEN first_id AND last_id
    WHERE bound % 900000000 != 0 AND log.at / 900000000 = slot AND log.at >= bound
    GROUP BY page
    UNION ALL
    SELECT page, 0, count(*) FROM untallied WHERE at >= ?1 AND at < ?2 GROUP BY page"
);

/// Pages with their visits, the most visited first.
#[derive(Debug, Deserialize)]
pub struct Listed {
    /// The pages.
    pub pages: Vec<(Page, i64)>,
    /// The least visited ones, for which there was no room.
    pub left_out: LeftOut,
}

impl Store {
    /// All pages that were visited in a range, and have `search` in their names, without the imports from certain sources.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list_pages(&self, range: Range, search: &str, without: &[Id]) -> Result<Counted<Listed>, Error> {
        self.list(range, search, without, None).await
    }

    /// The most visited pages of a range.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn busiest_in(&self, range: Range, pages: usize, without: &[Id]) -> Result<Vec<PageCount>, Error> {
        let listed = self.list(range, "", without, Some(pages)).await?.visits;
        Ok(listed.pages.into_iter().map(|(page, visits)| PageCount { page, visits }).collect())
    }

    async fn list(
        &self,
        range: Range,
        search: &str,
        without: &[Id],
        limit: Option<usize>,
    ) -> Result<Counted<Listed>, Error> {
        let bounds @ [since, until] = range_micros(range);
        let is_all = range.since.is_none() && range.until.is_none();
        let query = if is_all { LIST_ALL } else { LIST_IN_RANGE };
        let (since, until, search) = (Value::Integer(since), Value::Integer(until), Value::Text(search.to_owned()));
        let limit = limit.map_or(Value::Integer(-1), number);
        let parameters = [since, until, search, ids(without), number(MAX_LIST_BYTES), limit];
        let (pages, left_out, coarse_before, imports): (_, _, _, Vec<ImportRow>) =
            self.read(query, &parameters).await?;
        let coarse_before = coarse_if_touched(&bounds, coarse_before).filter(|_| !is_all);
        Ok(with_imports(Listed { pages, left_out }, imports, coarse_before))
    }
}
