//! Recording visits: group commit.
//!
//! A commit costs nearly the same for one visit as for many. So whoever comes first waits for the connection and leads;
//! those who come meanwhile follow, leaving their visits; the leader commits them all in one statement, and tells each
//! its id. While it does, the next leader waits already, and gathers its followers.

use std::cell::{Cell, RefCell};

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::{Connection, Value};

use super::oneshot::{self, Sender};
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

/// Those whose visits the next commit takes along.
#[derive(Default)]
pub(super) struct Group {
    led: Cell<bool>,
    followers: RefCell<Vec<Follower>>,
}

/// A visit that somebody else commits, and whom to tell.
struct Follower {
    row: Row,
    told: Sender<Result<Recorded, Error>>,
}

/// The lead of a group. It ends when it is dropped, and those who follow by then are told that nothing came of it.
struct Lead<'a>(&'a Group);

impl Group {
    fn lead(&self) -> Lead<'_> {
        self.led.set(true);
        Lead(self)
    }
}

impl Lead<'_> {
    /// Ends the lead: who comes from now on follows somebody else.
    fn followers(self) -> Vec<Follower> {
        self.0.followers.take()
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.0.led.set(false);
        self.0.followers.take();
    }
}

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
        if !self.group.led.get() {
            return self.lead(row).await;
        }
        let (told, recorded) = oneshot::channel();
        self.group.followers.borrow_mut().push(Follower { row, told });
        recorded.receive().await.unwrap_or_else(|| {
            Err(Error::Failed("the request that was to commit the visit has been given up".to_owned()))
        })
    }

    /// Commits a visit and those of the followers, and tells them.
    async fn lead(&self, row: Row) -> Result<Recorded, Error> {
        let lead = self.group.lead();
        let _turn = self.turns.take().await;
        let (rows, told): (Vec<_>, Vec<_>) =
            lead.followers().into_iter().map(|follower| (follower.row, follower.told)).unzip();
        let rows: Vec<_> = std::iter::once(row).chain(rows).collect();
        let inserted = self.in_turn(async |connection| insert(connection, &rows, self.config.max_pages).await).await;
        let ids = match inserted {
            Ok(ids) => ids,
            Err(error) => {
                for told in told {
                    told.send(Err(error.clone()));
                }
                return Err(error);
            }
        };
        let visits = ids.last().copied().unwrap_or_default();
        let mut recorded = ids.iter().map(|visit| Recorded { visit: *visit, visits });
        let own = recorded.next().ok_or_else(|| Error::Failed("nothing was inserted".to_owned()));
        for (told, recorded) in told.into_iter().zip(recorded) {
            told.send(Ok(recorded));
        }
        self.upkeep(&ids).await;
        own
    }
}

/// Inserts rows in one transaction, and returns their ids in the same order.
async fn insert(connection: &Connection, rows: &[Row], max_pages: i64) -> Result<Vec<i64>, Error> {
    let parameters = vec![Value::Text(serde_json::to_string(rows)?), Value::Integer(max_pages)];
    let inserted = sql::query(connection, INSERT, parameters).await?;
    let mut ids: Vec<i64> = inserted.iter().filter_map(|row| row.get(0)).collect();
    // They are given in the order of the rows, but RETURNING promises no order of its own.
    ids.sort_unstable();
    if ids.len() == rows.len() { Ok(ids) } else { Err(Error::Failed("a visit was inserted without an id".to_owned())) }
}
