//! The database, with the app's own schema.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, TransactionBehavior};

use crate::visits::Visits;

/// The app's migrations, each from the version of the schema that is its place in the list to the next.
const MIGRATIONS: [&str; 2] =
    [include_str!("../../src/store/schema/1.sql"), include_str!("../../src/store/schema/2.sql")];

/// What marks a database as Footfall's: `Foot`.
const MARK: i64 = 0x466f_6f74;

/// After how many visits the rest of the program hears of it.
const STEP: i64 = 1000;

/// A database of the app's, which need not be there yet.
pub struct Database {
    connection: Connection,
    path: PathBuf,
}

impl Database {
    /// Opens the file, and makes it and its directory where they are missing.
    pub fn open(path: PathBuf) -> Result<Self> {
        let name = path.display();
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).with_context(|| format!("cannot make the directory of {name}"))?;
        }
        let open = || {
            let connection = Connection::open(&path)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            // The ends of a thousand pages' tallies stay in memory.
            connection.pragma_update(None, "cache_size", -262_144)?;
            Ok::<_, rusqlite::Error>(connection)
        };
        let connection = open().with_context(|| format!("cannot open {name}"))?;
        Ok(Self { connection, path })
    }

    /// Adds the visits to the log, which must be empty, all or none, and says now and then how many are there. Gives
    /// the number of pages.
    pub fn fill(mut self, visits: Visits, progress: impl FnMut(i64)) -> Result<i64> {
        let name = self.path.display().to_string();
        self.try_fill(visits, progress).with_context(|| format!("cannot fill {name}"))
    }

    fn try_fill(&mut self, mut visits: Visits, mut progress: impl FnMut(i64)) -> Result<i64> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        migrate(&transaction)?;
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
            if done % STEP == 0 {
                progress(done);
            }
        }
        drop(insert);
        let pages = transaction.query_row("SELECT count(*) FROM pages WHERE visits > 0", [], |row| row.get(0))?;
        transaction.commit()?;
        Ok(pages)
    }
}

fn migrate(connection: &Connection) -> Result<()> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let mark = pragma("application_id")?;
    ensure!(mark == 0 || mark == MARK, "it is a database of something else: name another FILE");
    let version = pragma("user_version")?;
    let missing = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version..));
    let missing = missing
        .with_context(|| format!("its schema is of version {version}, which is not known here: name another FILE"))?;
    for statement in missing.iter().flat_map(|migration| migration.split("\n\n")) {
        connection.execute(statement, [])?;
    }
    connection.pragma_update(None, "application_id", MARK)?;
    connection.pragma_update(None, "user_version", MIGRATIONS.len())?;
    Ok(())
}
