//! What is remembered of the other replicas.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::{number, text, time};
use crate::limits::{
    ASKING_TIMEOUT, DISCOVERY_INTERVAL, MAX_REMEMBERED_PAGES, MAX_REMEMBERED_REPLICAS, STORAGE_PER_REMEMBERED_PAGE,
};
use crate::report::{Id, Identity, Known, KnownState, Memory, Pages};
use crate::visit::Page;

/// The replicas that are known, the names of the peers that have answered with the id and the view of who last did, and
/// the ids of duplicates.
pub const MEMORY: &str = "
    SELECT json_array(
        (SELECT json_group_array(json_array(name, id, peer, visits, revision, as_of, state) ORDER BY name, id)
            FROM replicas WHERE id NOT IN (SELECT id FROM identity)),
        (SELECT json_group_array(json_array(name, id, view)) FROM peers),
        (SELECT json_group_array(id) FROM duplicates))";

const REMEMBER_PEER: &str = "
    INSERT INTO peers (name, id, view) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET id = excluded.id, view = excluded.view
        WHERE (excluded.id, excluded.view) IS NOT (id, view)";

pub const REMEMBER_DUPLICATE: &str = "
    INSERT OR IGNORE INTO duplicates (id) SELECT ?1 WHERE (SELECT count(*) FROM duplicates) < ?2";

pub const KNOWN_VISITS: &str = "
    SELECT json(coalesce(sum(visits), 0)) FROM replicas WHERE id NOT IN (SELECT id FROM identity)";

/// The replicas among whose remembered pages the page ?1 is, its number of visits, and the revision.
pub const KNOWN_PAGE: &str = "
    SELECT json_group_array(json_array(replica_id, page.value ->> 'visits', revision))
    FROM replica_pages, json_each(pages) AS page WHERE page.value ->> 'page' = ?1";

/// Remembers the number of a replica, unless what is remembered is newer: of a later revision, or of the same one and a
/// later time. If a replica was only imported, it is remembered that it was asked, even with an older number; and a number
/// that was imported is not final of one that was asked.
pub const REMEMBER: &str = "
    INSERT INTO replicas (id, name, peer, visits, revision, as_of, state)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
        WHERE ?1 NOT IN (SELECT id FROM identity)
            AND (?1 IN (SELECT id FROM replicas) OR (SELECT count(*) FROM replicas) < ?8)
        ON CONFLICT (id) DO UPDATE SET
            name = excluded.name,
            peer = iif(excluded.state = 'imported', peer, excluded.peer),
            visits = iif(excluded.revision >= revision, excluded.visits, visits),
            as_of = iif(excluded.revision >= revision, excluded.as_of, as_of),
            state = CASE
                WHEN excluded.state = 'imported' THEN iif(state = 'drained' AND excluded.revision > revision, 'answered', state)
                WHEN excluded.revision < revision THEN 'answered'
                ELSE excluded.state END,
            revision = max(revision, excluded.revision)
        WHERE (excluded.revision, excluded.as_of) >= (revision, as_of)
            OR state = 'imported' AND excluded.state != 'imported'";

/// The replicas of which later numbers are remembered than of their pages.
pub const OUTDATED: &str = "
    SELECT json_group_array(id) FROM replicas LEFT JOIN replica_pages ON replica_id = id
    WHERE replica_pages.revision IS NULL OR replica_pages.revision < replicas.revision";

pub const REMEMBER_PAGES: &str = "
    INSERT INTO replica_pages (replica_id, revision, pages)
        SELECT ?1, ?2, ?3 WHERE ?1 IN (SELECT id FROM replicas)
        ON CONFLICT (replica_id) DO UPDATE SET revision = excluded.revision, pages = excluded.pages
        WHERE excluded.revision > revision";

pub const PAGES_OF: &str = "
    SELECT coalesce(
        (SELECT json_object('revision', revision, 'pages', json(pages)) FROM replica_pages WHERE replica_id = ?1), 'null')";

/// Begins to ask all at the time ?1 and until ?2, unless that was done at ?3 or later, or somebody else does. Returns for
/// how long it was not done.
pub const BEGIN_TO_ASK: &str = "
    UPDATE asking SET asking_until = ?2
    WHERE asked_at NOT BETWEEN ?3 AND ?1 AND asking_until NOT BETWEEN ?1 AND ?2 RETURNING ?1 - asked_at";

pub const END_ASKING: &str = "UPDATE asking SET asked_at = ?1, asking_until = 0";

pub const LOCK: &str = "UPDATE asking SET locked_until = ?2 WHERE locked_until NOT BETWEEN ?1 AND ?2 RETURNING 1";

const UNLOCK: &str = "UPDATE asking SET locked_until = 0";

#[derive(Deserialize)]
struct Row(String, Id, String, i64, i64, i64, KnownState);

/// The number of visits of a replica to a page.
#[derive(Debug, Deserialize)]
pub struct KnownPage {
    /// The replica.
    pub id: Id,
    /// The number of visits.
    pub visits: i64,
    /// The revision of the replica that had this number.
    pub revision: i64,
}

