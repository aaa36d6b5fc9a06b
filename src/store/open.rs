//! Opening the database: its settings and its schema.

use spin_sdk::sqlite::Connection;

use super::{Error, sql};
use crate::config::{Config, Synchronous};

/// The migrations, each from the version of the schema that is its place in the list to the next.
const MIGRATIONS: [&str; 2] = [include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// What marks a database as ours, for `file` and the like: `Foot`.
pub const MARK: &str = "PRAGMA application_id = 0x466f6f74";

/// Waiting for a lock is ours to do: SQLite's own way blocks the connection, and sleeps longer each time.
pub const NO_BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 0";

/// Opens the database, which makes or migrates its schema where that is needed.
pub async fn open(config: &Config) -> Result<Connection, Error> {
    // Natively there is only a stub of SQLite, which panics: who fuzzes the app finds the database missing.
    if cfg!(fuzzing) {
        return Err(Error::Failed("there is none".to_owned()));
    }
    let connection = Connection::open_default().await?;
    for setting in [
        NO_BUSY_TIMEOUT,
        // Readers do not stop the writer, and a commit is one write.
        "PRAGMA journal_mode = WAL",
        // What the write-ahead log grew to in a rush, it gives back when it is started anew.
        "PRAGMA journal_size_limit = 8388608",
        // Otherwise a large statement wants a directory for temporary files, which the shim has none of.
        "PRAGMA temp_store = MEMORY",
        match config.synchronous {
            Synchronous::Normal => "PRAGMA synchronous = NORMAL",
            Synchronous::Full => "PRAGMA synchronous = FULL",
        },
    ] {
        sql::run(&connection, setting, vec![]).await?;
    }
    migrate(&connection).await?;
    Ok(connection)
}

/// Several first requests may come here at once: the lock lets one through, and the others find its work done.
async fn migrate(connection: &Connection) -> Result<(), Error> {
    if missing(connection).await?.is_empty() {
        return Ok(());
    }
    sql::run(connection, "BEGIN IMMEDIATE", vec![]).await?;
    for migration in missing(connection).await? {
        for statement in migration.split("\n\n") {
            sql::run(connection, statement, vec![]).await?;
        }
    }
    sql::run(connection, MARK, vec![]).await?;
    sql::run(connection, &format!("PRAGMA user_version = {}", MIGRATIONS.len()), vec![]).await?;
    sql::run(connection, "COMMIT", vec![]).await
}

/// The migrations that the database has not seen.
async fn missing(connection: &Connection) -> Result<&'static [&'static str], Error> {
    let found = sql::integer(connection, "PRAGMA user_version", vec![]).await?;
    usize::try_from(found)
        .ok()
        .and_then(|version| MIGRATIONS.get(version..))
        .ok_or(Error::Newer { found, known: i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX) })
}
