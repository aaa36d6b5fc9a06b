//! A volume that another version, or another program, has left: it is refused in one sentence, and stays as it is.

use std::fs;

use super::assert_unavailable;
use crate::server::{Server, Setup};
use crate::volume::Volume;

/// A volume with visits, after which somebody ran this.
fn left_by(sql: &str) -> Volume {
    let server = Server::start();
    server.client().visit();
    let volume = server.kill();
    volume.open().execute_batch(sql).expect(sql);
    volume
}

#[test]
fn a_database_of_another_version_or_program_is_refused_and_stays_as_it_is() {
    for (sql, reason) in [
        ("PRAGMA user_version = 2", "schema version 2, of a version before 0.1.0, which this one cannot read"),
        ("PRAGMA user_version = 4", "schema version 4, and this version knows 3: upgrade Footfall"),
        ("PRAGMA application_id = 1; PRAGMA journal_mode = DELETE", "another program's: move the file away"),
        ("PRAGMA application_id = 0; PRAGMA user_version = 0", "another program's: move the file away"),
    ] {
        let volume = left_by(sql);
        let before = fs::read(volume.database()).expect("a database");
        let server = Setup::on(&volume).start();
        assert_unavailable(&server, reason);
        drop(server);
        assert!(fs::read(volume.database()).expect("a database") == before, "{sql}: the database was changed");
    }
}

#[test]
fn a_copy_with_another_journal_is_taken_over() {
    let server = Setup::on(&left_by("PRAGMA journal_mode = DELETE")).start();
    assert_eq!(server.client().visit(), 2);
    let journal: String =
        server.volume().open().query_row("PRAGMA journal_mode", [], |row| row.get(0)).expect("a journal");
    assert_eq!(journal, "wal");
}
