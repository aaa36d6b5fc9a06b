//! The numbers of a replica for operators.

use chrono::{DateTime, Utc};

/// What `/metrics` reports of a replica.
#[derive(Debug)]
pub struct Metrics {
    /// The number of visits that were recorded, deleted or not.
    pub visits: i64,
    /// The number of visits that were imported.
    pub imported_visits: i64,
    /// The requests that were not visits, by reason.
    pub ignored: Vec<(String, i64)>,
    /// The number of visits in the log.
    pub log_visits: i64,
    /// The number of pages that are counted separately.
    pub pages: i64,
    /// How much storage the database uses, in bytes.
    pub storage_bytes: i64,
    /// How much it may use: the variable `max_storage`, in bytes.
    pub storage_budget_bytes: i64,
    /// How far back its details go.
    pub oldest: Oldest,
    /// Whether a visit could be recorded.
    pub ready: bool,
}

/// How far back each kind of detail of a replica goes: the beginning of the oldest one; `None` where there is none.
#[derive(Debug, Default)]
pub struct Oldest {
    /// The oldest visit in the log.
    pub visit: Option<DateTime<Utc>>,
    /// The oldest quarter of an hour that has its own tally.
    pub quarter_hour: Option<DateTime<Utc>>,
    /// The oldest day.
    pub day: Option<DateTime<Utc>>,
    /// The oldest month.
    pub month: Option<DateTime<Utc>>,
    /// The oldest year.
    pub year: Option<DateTime<Utc>>,
}

impl Oldest {
    /// Each kind of detail with its name, the finest first.
    pub fn details(&self) -> [(&'static str, Option<DateTime<Utc>>); 5] {
        [
            ("visit", self.visit),
            ("quarter_hour", self.quarter_hour),
            ("day", self.day),
            ("month", self.month),
            ("year", self.year),
        ]
    }
}
