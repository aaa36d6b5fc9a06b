//! Recording visits: group commit.
//!
//! A commit costs nearly the same for one visit as for many. So the visits of an instance wait for each other: each
//! request leaves its visit, and lets the instance go on with others; whoever finds that nobody comes any more commits
//! all that is there in one statement. While that runs, it is the only thing that the instance does.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;
use spin_sdk::wasip3::wit_bindgen::yield_async;

use super::sql::Connection;
use super::{Error, Store, sql};
use crate::visit::Page;

/// A committed visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The id of the visit.
    pub visit: i64,
    /// How many visits the replica had recorded after that commit.
    pub visits: i64,
}

/// A visit as it is written: the microseconds since 1970, and the page.
type Row = (i64, Page);

/// Where the one who commits leaves what came of it, for the one whose visit it is.
type Outcome = Rc<Cell<Option<Result<Recorded, Error>>>>;

/// The visits that the next commit takes along.
#[derive(Default)]
pub(super) struct Group(RefCell<Vec<(Row, Outcome)>>);

impl Group {
    fn join(&self, row: Row) -> Outcome {
        let outcome = Outcome::default();
        self.0.borrow_mut().push((row, outcome.clone()));
        outcome
    }

    fn visits(&self) -> usize {
        self.0.borrow().len()
    }

    fn take(&self) -> (Vec<Row>, Vec<Outcome>) {
        self.0.take().into_iter().unzip()
    }
}

/// How many times in a row the instance goes on with others, and nobody new comes, before the group is committed.
const TURNS: u32 = 3;

/// Takes a list of `[at, page]` as JSON, and `max_pages`. One text for any number of visits, since the host keeps
/// only the last few statements prepared. Pages that are new and beyond `max_pages` become `(other)`.
const INSERT: &str = "
    WITH arrived (place, at, page) AS (
        SELECT key, value ->> 0, value ->> 1 FROM json_each(?1)
    ), added (page) AS (
        SELECT page FROM arrived WHERE page NOT IN (SELECT page FROM pages)
        GROUP BY page ORDER BY min(place) LIMIT max(0, ?2 - (SELECT max(id) FROM pages))
    )
    INSERT INTO visits (at, page)
    SELECT at, iif(page IN (SELECT page FROM pages) OR page IN (SELECT page FROM added), page, '(other)')
    FROM arrived ORDER BY place
    RETURNING id";

impl Store {
    /// Records a visit: it is committed when this returns.
    ///
    /// # Errors
    /// When the visit is not known to be committed.
    pub async fn record(&self, at: DateTime<Utc>, page: Page) -> Result<Recorded, Error> {
        let row = (at.timestamp_micros(), page);
        sql::patiently(async || self.commit_with_others(row.clone()).await).await
    }

    async fn commit_with_others(&self, row: Row) -> Result<Recorded, Error> {
        let outcome = self.group.join(row);
        let (mut visits, mut turns) = (0, 0);
        loop {
            // Meanwhile Spin may hand over another request.
            yield_async().await;
            if let Some(recorded) = outcome.take() {
                return recorded;
            }
            let before = std::mem::replace(&mut visits, self.group.visits());
            turns = if visits == before { turns + 1 } else { 0 };
            if turns == TURNS {
                self.commit_group().await;
            }
        }
    }

    /// Commits the group, and leaves each what came of it.
    async fn commit_group(&self) {
        let (rows, outcomes) = self.group.take();
        let inserted = self.attempt(|connection| insert(connection, &rows, self.config.max_pages));
        match inserted {
            Ok(ids) => {
                let visits = ids.last().copied().unwrap_or_default();
                for (visit, outcome) in ids.iter().zip(outcomes) {
                    outcome.set(Some(Ok(Recorded { visit: *visit, visits })));
                }
                self.upkeep(&ids).await;
                self.surplus.leave(&ids).await;
            }
            Err(error) => outcomes.iter().for_each(|outcome| outcome.set(Some(Err(error.clone())))),
        }
    }
}

/// Inserts rows in one transaction, and returns their ids in the same order.
fn insert(connection: &Connection, rows: &[Row], max_pages: i64) -> Result<Vec<i64>, Error> {
    let parameters = [Value::Text(serde_json::to_string(rows)?), Value::Integer(max_pages)];
    let inserted = sql::query(connection, INSERT, &parameters)?;
    let mut ids: Vec<i64> = inserted.iter().filter_map(|row| row.get(0)).collect();
    // They are given in the order of the rows, but RETURNING promises no order of its own.
    ids.sort_unstable();
    if ids.len() == rows.len() { Ok(ids) } else { Err(Error::Failed("a visit was inserted without an id".to_owned())) }
}
