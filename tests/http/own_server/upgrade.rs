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
        ("PRAGMA user_version = 8", "schema version 8, and this version knows 7: upgrade Footfall"),
        ("PRAGMA application_id = 1; PRAGMA journal_mode = DELETE", "another program's: move the file away"),
        ("PRAGMA application_id = 0; PRAGMA user_version = 0", "another program's: move the file away"),
    ] {
        let volume = left_by(sql);
        let before = fs::read(volume.database()).expect("a database");
        let server = Setup::on(&volume).at("2026-03-29T01:00:00Z").start();
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

/// Logs of 560 visits in turn to seven pages, of which four are told apart; the last 60 are not tallied.
const EARLIER_VERSIONS: [&[u8]; 4] = [
    include_bytes!("../fixtures/version-3.db"),
    include_bytes!("../fixtures/version-4.db"),
    include_bytes!("../fixtures/version-5.db"),
    include_bytes!("../fixtures/version-6.db"),
];

#[test]
fn a_database_of_an_earlier_version_is_migrated_with_all_its_counts() {
    let new = Server::start();
    new.client().visit();
    let schema = |database: rusqlite::Connection| -> String {
        let columns = "SELECT group_concat(name) FROM (
            SELECT s.name || c.name || c.type || coalesce(c.dflt_value, '') AS name
            FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type = 'table'
            UNION ALL SELECT sql FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY 1)";
        database.query_row(columns, [], |row| row.get(0)).expect("a schema")
    };
    for database in EARLIER_VERSIONS {
        let volume = Volume::new();
        fs::create_dir(volume.data()).expect("a directory");
        fs::write(volume.database(), database).expect("a database");
        let server = Setup::on(&volume).variable("max_pages", "4").start();
        let client = server.client();
        let count = |page: &str| client.count(&format!("page={page}"));
        assert_eq!(["/p0", "/p1", "/p4", "/p5", "(other)"].map(count), [0, 80, 80, 0, 240]);
        assert_eq!(client.visit(), 561);
        assert_eq!(client.count(""), 561);
        assert_eq!(schema(volume.open()), schema(new.volume().open()));
    }
}
