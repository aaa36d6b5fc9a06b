//! What a server leaves behind: a directory with its database in it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

/// A directory for one server, or for several; it goes away with the last of them.
#[derive(Clone)]
pub struct Volume(Arc<TempDir>);

impl Volume {
    /// An empty one.
    pub fn new() -> Self {
        Self(Arc::new(tempfile::tempdir().expect("a temporary directory")))
    }

    /// What lies beside the data: the server's configuration and its clock.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The directory of the database, which the server makes.
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.data().join("visits.db")
    }

    /// Opens the database, as somebody other than the server would.
    pub fn open(&self) -> Connection {
        let connection = Connection::open(self.database()).expect("a database");
        connection.busy_timeout(Duration::from_secs(10)).expect("a timeout");
        connection
    }

    /// The write-ahead log, which is there while somebody has the database open, and after a sudden end.
    pub fn wal(&self) -> PathBuf {
        self.data().join("visits.db-wal")
    }

    /// A copy of what a server left behind, to look at: whoever opens the database itself does what is left to the next
    /// server.
    pub fn copy(&self) -> Self {
        let copy = Self::new();
        fs::create_dir(copy.data()).expect("a directory");
        for (from, to) in [(self.database(), copy.database()), (self.wal(), copy.wal())] {
            if from.exists() {
                fs::copy(from, to).expect("a copy");
            }
        }
        copy
    }

    /// The log: ids and pages, by id.
    pub fn log(&self) -> Vec<(i64, String)> {
        let database = self.open();
        let mut statement = database.prepare("SELECT id, page FROM visits ORDER BY id").expect("a statement");
        let visits = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        visits.collect::<Result<_, _>>().expect("visits")
    }

    /// Makes its files writable: those that SQLite has beside a database take after it.
    pub fn make_writable(&self) {
        for file in fs::read_dir(self.data()).expect("a directory") {
            set_mode(&file.expect("a file").path(), 0o644);
        }
    }

    /// Up to which visit the tallies have come.
    pub fn tallied(&self) -> i64 {
        self.open().query_row("SELECT tallied FROM watermarks", [], |row| row.get(0)).expect("a watermark")
    }

    /// Checks that the database is sound, that its log, which was never pruned, has each id once, and that all totals and
    /// tallies are those of the log up to the watermark. Returns the number of visits.
    pub fn audit(&self) -> i64 {
        let mut database = self.open();
        // All at one moment, for the server may go on recording.
        let database = database.transaction().expect("a transaction");
        let number = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).expect(sql) };
        let integrity: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
        assert_eq!(integrity, "ok");
        let log = number("SELECT count(*) FROM visits");
        assert_eq!(number("SELECT coalesce(max(id), 0) FROM visits"), log, "an id is missing");
        database
            .execute_batch(
                "CREATE TEMP VIEW counted AS
                     SELECT id, page, at / 900000000 AS slot FROM main.log
                     WHERE id <= (SELECT tallied FROM main.watermarks)",
            )
            .expect("a view");
        // What the log has is what the tables have, row by row: neither has one that the other has not.
        for (what, table, log) in [
            (
                "pages",
                "SELECT page, visits FROM main.pages WHERE visits > 0",
                "SELECT page, count(*) FROM counted GROUP BY page",
            ),
            (
                "slots",
                "SELECT slot, visits, first_id, last_id FROM main.slots",
                "SELECT slot, count(*), min(id), max(id) FROM counted GROUP BY slot",
            ),
            (
                "tallies",
                "SELECT page, slot, tallies.visits FROM main.tallies JOIN main.pages ON pages.id = page_id",
                "SELECT page, slot, count(*) FROM counted GROUP BY page, slot",
            ),
        ] {
            for (some, others) in [(table, log), (log, table)] {
                let wrong =
                    number(&format!("SELECT count(*) FROM (SELECT * FROM ({some}) EXCEPT SELECT * FROM ({others}))"));
                assert_eq!(wrong, 0, "{what} are not those of the log");
            }
        }
        log
    }
}

/// Adds visits that nobody made: when, in microseconds since 1970, and to which page. As the app would have it, they are
/// tallied but for the last few.
pub fn insert<'a>(database: &mut Connection, visits: impl IntoIterator<Item = (i64, &'a str)>) {
    let transaction = database.transaction().expect("a transaction");
    for (at, page) in visits {
        let mut visit =
            transaction.prepare_cached("INSERT INTO visits (at, page) VALUES (?1, ?2)").expect("a statement");
        visit.execute((at, page)).expect("a visit");
    }
    tally(&transaction);
    transaction.commit().expect("a commit");
}

/// Tallies the visits up to the last multiple of 500, as the app does by and by.
pub fn tally(database: &Connection) {
    let tallied = "UPDATE watermarks SET tallied = max(tallied, (SELECT coalesce(max(id) / 500 * 500, 0) FROM visits))";
    database.execute(tallied, []).expect("a watermark");
}

/// Tallies all visits, and drops all but the last so many, as the app does by and by.
pub fn prune(database: &Connection, keep: usize) {
    database.execute("UPDATE watermarks SET tallied = (SELECT max(id) FROM visits)", []).expect("a watermark");
    database
        .execute("DELETE FROM visits WHERE id <= (SELECT max(id) FROM visits) - ?1", [keep])
        .expect("a shorter log");
}

/// Sets the permissions of a file or a directory.
pub fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("permissions");
}

/// Whether a file with these permissions is closed to us, as it is not for root.
pub fn permissions_bind() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() != 0)
}
