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

    /// How many commits there are in the write-ahead log: frames that say how large the database is after them.
    /// <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>
    pub fn commits(&self) -> usize {
        let wal = fs::read(self.wal()).expect("a write-ahead log");
        let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes"));
        let (header, frames) = wal.split_at(32);
        let page_bytes = usize::try_from(number(&header[8..12])).expect("a size");
        // What is left of an earlier log has other salts.
        frames
            .chunks_exact(24 + page_bytes)
            .take_while(|frame| frame[8..16] == header[16..24])
            .filter(|frame| number(&frame[4..8]) > 0)
            .count()
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

    /// Checks that the database is whole, and that all of its totals are those of its log, which was never pruned. Gives
    /// the number of visits.
    pub fn audit(&self) -> i64 {
        let mut database = self.open();
        // All at one moment, for the server may go on recording.
        let database = database.transaction().expect("a transaction");
        let number = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).expect(sql) };
        let integrity: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
        assert_eq!(integrity, "ok");
        let log = number("SELECT count(*) FROM visits");
        for total in [
            "SELECT coalesce(max(id), 0) FROM visits",
            "SELECT sum(visits) FROM pages",
            "SELECT coalesce(sum(visits), 0) FROM slots",
            "SELECT coalesce(sum(visits), 0) FROM tallies",
        ] {
            assert_eq!(number(total), log, "{total}");
        }
        for wrong in [
            "SELECT count(*) FROM slots WHERE visits <> (SELECT count(*) FROM visits WHERE at / 900000000 = slot)",
            "SELECT count(*) FROM pages WHERE visits <> (SELECT count(*) FROM visits WHERE visits.page = pages.page)",
            "SELECT count(*) FROM tallies JOIN pages ON pages.id = page_id WHERE tallies.visits <>
                (SELECT count(*) FROM visits WHERE visits.page = pages.page AND at / 900000000 = slot)",
            "SELECT count(*) FROM visits JOIN slots ON slot = at / 900000000 WHERE id NOT BETWEEN first_id AND last_id",
        ] {
            assert_eq!(number(wrong), 0, "{wrong}");
        }
        log
    }
}

/// Adds visits that nobody made: when, in microseconds since 1970, and to which page.
pub fn insert<'a>(database: &mut Connection, visits: impl IntoIterator<Item = (i64, &'a str)>) {
    let transaction = database.transaction().expect("a transaction");
    for (at, page) in visits {
        transaction.execute("INSERT INTO visits (at, page) VALUES (?1, ?2)", (at, page)).expect("a visit");
    }
    transaction.commit().expect("a commit");
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
