//! Millions of visits, to a million pages.

use std::thread;
use std::time::{Duration, Instant};

use super::load::Load;
use super::{PAGES, long, mib, say, scaled};
use crate::server::{Server, Setup};
use crate::volume::Volume;

const CONNECTIONS: usize = 64;

/// How long it may take: on a slow machine there are fewer visits.
const TIME: Duration = Duration::from_mins(20);

/// How much more memory there may be than at first. Spin 4.0 has an instance for nearly each connection, which takes 2 MiB,
/// and which at first are not all there.
const MEMORY: usize = CONNECTIONS * (2 << 20);

/// How large the write-ahead log may become, which grows while instances are in each other's way.
const WAL: u64 = 16 << 20;

/// How many visits there may be that were not tallied or dropped yet: that is done every 500 visits, and what one instance
/// did not come to the next one does.
const MAINTENANCE: i64 = 4 * 500;

/// Every fifth visit is to a page where nobody was before.
fn many_pages(number: u64) -> String {
    match number % 5 {
        0 => format!("/new/{}", number / 5),
        other => PAGES[usize::try_from(other).unwrap_or_default()].to_owned(),
    }
}

/// What is watched: bytes of memory, of the database and of its write-ahead log.
#[derive(Clone, Copy, Debug, Default)]
struct Sample {
    memory: usize,
    database: u64,
    wal: u64,
}

impl Sample {
    fn take(server: &Server) -> Self {
        // Neither is there before the first visit, and the second comes and goes.
        let size = |file| std::fs::metadata(file).map_or(0, |file| file.len());
        let (database, wal) = (server.volume().database(), server.volume().wal());
        Self { memory: server.memory(), database: size(database), wal: size(wal) }
    }

    /// The most of each.
    fn most(self, other: Self) -> Self {
        Self {
            memory: self.memory.max(other.memory),
            database: self.database.max(other.database),
            wal: self.wal.max(other.wal),
        }
    }
}

fn number(volume: &Volume, sql: &str) -> i64 {
    volume.open().query_row(sql, [], |row| row.get(0)).expect(sql)
}

#[test]
fn millions_of_visits_to_a_million_pages_leave_memory_and_disk_as_they_are() {
    let (visits, retain, pages) = scaled((20_000, 2000, 500), (5_000_000, 200_000, 10_000));
    let (retain_text, pages_text) = (retain.to_string(), pages.to_string());
    let server = Setup::new().variable("retain_visits", &retain_text).variable("max_pages", &pages_text).start();
    let start = Instant::now();
    let load = Load::of(visits, &server, CONNECTIONS, many_pages);
    let warm = scaled(4000, 250_000);
    let (mut first, mut later) = (Sample::default(), Sample::default());
    let mut told = Instant::now();
    while !load.is_finished() && start.elapsed() < TIME {
        let answered = load.answered();
        let sample = Sample::take(&server);
        if answered < warm {
            first = first.most(sample);
        } else {
            later = later.most(sample);
        }
        if long() && told.elapsed() > Duration::from_secs(20) {
            told = Instant::now();
            let each = answered as u64 / start.elapsed().as_secs().max(1);
            say(format_args!(
                "{answered} visits, {each} a second: {} MiB of memory, {} KiB of database, {} KiB of write-ahead log",
                mib(sample.memory),
                sample.database >> 10,
                sample.wal >> 10
            ));
        }
        thread::sleep(scaled(Duration::from_millis(20), Duration::from_millis(250)));
    }
    let took = start.elapsed();
    let ledger = load.stop();
    let answered = ledger.answered();
    assert_eq!((ledger.refused, ledger.unanswered), (0, 0));
    assert!(ledger.ids().into_iter().eq(1..=answered), "not each id once");
    say(format_args!(
        "{answered} visits in {took:.0?}, the slowest in {:.0?}; at first and later at most {} and {} MiB of \
        memory, {} and {} KiB of database, {} and {} KiB of write-ahead log",
        ledger.slowest,
        mib(first.memory),
        mib(later.memory),
        first.database >> 10,
        later.database >> 10,
        first.wal >> 10,
        later.wal >> 10
    ));

    assert!(later.memory > 0 && answered > 2 * retain, "so few that next to nothing had to be dropped");
    let volume = server.volume();
    let integrity: String = volume.open().query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(integrity, "ok");
    for table in ["pages", "slots", "tallies"] {
        assert_eq!(number(volume, &format!("SELECT sum(visits) FROM {table}")), volume.tallied(), "{table}");
    }
    assert!((answered - MAINTENANCE..=answered).contains(&volume.tallied()), "{} tallied", volume.tallied());
    let client = server.client();
    assert_eq!(client.count(""), answered);
    assert_eq!(number(volume, "SELECT count(*) FROM pages"), pages + 1, "all that are told apart, and (other)");
    let new = (answered + 4) / 5;
    assert_eq!(client.count("page=(other)"), new - (pages - 4));
    for (page, number) in PAGES.into_iter().skip(1).zip(1..=4) {
        assert_eq!(client.count(&format!("page={page}")), (answered + 4 - number) / 5, "{page}");
    }

    let log = number(volume, "SELECT count(*) FROM visits");
    assert!((retain..=retain + MAINTENANCE).contains(&log), "{log} visits in the log");
    assert_eq!(number(volume, "SELECT max(id) - min(id) + 1 FROM visits"), log, "the log leaves out some");
    assert_eq!(number(volume, "SELECT max(id) FROM visits"), answered);

    assert!(later.memory < first.memory + MEMORY, "{later:?} after {first:?}");
    let database = u64::try_from(retain).expect("a number") * 64 + (4 << 20);
    assert!(later.database < database, "{later:?}, of which {database} are expected at most");
    assert!(first.most(later).wal < WAL, "{first:?} and then {later:?}");
}
