//! Millions of visits, to a million pages.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::load::Load;
use super::{PAGES, say, scaled};
use crate::server::{Server, Setup};

const CONNECTIONS: usize = 64;

/// How long it may take: on a slow machine there are fewer visits.
const TIME: Duration = Duration::from_mins(20);

/// How much more memory there may be than at first. Spin 4.0 has an instance for nearly each connection, which takes 2 MiB,
/// and which at first are not all there.
const MEMORY: usize = CONNECTIONS * (2 << 20);

/// How large the write-ahead log may become.
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

/// The most that was seen: bytes of memory, of the database and of its write-ahead log.
#[derive(Debug, Default)]
struct Most {
    memory: usize,
    database: u64,
    wal: u64,
}

impl Most {
    fn look_at(&mut self, server: &Server) {
        // Neither is there before the first visit, and the second comes and goes.
        let size = |file| fs::metadata(file).map_or(0, |file| file.len());
        self.memory = self.memory.max(server.memory());
        self.database = self.database.max(size(server.volume().database()));
        self.wal = self.wal.max(size(server.volume().wal()));
    }
}

#[test]
fn millions_of_visits_to_a_million_pages_leave_memory_and_disk_as_they_are() {
    let (visits, retain, pages) = scaled((20_000, 2000, 500), (5_000_000, 200_000, 10_000));
    let setup = Setup::new().variable("retain_visits", &retain.to_string());
    let server = setup.variable("max_pages", &pages.to_string()).start();
    let (client, start) = (server.client(), Instant::now());
    let load = Load::of(visits, &server, CONNECTIONS, many_pages);
    let (mut first, mut later) = (Most::default(), Most::default());
    while !load.is_finished() && start.elapsed() < TIME {
        let most = if load.answered() < scaled(4000, 250_000) { &mut first } else { &mut later };
        most.look_at(&server);
        // Those who read do not keep the write-ahead log from starting anew.
        assert_eq!(client.get("/visits/summary").status, 200);
        thread::sleep(scaled(Duration::from_millis(20), Duration::from_millis(250)));
    }
    let ledger = load.stop();
    let (answered, took, slowest) = (ledger.answered(), start.elapsed(), ledger.slowest);
    say(format_args!("{answered} visits in {took:.0?}, the slowest in {slowest:.0?}; {first:?} and then {later:?}"));

    assert_eq!((ledger.refused, ledger.unanswered), (0, 0));
    assert!(ledger.ids().into_iter().eq(1..=answered), "not each id once");
    assert!(later.memory > 0 && answered > 2 * retain, "so few that next to nothing had to be dropped");
    assert!(later.memory < first.memory + MEMORY, "{later:?} after {first:?}");
    let database = u64::try_from(retain).expect("a number") * 64 + (4 << 20);
    assert!(later.database < database, "{later:?}, of which {database} are expected at most");
    assert!(first.wal.max(later.wal) < WAL, "{first:?} and then {later:?}");

    let volume = server.volume();
    let number = |sql: &str| -> i64 { volume.open().query_row(sql, [], |row| row.get(0)).expect(sql) };
    for table in ["pages", "slots", "tallies"] {
        assert_eq!(number(&format!("SELECT sum(visits) FROM {table}")), volume.tallied(), "{table}");
    }
    assert!((answered - MAINTENANCE..=answered).contains(&volume.tallied()), "{} tallied", volume.tallied());
    assert_eq!(client.count(""), answered);
    assert_eq!(number("SELECT count(*) FROM pages"), pages + 1, "all that are told apart, and (other)");
    assert_eq!(client.count("page=(other)"), (answered + 4) / 5 - (pages - 4));
    for (page, place) in PAGES.into_iter().skip(1).zip(1..=4) {
        assert_eq!(client.count(&format!("page={page}")), (answered + 4 - place) / 5, "{page}");
    }
    let log = number("SELECT count(*) FROM visits");
    assert!((retain..=retain + MAINTENANCE).contains(&log), "{log} visits in the log");
    assert_eq!(number("SELECT max(id) - min(id) + 1 FROM visits"), log, "the log leaves out some");
}
