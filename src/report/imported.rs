//! What was imported.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::id::Id;

/// What a replica has imported: a backup of another one, or the numbers of another counter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Imported {
    /// The id of that replica's database, or one that the name of the counter gives.
    pub id: Id,
    /// Its name.
    pub replica: String,
    /// Its revision.
    pub revision: i64,
    /// The time up to which its visits are here.
    #[serde(serialize_with = "crate::zone::serialize", deserialize_with = "crate::zone::deserialize_utc")]
    pub as_of: DateTime<Utc>,
    /// How many of the visits that a report counts are from it; `None` where it leaves them out.
    #[serde(default)]
    pub visits: Option<i64>,
}

/// Compiled once, and not in each report.
#[inline(never)]
pub fn deserialize_imports<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Imported>, D::Error> {
    Vec::deserialize(deserializer)
}

/// A database whose numbers were uploaded.
#[derive(Debug, Serialize)]
pub struct ImportedDatabase {
    /// Its id, or one that the name of another counter gives.
    pub id: Id,
    /// The name of its replica, or of that counter.
    pub replica: String,
    /// The number of its visits.
    pub visits: i64,
    /// When it had that number.
    #[serde(serialize_with = "crate::zone::serialize")]
    pub as_of: DateTime<Utc>,
    /// What became of them.
    pub outcome: ImportOutcome,
}

/// What becomes of numbers that were uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportOutcome {
    /// They count.
    Imported,
    /// They count in place of earlier ones.
    Replaced,
    /// They were imported before.
    Unchanged,
    /// Later ones were imported before, and count.
    Earlier,
    /// They are those of this replica itself, which counts them.
    Own,
}
