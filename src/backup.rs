//! The format of a backup: lines of JSON, of which the last one tells whether all of them are there.
//!
//! ```text
//! {"backup":{"version":1,"schema":7,"tallies":2,"log":3,"last":{…},"database":{"id":"…","visits":3,…}}}
//! {"tallies":{"page":"/","slots":[[1993856,2],[1993857,1]]}}
//! {"import":{"id":"…","replica":"footfall-3","visits":7,…}}
//! {"tallies":{"page":"/a","slots":[[1993800,7]]}}
//! {"visit":{"id":3,"at":"2026-11-27T01:10:00.000000+00:00","page":"/"}}
//! {"end":{"lines":6,"visits":10,"sha256":"…"}}
//! ```
//!
//! The tallies of a database follow its line: first that of the replica itself, then those that it has imported. The log
//! follows them, the latest visit first.

mod lines;
mod numbers;
mod reader;

use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::report::Id;
use crate::visit::{Page, Visit};
pub use lines::{Lines, Wrong};
pub use numbers::Numbers;
pub use reader::{Backup, Part};

/// The version of this format.
pub const VERSION: u32 = 1;

/// A line of a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// The first one.
    Backup(Header),
    /// A database that the replica has imported.
    Import(Database),
    /// Some of the tallies of a page.
    Tallies(Tallies),
    /// A visit of the log.
    Visit(Visit),
    /// The last one.
    End(End),
}

impl Line {
    /// The number of visits in its tallies.
    pub fn visits(&self) -> i64 {
        if let Self::Tallies(tallies) = self { tallies.visits() } else { 0 }
    }
}

/// What the first line tells.
#[derive(Debug, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub version: u32,
    /// The version of the schema.
    pub schema: i64,
    /// How many tallies follow.
    pub tallies: i64,
    /// How many visits of the log follow at most: the log may be pruned meanwhile.
    pub log: i64,
    /// The last visit that is in the backup.
    pub last: Option<LastVisit>,
    /// The database of the replica.
    pub database: Database,
}

/// The last visit that is in a backup.
#[derive(Debug, Serialize, Deserialize)]
pub struct LastVisit {
    /// Its id.
    pub id: i64,
    /// When it came.
    #[serde(serialize_with = "crate::zone::serialize", deserialize_with = "crate::zone::deserialize_utc")]
    pub at: DateTime<Utc>,
}

/// Whose numbers follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Database {
    /// The id of the database.
    pub id: Id,
    /// The name of its replica.
    pub replica: String,
    /// Its revision: of two backups, the later one has the larger revision.
    pub revision: i64,
    /// The number of its visits, which is the sum of its tallies.
    pub visits: i64,
    /// When it had that number.
    #[serde(serialize_with = "crate::zone::serialize", deserialize_with = "crate::zone::deserialize_utc")]
    pub as_of: DateTime<Utc>,
    /// Before which slot slots are merged into days, or longer periods.
    pub coarse_before: i64,
}

/// Some of the tallies of a page.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Tallies {
    /// The page.
    pub page: Page,
    /// Slots of 15 minutes, counted from 1970 on, each with its number of visits.
    pub slots: Vec<(i64, i64)>,
}

/// What the last line tells of those before it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// How many there are.
    pub lines: usize,
    /// The number of visits in all tallies.
    pub visits: i64,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// What the last line has to say of the lines so far.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    lines: usize,
    visits: i64,
    hash: Sha256,
}

impl Summary {
    /// Adds a line with its newline, and the number of visits in its tallies.
    pub fn add(&mut self, line: &[u8], visits: i64) {
        self.lines += 1;
        self.visits = self.visits.saturating_add(visits);
        self.hash.update(line);
    }

    /// The last line.
    pub fn end(&self) -> End {
        let mut sha256 = String::new();
        for byte in self.hash.clone().finalize() {
            // Writing to a string does not fail.
            _ = write!(sha256, "{byte:02x}");
        }
        End { lines: self.lines, visits: self.visits, sha256 }
    }
}

impl Tallies {
    /// The number of visits in them.
    pub fn visits(&self) -> i64 {
        self.slots.iter().fold(0, |sum, (_, visits)| sum.saturating_add(*visits))
    }
}
