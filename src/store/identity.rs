//! The identity of this replica, and what it has told its peers of itself.

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::time;
use crate::limits::DRAINED_INTERVAL;
use crate::report::{Id, Identity};

/// The id of the database, the number of its visits, its revision, whether it has drained, and its view of the cluster.
///
/// The revision grows with each visit that is recorded or deleted, and has the time of the last visit in its last digits:
/// so those of two copies of a database differ as soon as each has recorded something. A number is final as of a revision.
pub const IDENTITY: &str = "
    WITH own (id, visits, revision, drained) AS MATERIALIZED (
        SELECT identity.id, last - deleted, (last + deleted) * 65536 + at % 65536, drained_at IS NOT NULL
        FROM identity, watermarks, (SELECT coalesce(max(id), 0) AS last, coalesce(at, 0) AS at FROM visits)
    ), view (member) AS (
        SELECT id || iif(drained, ' drained ' || revision, '') FROM own
        UNION ALL
        SELECT id || CASE
            WHEN state IN ('drained', 'imported') THEN ' ' || state || ' ' || revision
            WHEN state = 'returned' THEN ' returned' ELSE '' END
        FROM replicas WHERE id NOT IN (SELECT id FROM own)
        UNION ALL
        SELECT id || ' duplicate' FROM duplicates
    )
    SELECT json_array(id, visits, revision, json(iif(drained, 'true', 'false')),
        (SELECT group_concat(member, ', ' ORDER BY member) FROM view))
    FROM own";

/// Begins to drain at the time ?1 and until ?2, unless somebody else does. One that drains for longer was begun by another
/// clock.
pub const BEGIN_TO_DRAIN: &str =
    "UPDATE identity SET drain_until = ?2 WHERE drain_until NOT BETWEEN ?1 AND ?2 RETURNING 1";

/// From now on, the first visit has to be announced.
pub const SET_DRAINED: &str = "UPDATE identity SET drained_at = ?1, announced_as = NULL";

const END_DRAIN: &str = "UPDATE identity SET drain_until = 0";

pub const IS_ANNOUNCED: &str = "SELECT announced_as IS ?1 FROM identity";

/// Whether a probe at the time ?2 announces the replica: one that drained after ?3 is about to end.
pub const IS_PROBE_TO_ANNOUNCE: &str = "
    SELECT announced_as IS NOT ?1 AND (drained_at IS NULL OR drained_at NOT BETWEEN ?3 AND ?2) FROM identity";

/// Begins to announce at the time ?2 and until ?3, unless that was done, or somebody else does.
pub const BEGIN_TO_ANNOUNCE: &str = "
    UPDATE identity SET announcing_until = ?3, drained_at = NULL
    WHERE announced_as IS NOT ?1 AND announcing_until NOT BETWEEN ?2 AND ?3 RETURNING 1";

/// It may have drained meanwhile.
pub const END_ANNOUNCEMENT: &str =
    "UPDATE identity SET announced_as = iif(drained_at IS NULL, ?1, NULL), announcing_until = 0";

impl Store {
    /// Who this replica is, and its number of visits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn identity(&self) -> Result<Identity, Error> {
        let (id, visits, revision, drained, view): Row = self.read(IDENTITY, &[]).await?;
        Ok(Identity { id, visits, revision, drained, view: Id::of(&view) })
    }

    /// Begins to drain, until a time. Returns false where somebody else does.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_to_drain(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool, Error> {
        self.has_row(BEGIN_TO_DRAIN, &[time(now), time(until)]).await
    }

    /// Says that no visits are expected any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_drained(&self, now: DateTime<Utc>) -> Result<(), Error> {
        self.change(SET_DRAINED, &[time(now)]).await
    }

    /// Ends what [`begin_to_drain`](Self::begin_to_drain) began.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_drain(&self) -> Result<(), Error> {
        self.change(END_DRAIN, &[]).await
    }

    /// Whether the peers know what this replica is now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_announced(&self) -> Result<bool, Error> {
        self.is_true(IS_ANNOUNCED, &[self.announcement()]).await
    }

    /// Whether a probe has to announce this replica. One that has just drained is about to end; if it goes on, its next
    /// visit announces it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_probe_to_announce(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        self.is_true(IS_PROBE_TO_ANNOUNCE, &[self.announcement(), time(now), time(now - DRAINED_INTERVAL)]).await
    }

    /// Begins to announce this replica, until a time, and takes back that it has drained. Returns false where that was
    /// done, or somebody else does it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_to_announce(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool, Error> {
        self.has_row(BEGIN_TO_ANNOUNCE, &[self.announcement(), time(now), time(until)]).await
    }

    /// Ends what [`begin_to_announce`](Self::begin_to_announce) began.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_announcement(&self) -> Result<(), Error> {
        self.change(END_ANNOUNCEMENT, &[self.announcement()]).await
    }

    /// What a replica makes known again if it changes: its name, and who is retired, since it may be one of them.
    fn announcement(&self) -> Value {
        let retired = self.config.retired.iter().map(Id::as_str);
        Value::Text([&*self.config.replica].into_iter().chain(retired).collect::<Vec<_>>().join(" "))
    }

    async fn is_true(&self, query: &str, parameters: &[Value]) -> Result<bool, Error> {
        Ok(self.integer(query, parameters).await? == 1)
    }
}

type Row = (Id, i64, i64, bool, String);
