//! Preparing connections, creating the database, and migrating it.

use futures::{join, try_join};
use spin_sdk::sqlite::Value;

use super::connection::Connection;
use super::error::Error;
use crate::config::{Config, Synchronous};
use crate::limits::LOCK_WAIT;

/// The version of the schema that this code knows: SQLite's `user_version`.
pub const SCHEMA_VERSION: i64 = 7;

/// The oldest version that can be migrated.
const FIRST_VERSION: i64 = 3;

/// The tables.
pub const SCHEMA: &str = include_str!("schema.sql");

/// The views and the trigger that tallies, which every version has anew.
pub const VIEWS: &str = include_str!("views.sql");

/// What leads from each version of the tables, from [`FIRST_VERSION`] on, to the next.
const MIGRATIONS: [&str; 4] = [
    include_str!("migrations/3_to_4.sql"),
    include_str!("migrations/4_to_5.sql"),
    include_str!("migrations/5_to_6.sql"),
    // Triggers left the file, no table changed.
    "",
];

/// The statements that drop the views and the triggers, which go first.
const DROP_VIEWS: &str = "
    SELECT json_group_array('DROP ' || type || ' ' || name ORDER BY type) FROM sqlite_schema
    WHERE type IN ('trigger', 'view')";

/// Marks a database as Footfall's, also for tools such as `file`: `Foot` in ASCII.
const APPLICATION_ID: i64 = 0x466f_6f74;

/// Writes the application id, [`APPLICATION_ID`].
const SET_APPLICATION_ID: &str = "PRAGMA application_id = 0x466f6f74";

/// Whether the database is set up for this configuration. In a new one the table is missing, which is an error.
const IS_READY: &str = "
    SELECT user_version = ?1 AND journal_mode = 'wal' AND max_pages = ?2
    FROM pragma_user_version, pragma_journal_mode, watermarks";

/// What tells whose database this is: the application id, the version of the schema, and the number of its objects.
const IDENTITY: &str = "
    SELECT json_array(application_id, user_version, (SELECT count(*) FROM sqlite_schema))
    FROM pragma_application_id, pragma_user_version";

/// Prepares a connection for the requests of an instance: the database is created where it is not there.
///
/// An instance ends after 128 requests, so that this is much of what the slowest of them wait for: three statements,
/// sent to SQLite at once.
pub async fn prepare(connection: &Connection, config: &Config) -> Result<(), Error> {
    let parameters = [Value::Integer(SCHEMA_VERSION), Value::Integer(config.max_pages)];
    // With `full`, durability is up to another connection: see `record`.
    let configured = configure(connection, Synchronous::Normal);
    let (configured, is_ready) = join!(configured, connection.value::<i64>(IS_READY, &parameters));
    configured?;
    match is_ready {
        Ok(1) => Ok(()),
        Err(Error::Locked) => Err(Error::Locked),
        // Whatever is wrong with the database, setting it up finds out, and says so.
        Ok(_) | Err(_) => set_up(config).await,
    }
}

/// Opens a connection whose commits go as far as this.
pub async fn connect(synchronous: Synchronous) -> Result<Connection, Error> {
    let connection = Connection::open().await?;
    configure(&connection, synchronous).await?;
    Ok(connection)
}

/// Sets what SQLite keeps a connection, and not in the file.
pub async fn configure(connection: &Connection, synchronous: Synchronous) -> Result<(), Error> {
    let timeout = format!("PRAGMA busy_timeout = {}", LOCK_WAIT.as_millis());
    let synchronous = match synchronous {
        Synchronous::Normal => "PRAGMA synchronous = NORMAL",
        Synchronous::Full => "PRAGMA synchronous = FULL",
    };
    try_join!(connection.run(&timeout, &[]), connection.run(synchronous, &[]))?;
    Ok(())
}

/// Creates or migrates the database, or restores what copying the file or a variable changed. A database of another
/// program, or of a version that cannot be migrated, is refused, and not written.
///
/// It has a connection of its own: if that is dropped midway, the transaction is rolled back. Several first requests may
/// get here at once: the lock admits one of them, and the others find the database created.
async fn set_up(config: &Config) -> Result<(), Error> {
    let connection = &connect(Synchronous::Normal).await?;
    identify(connection).await?;
    // Before the first table and the journal: later, this would take a VACUUM of the file.
    connection.run("PRAGMA auto_vacuum = INCREMENTAL", &[]).await?;
    // Readers do not block the writer, and a commit is one write. The mode is stored in the file.
    let journal: String = connection.value("PRAGMA journal_mode = WAL", &[]).await?;
    if journal != "wal" {
        return Err(Error::Volume(format!("SQLite can keep no write-ahead log, only {journal}")));
    }
    // A migration replaces tables that others refer to. It has no effect within a transaction.
    connection.run("PRAGMA foreign_keys = OFF", &[]).await?;
    connection.run("BEGIN IMMEDIATE", &[]).await?;
    match identify(connection).await? {
        Identity::Empty => create(connection, &[SCHEMA]).await?,
        Identity::Version(SCHEMA_VERSION) => {}
        Identity::Version(version) => migrate(connection, version).await?,
    }
    connection.run("UPDATE watermarks SET max_pages = ?1", &[Value::Integer(config.max_pages)]).await?;
    connection.run("COMMIT", &[]).await
}

/// Runs scripts, then creates the views and the trigger, and marks the database as one of this version.
async fn create(connection: &Connection, scripts: &[&str]) -> Result<(), Error> {
    let statements = scripts.iter().chain([&VIEWS]).flat_map(|script| script.split("\n\n"));
    for statement in statements.filter(|statement| !statement.is_empty()) {
        connection.run(statement, &[]).await?;
    }
    connection.run(SET_APPLICATION_ID, &[]).await?;
    connection.run(&format!("PRAGMA user_version = {SCHEMA_VERSION}"), &[]).await
}

/// Brings the tables from a version to this one.
async fn migrate(connection: &Connection, version: i64) -> Result<(), Error> {
    let drops: String = connection.value(DROP_VIEWS, &[]).await?;
    for drop in serde_json::from_str::<Vec<String>>(&drops)? {
        connection.run(&drop, &[]).await?;
    }
    let done = usize::try_from(version - FIRST_VERSION).unwrap_or_default();
    create(connection, MIGRATIONS.get(done..).unwrap_or_default()).await
}

enum Identity {
    /// It is empty.
    Empty,
    /// It has this version of the schema, which this code knows, or can migrate.
    Version(i64),
}

/// Tells whose database this is, without writing.
async fn identify(connection: &Connection) -> Result<Identity, Error> {
    let identity: String = connection.value(IDENTITY, &[]).await?;
    let refused = |why: &str| Err(Error::Refused(format!("the database {why}")));
    match serde_json::from_str(&identity)? {
        (_, 0, 0) => Ok(Identity::Empty),
        (APPLICATION_ID, version @ FIRST_VERSION..=SCHEMA_VERSION, _) => Ok(Identity::Version(version)),
        (APPLICATION_ID, version @ ..FIRST_VERSION, _) => refused(&format!(
            "has schema version {version}, of a version before 0.1.0, which this one cannot read: move the file away"
        )),
        (APPLICATION_ID, version, _) => {
            refused(&format!("has schema version {version}, and this version knows {SCHEMA_VERSION}: upgrade Footfall"))
        }
        (_, _, _) => refused("is another program's: move the file away, or give Footfall another path"),
    }
}