impl Store {
    /// What is remembered of the other replicas.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn memory(&self) -> Result<Memory, Error> {
        let (rows, peers, duplicates): (Vec<Row>, _, _) = self.read(MEMORY, &[]).await?;
        let known = |Row(replica, id, peer, visits, revision, as_of, state)| {
            let as_of = DateTime::from_timestamp_micros(as_of)?;
            Some(Known { replica, id, peer, visits, revision, as_of, state })
        };
        Ok(Memory { known: rows.into_iter().filter_map(known).collect(), peers, duplicates })
    }

    /// Remembers who answered to a name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remember_peer(&self, peer: &str, id: &Id, view: Option<&Id>) -> Result<(), Error> {
        let text = |id: &Id| Value::Text(id.as_str().to_owned());
        let parameters = [Value::Text(peer.to_owned()), text(id), view.map_or(Value::Null, text)];
        self.change(REMEMBER_PEER, &parameters).await
    }

    /// The last known number of visits of all other replicas together.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn known_visits(&self) -> Result<i64, Error> {
        self.read(KNOWN_VISITS, &[]).await
    }

    /// What is remembered of the visits of other replicas to a page.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn known_page(&self, page: &Page) -> Result<Vec<KnownPage>, Error> {
        self.read(KNOWN_PAGE, &[text(page)]).await
    }

    /// Remembers a replica, unless what is remembered of it is newer; a new one, if fewer than `limit` are remembered.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remember(&self, known: &Known, limit: usize) -> Result<(), Error> {
        let replica = [
            Value::Text(known.id.as_str().to_owned()),
            Value::Text(known.replica.clone()),
            Value::Text(known.peer.clone()),
            Value::Integer(known.visits),
            Value::Integer(known.revision),
            time(known.as_of),
            state_name(known.state),
            number(limit),
        ];
        self.change(REMEMBER, &replica).await
    }

    /// Remembers that there are, or were, several databases with this id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remember_duplicate(&self, id: &Id) -> Result<(), Error> {
        let limit = number(MAX_REMEMBERED_REPLICAS);
        self.change(REMEMBER_DUPLICATE, &[Value::Text(id.as_str().to_owned()), limit]).await
    }

    /// The replicas of which later numbers are remembered than of their pages.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outdated(&self) -> Result<Vec<Id>, Error> {
        self.read(OUTDATED, &[]).await
    }

    /// Remembers the busiest pages of a replica, in place of those of an earlier revision.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remember_pages(&self, id: &Id, Pages { revision, pages }: &Pages) -> Result<(), Error> {
        let limit = MAX_REMEMBERED_PAGES.min(self.config.max_storage / STORAGE_PER_REMEMBERED_PAGE);
        let pages = &pages[..pages.len().min(usize::try_from(limit).unwrap_or_default())];
        let pages = Value::Text(serde_json::to_string(pages)?);
        self.change(REMEMBER_PAGES, &[Value::Text(id.as_str().to_owned()), Value::Integer(*revision), pages]).await
    }

    /// The busiest pages of a replica, as far as they are remembered; this one's for its own id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pages_of(&self, id: &Id, own: &Identity) -> Result<Option<Pages>, Error> {
        if *id == own.id {
            // Visits that come after the identity was read make the pages newer than their revision, and never older.
            let imports: Vec<_> = self.imports().await?.into_iter().map(|import| import.id).collect();
            let pages = self.busiest(usize::try_from(MAX_REMEMBERED_PAGES).unwrap_or_default(), &imports).await?;
            return Ok(Some(Pages { revision: own.revision, pages }));
        }
        self.read(PAGES_OF, &[Value::Text(id.as_str().to_owned())]).await
    }

    /// Begins to ask the other replicas who they are, until a time. Returns for how long that was not done; `None` where
    /// it was done lately, or somebody else does it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_to_ask(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<Option<TimeDelta>, Error> {
        let parameters = [time(now), time(until), time(now - DISCOVERY_INTERVAL)];
        let age = self.with_connection(async |connection| connection.optional(BEGIN_TO_ASK, &parameters).await).await?;
        Ok(age.map(TimeDelta::microseconds))
    }

    /// Ends what [`begin_to_ask`](Self::begin_to_ask) began.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_asking(&self, begun: DateTime<Utc>) -> Result<(), Error> {
        self.change(END_ASKING, &[time(begun)]).await
    }

    /// Locks asking a replica by its name, for one caller at a time. Returns false where somebody else has the lock.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock_asking(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        self.has_row(LOCK, &[time(now), time(now + ASKING_TIMEOUT)]).await
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unlock_asking(&self) -> Result<(), Error> {
        self.change(UNLOCK, &[]).await
    }
}

fn state_name(state: KnownState) -> Value {
    let name = match state {
        KnownState::Answered => "answered",
        KnownState::Drained => "drained",
        KnownState::Returned => "returned",
        KnownState::Imported => "imported",
    };
    Value::Text(name.to_owned())
}
