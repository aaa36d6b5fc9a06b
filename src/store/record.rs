//! Recording visits: group commit.
//!
//! A commit costs nearly the same for one visit as for many. So the visits of an instance wait for each other: each
//! request leaves its visit, and lets the instance go on with others; one of them leads, and commits all that is there in
//! one statement, as soon as nobody comes any more. While that runs, it is the only thing that the instance does.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;
use spin_sdk::wasip3::wit_bindgen::yield_async;

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
pub(super) struct Group {
    visits: RefCell<Vec<(Row, Outcome)>>,
    led: Cell<bool>,
}

/// Whoever has it commits the group; when it is gone, another can have it.
struct Lead<'a>(&'a Cell<bool>);

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Group {
    fn join(&self, row: Row) -> Outcome {
        let outcome = Outcome::default();
        self.visits.borrow_mut().push((row, outcome.clone()));
        outcome
    }

    /// Takes the lead, if nobody has it.
    fn lead(&self) -> Option<Lead<'_>> {
        (!self.led.replace(true)).then(|| Lead(&self.led))
    }

    fn len(&self) -> usize {
        self.visits.borrow().len()
    }

    /// The visits, as JSON.
    fn rows(&self) -> serde_json::Result<String> {
        serde_json::to_string(&self.visits.borrow().iter().map(|(row, _)| row).collect::<Vec<_>>())
    }

    fn take(&self) -> Vec<Outcome> {
        self.visits.take().into_iter().map(|(_, outcome)| outcome).collect()
    }
}

/// How many times in a row the instance goes on with others, and nobody new comes, before a group counts as gathered.
const TURNS: u32 = 3;

/// For how long a group waits for more visits, or for others to be done with the database.
const REST: Duration = Duration::from_millis(3);

/// How many times a group waits for others to be done. Then each of its visits decides how long it can wait.
const RESTS: u32 = 20;

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
        loop {
            if let Some(recorded) = outcome.take() {
                return recorded;
            }
            match self.group.lead() {
                Some(lead) => self.commit_group(lead).await,
                None => yield_async().await,
            }
        }
    }

    /// Commits the group when it is worth it, and leaves each what came of it.
    async fn commit_group(&self, lead: Lead<'_>) {
        self.gather().await;
        if self.surplus.is_worth_waiting(self.group.len()) {
            self.rest().await;
        }
        let mut rests = 0;
        let inserted = loop {
            match self.insert() {
                Err(Error::Locked) if rests < RESTS => rests += 1,
                inserted => break inserted,
            }
            self.rest().await;
        };
        let outcomes = self.group.take();
        drop(lead);
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

    /// Lets visits come, until nobody does.
    async fn gather(&self) {
        let (mut visits, mut turns) = (self.group.len(), 0);
        while turns < TURNS {
            // Meanwhile Spin may hand over another request.
            yield_async().await;
            let before = std::mem::replace(&mut visits, self.group.len());
            turns = if visits == before { turns + 1 } else { 0 };
        }
    }

    /// Stops the instance for a moment, and gathers those who came. It counts as ready all the while, so that Spin does not
    /// start another for them; and who waits meanwhile costs nothing.
    async fn rest(&self) {
        thread::sleep(REST);
        self.gather().await;
    }

    /// Inserts the group in one transaction, and returns the ids in the same order.
    fn insert(&self) -> Result<Vec<i64>, Error> {
        let rows = self.group.rows()?;
        let parameters = [Value::Text(rows), Value::Integer(self.config.max_pages)];
        let mut ids: Vec<i64> = self.attempt(|connection| {
            Ok(sql::query(connection, INSERT, &parameters)?.iter().filter_map(|row| row.get(0)).collect())
        })?;
        // They are given in the order of the rows, but RETURNING promises no order of its own.
        ids.sort_unstable();
        if ids.len() == self.group.len() {
            Ok(ids)
        } else {
            Err(Error::Failed("a visit was inserted without an id".to_owned()))
        }
    }
}
