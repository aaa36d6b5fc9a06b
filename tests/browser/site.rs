//! Servers with visits in them.

use rusqlite::Connection;

use crate::server::{Server, Setup};
use crate::volume::{Volume, insert};

/// A Monday afternoon.
pub const NOW: &str = "2026-11-23T14:37:21.5Z";

const HOUR: i64 = 3_600_000_000;

/// How many visits of a hundred an hour of the day brings.
const RHYTHM: [u64; 24] = [2, 1, 1, 0, 0, 1, 3, 7, 14, 20, 22, 21, 17, 19, 22, 21, 18, 15, 14, 16, 17, 13, 8, 4];

const PAGES: [(&str, u64); 9] = [
    ("/", 30),
    ("/blog/", 18),
    ("/blog/how-a-stateful-wasm-workload-is-done-on-kubernetes", 17),
    ("/docs/install", 12),
    ("/blog/group-commit", 9),
    ("/docs/variables", 6),
    ("/أخبار", 4),
    ("/about us", 3),
    ("/impressum", 1),
];

/// The same numbers every time, with no pattern that shows.
pub struct Dice(u64);

impl Dice {
    /// A number below a limit.
    pub fn throw(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Thirty-one days of visits until now, with a daily and a weekly rhythm.
pub fn month(seed: u64, share: u64) -> Vec<(i64, &'static str)> {
    let now = now();
    let mut dice = Dice(seed);
    let mut visits = Vec::new();
    for hour in (0..31 * 24).rev() {
        let start = (now / HOUR - hour) * HOUR;
        let (of_day, weekday) = (start / HOUR % 24, (start / HOUR / 24 + 3) % 7);
        let rush = RHYTHM[usize::try_from(of_day).expect("an hour")] * share * if weekday < 5 { 3 } else { 2 };
        let number = rush * (50 + dice.throw(100)) / 3000;
        let mut times: Vec<_> =
            (0..number).map(|_| start + i64::try_from(dice.throw(3_600_000_000)).expect("a time")).collect();
        times.sort_unstable();
        for time in times.into_iter().filter(|time| *time <= now) {
            visits.push((time, page(&mut dice)));
        }
    }
    visits
}

fn page(dice: &mut Dice) -> &'static str {
    let mut left = dice.throw(100);
    for (page, share) in PAGES {
        match left.checked_sub(share) {
            Some(rest) => left = rest,
            None => return page,
        }
    }
    PAGES[0].0
}

/// Now, in microseconds since 1970.
pub fn now() -> i64 {
    chrono::DateTime::parse_from_rfc3339(NOW).expect("a time").timestamp_micros()
}

/// A server at that time.
pub fn setup(replica: &str) -> Setup {
    Setup::new().variable("replica", replica).at(NOW)
}

/// Starts it and puts visits into it.
pub fn filled<'a>(setup: Setup, visits: impl IntoIterator<Item = (i64, &'a str)>) -> Server {
    let server = setup.start();
    insert(&mut database(&server), visits);
    server
}

/// The database, with its schema.
pub fn database(server: &Server) -> Connection {
    assert_eq!(server.client().get("/readyz").status, 200, "{}", server.log());
    let volume: &Volume = server.volume();
    volume.open()
}

/// Three replicas with a month of visits each, some thousand of them, the first of which knows the others; it is the first.
pub fn cluster() -> [Server; 3] {
    busy_cluster(1)
}

/// The same with that many times as many.
pub fn busy_cluster(times: u64) -> [Server; 3] {
    let second = filled(setup("footfall-1"), month(2, 2 * times));
    let third = filled(setup("footfall-2"), month(3, times));
    let peers = format!("{},{}", second.url(), third.url());
    // Long enough for a machine with other things to do.
    let first = setup("footfall-0").variable("peers", &peers).variable("peer_timeout_ms", "20000");
    [filled(first, month(1, 2 * times)), second, third]
}

/// A value as it stands in a query, with every byte encoded.
pub fn encode(value: &str) -> String {
    value.bytes().flat_map(|byte| [format!("%{byte:02X}")]).collect::<Vec<_>>().concat()
}
