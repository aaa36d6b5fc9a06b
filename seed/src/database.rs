//! The database. It has the app's own schema, so that the app takes it for its own.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, TransactionBehavior};

use crate::visits::Visits;

/// The app's tables, its views and a trigger, and their version, as in `src/store`.
const SCHEMA: [&str; 2] = [include_str!("../../src/store/schema.sql"), include_str!("../../src/store/views.sql")];
const SCHEMA_VERSION: i64 = 7;

/// `PRAGMA application_id` of the app's databases: `Foot`.
const APPLICATION_ID: i64 = 0x466f_6f74;

/// The default of the variable `max_pages`. The app writes its own value when it opens the database.
const MAX_PAGES: i64 = 10_000;

/// The number of visits between two reports of progress.
const PROGRESS_INTERVAL: i64 = 1000;

/// The number of visits that are tallied at once.
const TALLY_BATCH: i64 = 100_000;

/// A database of the app.
pub struct Database {
    connection: Connection,
    path: PathBuf,
}

impl Database {
    /// Opens the file; creates it and its directory if they are missing.
    pub fn open(path: PathBuf) -> Result<Self> {
        let name = path.display();
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).with_context(|| format!("cannot create the directory of {name}"))?;
        }
        let open = || {
            let connection = Connection::open(&path)?;
            // It takes effect only before the first table, as in the app.
            connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            // 256 MiB keep the B-tree pages of a thousand tallies in memory.
            connection.pragma_update(None, "cache_size", -262_144)?;
            Ok::<_, rusqlite::Error>(connection)
        };
        let connection = open().with_context(|| format!("cannot open {name}"))?;
        Ok(Self { connection, path })
    }

    /// Adds all visits to the log in one transaction, and returns the number of pages.
    ///
    /// The log must be empty. `progress` is told the number of visits so far.
    pub fn fill(mut self, visits: Visits, progress: impl FnMut(i64)) -> Result<i64> {
        let name = self.path.display().to_string();
        self.try_fill(visits, progress).with_context(|| format!("cannot fill {name}"))
    }

    fn try_fill(&mut self, mut visits: Visits, mut progress: impl FnMut(i64)) -> Result<i64> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        create_schema(&transaction)?;
        let used: bool = transaction.query_row("SELECT EXISTS (SELECT 1 FROM visits)", [], |row| row.get(0))?;
        ensure!(
            !used,
            "it has visits already, and older ones cannot be added: name another FILE, or move this one away"
        );
        let mut insert = transaction.prepare("INSERT INTO visits (at, page) VALUES (?1, ?2)")?;
        let mut done = 0;
        while let Some(visit) = visits.next() {
            insert.execute(visit)?;
            done += 1;
            if done % TALLY_BATCH == 0 {
                tally(&transaction)?;
            }
            if done % PROGRESS_INTERVAL == 0 {
                progress(done);
            }
        }
        tally(&transaction)?;
        drop(insert);
        let pages = transaction.query_row("SELECT count(*) FROM pages WHERE visits > 0", [], |row| row.get(0))?;
        transaction.commit()?;
        Ok(pages)
    }
}

/// Creates the schema in an empty database, and checks that another one has it.
fn create_schema(connection: &Connection) -> Result<()> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let (id, version) = (pragma("application_id")?, pragma("user_version")?);
    if tables == 0 && version == 0 {
        for statement in SCHEMA.iter().flat_map(|script| script.split("\n\n")) {
            connection.execute(statement, [])?;
        }
        connection.execute("UPDATE watermarks SET max_pages = ?1", [MAX_PAGES])?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        return Ok(());
    }
    ensure!(id == APPLICATION_ID, "it is a database of something else: name another FILE");
    ensure!(
        version == SCHEMA_VERSION,
        "its schema is of version {version}, and only {SCHEMA_VERSION} is known here: name another FILE"
    );
    Ok(())
}

/// Brings the tallies up to date: a trigger of the schema does it when the watermark moves.
fn tally(connection: &Connection) -> Result<()> {
    connection.execute("UPDATE watermarks SET tallied = (SELECT coalesce(max(id), 0) FROM visits)", [])?;
    Ok(())
}
