//! Deleting a page.

use std::slice::from_ref;

use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::text;
use super::routine::Routine;
use crate::limits::{DELETE_BATCH, MERGE_BATCH};
use crate::visit::Page;

/// The first and the last id of the log, and the number of visits that count for the page ?1.
const EXTENT: &str = "
    SELECT json_array(
        (SELECT coalesce(min(id), 1) FROM visits), (SELECT coalesce(max(id), 0) FROM visits),
        (SELECT coalesce(sum(visits), 0) FROM current_pages WHERE page = ?1))";

/// Deletes the visits from the id ?1 until the id ?2 that count for the page ?3.
pub const DELETE_VISITS: Routine = Routine {
    trigger: include_str!("triggers/delete_visit.sql"),
    statement: "DELETE FROM log WHERE id BETWEEN ?1 AND ?2 AND page = ?3",
};

/// Visits to the page ?3 from before it was counted separately count for (other). There they stay, without its name.
pub const FORGET_NAME: &str = "
    UPDATE visits SET page = '(other)'
    WHERE id BETWEEN ?1 AND ?2 AND page = ?3 AND ?3 != '(other)'
        AND id < coalesce((SELECT first_id FROM pages WHERE import_id = 0 AND page = ?3), ?2 + 1)";

/// Takes some tallies of the page ?1, at most ?2, out of all counts.
pub const DELETE_TALLIES: Routine = Routine {
    trigger: include_str!("triggers/delete_tally.sql"),
    statement: "
        DELETE FROM page_tallies WHERE page = ?1 AND (page_id, slot) IN (
            SELECT page_id, slot FROM page_tallies WHERE page = ?1 ORDER BY page_id, slot LIMIT ?2)",
};

/// Whether the page ?1 has tallies.
const HAS_TALLIES: &str = "SELECT EXISTS (SELECT 1 FROM page_tallies WHERE page = ?1)";

/// Deletes the visits to the page ?2, after the id ?1, that were tallied before the page was gone.
const DELETE_LATE_VISITS: &str = "
    DELETE FROM visits
    WHERE id > ?1 AND id <= (SELECT tallied FROM watermarks) AND id < (SELECT max(id) FROM visits) AND page = ?2
        AND NOT EXISTS (SELECT 1 FROM pages WHERE import_id = 0 AND pages.page = ?2 AND first_id <= visits.id)";

/// What is remembered of the page of other replicas.
pub const FORGET_REMEMBERED: &str = "
    UPDATE replica_pages
    SET pages = (SELECT json_group_array(json(value)) FROM json_each(pages) WHERE value ->> 'page' != ?1)
    WHERE EXISTS (SELECT 1 FROM json_each(pages) WHERE value ->> 'page' = ?1)";

impl Store {
    /// Deletes all visits to a page that were recorded or imported before, from the log and from all counts, and returns
    /// how many that were. If it ends midway, it can be repeated.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delete_page(&self, page: &Page) -> Result<i64, Error> {
        let name = text(page);
        let (_, last, _): (i64, i64, i64) = self.read(EXTENT, from_ref(&name)).await?;
        // In the counts is then what is in the log.
        while self.tally(Some(last)).await? > 0 {}
        let (mut id, _, visits): (i64, i64, i64) = self.read(EXTENT, from_ref(&name)).await?;
        while id <= last {
            let batch = [Value::Integer(id), Value::Integer(last.min(id + DELETE_BATCH - 1)), name.clone()];
            self.run(&DELETE_VISITS, &batch).await?;
            self.change(FORGET_NAME, &batch).await?;
            self.checkpoint().await?;
            id += DELETE_BATCH;
        }
        while self.integer(HAS_TALLIES, from_ref(&name)).await? == 1 {
            self.run(&DELETE_TALLIES, &[name.clone(), Value::Integer(MERGE_BATCH)]).await?;
            self.checkpoint().await?;
        }
        self.change(DELETE_LATE_VISITS, &[Value::Integer(last), name.clone()]).await?;
        self.change(FORGET_REMEMBERED, &[name]).await?;
        Ok(visits)
    }
}
