//! Recording visits.

use std::rc::Rc;

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::{micros, text};
use crate::config::Synchronous;
use crate::limits::MAINTENANCE_INTERVAL;
use crate::runtime;
use crate::visit::{Page, Reason};

/// Returns the id of the visit, the number of visits of all time, and whether the peers have to be told of it first.
pub const INSERT: &str = "
    INSERT INTO visits (at, page) VALUES (?1, ?2)
    RETURNING id, id - (SELECT deleted FROM watermarks), (SELECT announced_as IS NULL FROM identity)";

pub const INSERT_IGNORED: &str = "INSERT INTO ignored (reason) VALUES (?1) RETURNING id";

const IS_DURABLE: &str = "SELECT durable >= ?1 FROM watermarks";

/// A commit of a connection with `synchronous=FULL` writes the write-ahead log to the disk, and so all commits before
/// it.
const MAKE_DURABLE: &str = "UPDATE watermarks SET durable = (SELECT max(id) FROM visits) WHERE durable < ?1";

/// A visit that was recorded.
#[derive(Debug)]
pub struct Recorded {
    /// Its id.
    pub id: i64,
    /// The number of visits of all time, this one among them and those that were deleted not.
    pub visits: i64,
    /// Whether the peers have to be told before this is answered: they do not know this replica, or believe that no more
    /// visits come.
    pub is_news: bool,
}

impl Store {
    /// Records a visit. It is committed when this returns.
    ///
    /// # Errors
    /// When it is not known to be committed.
    pub async fn record(self: &Rc<Self>, at: DateTime<Utc>, page: &Page) -> Result<Recorded, Error> {
        let visit = [Value::Integer(micros(at)), text(page)];
        let inserted = self.with_connection(async |connection| connection.integers(INSERT, &visit).await).await;
        let [id, visits, is_news] = inserted?;
        if self.config.synchronous == Synchronous::Full {
            self.make_durable(id).await?;
        }
        self.start_maintenance_after(id, at);
        Ok(Recorded { id, visits, is_news: is_news == 1 })
    }

    /// Records that a request at this time was not a visit, for this reason.
    ///
    /// # Errors
    /// When that is not known to be committed.
    pub async fn record_ignored(self: &Rc<Self>, at: DateTime<Utc>, reason: Reason) -> Result<(), Error> {
        let reason = [Value::Text(reason.name().to_owned())];
        let id = self.integer(INSERT_IGNORED, &reason).await?;
        self.start_maintenance_after(id, at);
        Ok(())
    }

    /// Makes a committed visit survive a power cut.
    ///
    /// One fsync does so for all visits that were committed before it, whichever instance recorded them: so instances
    /// share their fsyncs through the database. A request whose visit another request's fsync covers needs none.
    async fn make_durable(&self, id: i64) -> Result<(), Error> {
        let id = [Value::Integer(id)];
        self.with_durable(async |connection| match connection.run(MAKE_DURABLE, &id).await {
            // Whoever has the database locked may have made this visit durable as well.
            Err(Error::Locked) if connection.value::<i64>(IS_DURABLE, &id).await? == 1 => Ok(()),
            result => result,
        })
        .await
    }

    /// Starts maintenance if it is due. It continues after the answer, and may end with the instance at any point: the
    /// next maintenance continues from there.
    fn start_maintenance_after(self: &Rc<Self>, id: i64, now: DateTime<Utc>) {
        if id % MAINTENANCE_INTERVAL == 0 {
            let store = self.clone();
            runtime::spawn(async move { store.maintain(now).await });
        }
    }
}
