//! What replicas know of themselves and of each other.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::Id;
use super::imported::Imported;
use super::replica::{PageCount, Reporter};

/// Who a replica is, and how many visits it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// The id of its database.
    pub id: Id,
    /// The number of its visits.
    pub visits: i64,
    /// A number that grows with each visit that is recorded or deleted. The database and a copy of it do not have the
    /// same one for long.
    pub revision: i64,
    /// Whether it has drained: it tells its peers before it records another visit.
    pub drained: bool,
    /// Its view of the cluster: which replicas there are, and whose numbers are final.
    pub view: Id,
}

impl Identity {
    /// The same as a part of a report, with the name of the replica.
    pub fn reporter(&self, replica: &str) -> Reporter {
        Reporter {
            replica: replica.to_owned(),
            id: Some(self.id.clone()),
            revision: Some(self.revision),
            view: Some(self.view.clone()),
        }
    }
}

/// What is remembered of the other replicas.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The replicas.
    pub known: Vec<Known>,
    /// The names of the peers that have answered, with the id of who last did, and its view then. Two of them may have one
    /// id: a volume was copied, or somebody got another name.
    pub peers: Vec<(String, Id, Option<Id>)>,
    /// The ids of databases of which there are, or were, several, or which have lost visits that they had.
    pub duplicates: BTreeSet<Id>,
}

/// What a replica tells its peers of itself, and of the replicas that it knows.
#[derive(Debug, Serialize, Deserialize)]
pub struct Status {
    /// The version of this exchange.
    pub version: u32,
    /// The replica.
    #[serde(flatten)]
    pub reporter: Reporter,
    /// The number of its visits.
    pub visits: i64,
    /// Whether it has drained.
    pub drained: bool,
    /// The replicas that it knows.
    pub known: Vec<Known>,
    /// As in [`Memory`].
    #[serde(default)]
    pub duplicates: Vec<Id>,
    /// The busiest pages of the replica that it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<Pages>,
}

/// What a replica answers that was told to ask another one.
#[derive(Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The other one.
    #[serde(flatten)]
    pub reporter: Reporter,
    /// Whether it answered.
    pub answered: bool,
}

/// The busiest pages of a replica.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pages {
    /// Its revision when it had these numbers of visits.
    pub revision: i64,
    /// The pages.
    pub pages: Vec<PageCount>,
}

/// What is known of a replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Its name.
    pub replica: String,
    /// The id of its database.
    pub id: Id,
    /// What it was called as a peer that was asked; empty if it never was, but only imported.
    pub peer: String,
    /// The number of its visits.
    pub visits: i64,
    /// Of two numbers of a replica, the one with the larger revision is the newer one.
    pub revision: i64,
    /// When it said so.
    #[serde(serialize_with = "crate::zone::serialize", deserialize_with = "crate::zone::deserialize_utc")]
    pub as_of: DateTime<Utc>,
    /// What it did then.
    pub state: KnownState,
}

impl Imported {
    /// What is known of the replica by this import alone.
    pub(super) fn known(&self) -> Known {
        Known {
            replica: self.replica.clone(),
            id: self.id.clone(),
            peer: String::new(),
            visits: self.visits.unwrap_or_default(),
            revision: self.revision,
            as_of: self.as_of,
            state: KnownState::Imported,
        }
    }
}

/// What a replica did when it was last asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KnownState {
    /// It answered.
    Answered,
    /// It had drained: if it does not answer any more, its number is final.
    Drained,
    /// It answered although it is retired: its number is not final any more.
    Returned,
    /// It was never asked: a backup of it was imported, or the numbers of another counter.
    Imported,
}
