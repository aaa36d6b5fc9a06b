//! What was imported, as reads count it: a replica counts its own visits and those of its imports.

use chrono::DateTime;
use serde::Deserialize;

use super::database::Store;
use super::error::Error;
use super::parameters::ids;
use crate::report::{Id, Imported};

/// A table of what is counted: the replica's own visits, which have the id 0, and the imports but those from certain
/// sources, which a parameter lists as JSON.
macro_rules! counted {
    ($without:literal) => {
        concat!(
            "counted (import_id) AS MATERIALIZED (
                SELECT 0
                UNION ALL
                SELECT id FROM imports
                WHERE state = 'current' AND source NOT IN (SELECT value FROM json_each(",
            $without,
            ")))"
        )
    };
}

/// The imports as JSON, each with its number of visits among those that are counted. It takes a table of these numbers, and
/// the parameter that lists the sources of those that are not counted.
macro_rules! imports {
    ($visits:literal, $without:literal) => {
        concat!(
            "(SELECT json_group_array(json_array(source, name, revision, as_of, iif(
                    source IN (SELECT value FROM json_each(",
            $without,
            ")), NULL,
                    coalesce((SELECT visits FROM ",
            $visits,
            " AS numbers WHERE numbers.import_id = imports.id), 0)))
                ORDER BY id) FROM imports WHERE state = 'current')"
        )
    };
}

pub(super) use {counted, imports};

pub const IMPORTS: &str =
    concat!("WITH numbers (import_id, visits) AS (SELECT id, visits FROM imports) SELECT ", imports!("numbers", "?1"));

/// An import as the database tells it.
#[derive(Debug, Deserialize)]
pub struct ImportRow(Id, String, i64, i64, Option<i64>);

impl ImportRow {
    /// The same as a part of a report.
    pub fn imported(self) -> Imported {
        let Self(id, replica, revision, as_of, visits) = self;
        let as_of = DateTime::from_timestamp_micros(as_of).unwrap_or_default();
        Imported { id, replica, revision, as_of, visits }
    }
}

impl Store {
    /// What was imported.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn imports(&self) -> Result<Vec<Imported>, Error> {
        let rows: Vec<ImportRow> = self.read(IMPORTS, &[ids(&[])]).await?;
        Ok(rows.into_iter().map(ImportRow::imported).collect())
    }
}
