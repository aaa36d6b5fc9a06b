//! Opening the database: its settings and its schema.

use super::sql::Connection;
use super::{Error, sql};
use crate::config::{Config, Synchronous};

/// The migrations, each from the version of the schema that is its place in the list to the next.
const MIGRATIONS: [&str; 2] = [include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// What marks a database as ours, for `file` and the like: `Foot`.
pub const MARK: &str = "PRAGMA application_id = 0x466f6f74";

/// Opens the database, which makes or migrates its schema where that is needed.
pub fn open(config: &Config) -> Result<Connection, Error> {
    // Natively there is only a stub of SQLite, which panics: who fuzzes the app finds the database missing.
    if cfg!(fuzzing) {
        return Err(Error::Failed("there is none".to_owned()));
    }
    let connection = Connection::open("default")?;
    for setting in [
        // In milliseconds. SQLite blocks the instance while it waits for a lock, so that it is for short commits of other
        // instances only; longer ones are waited for in `sql::patiently`, and by `record`.
        "PRAGMA busy_timeout = 2",
        // What the write-ahead log grew to in a rush, it gives back when it is started anew.
        "PRAGMA journal_size_limit = 8388608",
        // Otherwise a large statement wants a directory for temporary files, which the shim has none of.
        "PRAGMA temp_store = MEMORY",
        match config.synchronous {
            Synchronous::Normal => "PRAGMA synchronous = NORMAL",
            Synchronous::Full => "PRAGMA synchronous = FULL",
        },
    ] {
        sql::run(&connection, setting, &[])?;
    }
    migrate(&connection)?;
    Ok(connection)
}

/// Several first requests may come here at once: the lock lets one through, and the others find its work done.
fn migrate(connection: &Connection) -> Result<(), Error> {
    if is_ready(connection)? {
        return Ok(());
    }
    // Readers do not stop the writer, and a commit is one write. The database remembers it.
    sql::run(connection, "PRAGMA journal_mode = WAL", &[])?;
    sql::run(connection, "BEGIN IMMEDIATE", &[])?;
    for migration in missing(sql::integer(connection, "PRAGMA user_version", &[])?)? {
        for statement in migration.split("\n\n") {
            sql::run(connection, statement, &[])?;
        }
    }
    sql::run(connection, MARK, &[])?;
    sql::run(connection, &format!("PRAGMA user_version = {}", MIGRATIONS.len()), &[])?;
    sql::run(connection, "COMMIT", &[])
}

/// Whether nothing is left to do to the database. A copy of it may have another journal.
fn is_ready(connection: &Connection) -> Result<bool, Error> {
    let query = "SELECT json_array(user_version, journal_mode) FROM pragma_user_version, pragma_journal_mode";
    let (version, journal): (i64, String) = sql::json(connection, query, &[])?;
    Ok(missing(version)?.is_empty() && journal == "wal")
}

/// The migrations that a database of this version has not seen.
fn missing(found: i64) -> Result<&'static [&'static str], Error> {
    usize::try_from(found)
        .ok()
        .and_then(|version| MIGRATIONS.get(version..))
        .ok_or(Error::Newer { found, known: i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX) })
}
