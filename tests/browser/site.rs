//! Servers with visits in them.

use std::io::Write;

use rusqlite::Connection;

use crate::fake::{Fake, response};
use crate::server::{Server, Setup};
use crate::volume::insert;

/// A Monday afternoon.
const NOW: &str = "2026-11-23T14:37:21.5Z";

const HOUR: i64 = 3_600_000_000;

/// How many visits of a hundred an hour of the day brings.
const RHYTHM: [i64; 24] = [2, 1, 1, 0, 0, 1, 3, 7, 14, 20, 22, 21, 17, 19, 22, 21, 18, 15, 14, 16, 17, 13, 8, 4];

const PAGES: [&str; 8] = [
    "/",
    "/blog",
    "/blog/how-a-stateful-wasm-workload-is-done-on-kubernetes",
    "/docs/install",
    "/blog/group-commit",
    "/أخبار",
    "/about us",
    "/impressum",
];

/// Thirty-one days of visits until now, as many as `share` says, more by day than by night.
fn month(share: i64) -> Vec<(i64, &'static str)> {
    let mut random = 1_u64;
    // A number below a limit: the same ones every time.
    let mut below = move |limit: i64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(random >> 33).expect("31 bits") % limit
    };
    let mut visits = Vec::new();
    for start in (0..31 * 24).rev().map(|hours| (now() / HOUR - hours) * HOUR) {
        let rhythm = RHYTHM[usize::try_from(start / HOUR % 24).expect("an hour")];
        for _ in 0..rhythm * share * (50 + below(100)) / 1000 {
            // The first pages are the busiest.
            let page = below(8).min(below(8)).min(below(8));
            visits.push((start + below(HOUR), PAGES[usize::try_from(page).expect("a page")]));
        }
    }
    visits.retain(|(time, _)| *time <= now());
    visits.sort_unstable();
    visits
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
    assert_eq!(server.client().get("/readyz").status, 200, "{}", server.log());
    let mut database: Connection = server.volume().open();
    insert(&mut database, visits);
    server
}

/// Three replicas with a month of visits each, of which the first knows the others: some thousand times `times`.
pub fn cluster(times: i64) -> [Server; 3] {
    let second = filled(setup("footfall-1"), month(5 * times));
    let third = filled(setup("footfall-2"), month(2 * times));
    let peers = format!("{},{}", second.url(), third.url());
    // Long enough for a machine with other things to do.
    let first = setup("footfall-0").variable("peers", &peers).variable("peer_timeout_ms", "20000");
    [filled(first, month(4 * times)), second, third]
}

/// Ten million visits to ten thousand pages within a year, nearly all of which the log has dropped: each page has a
/// tally for one hour of each ninth day, and the first hundred for one of each day.
pub fn large() -> Server {
    let server = filled(setup("footfall-0"), []);
    let database = server.volume().open();
    let slot = now() / (HOUR / 4);
    let fill = format!(
        "BEGIN;
        INSERT INTO pages (id, page, visits)
            WITH page (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM page WHERE id < 10000)
            SELECT id, iif(id = 1, '/', '/articles/' || id), 0 FROM page;
        INSERT INTO tallies (page_id, slot, visits)
            WITH day (day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM day WHERE day < 359)
            SELECT id, {slot} - 96 * day - id * 7 % 48, 5 + 2500 / (id + 9) * (70 + (day * 37 + id) % 60) / 100 + (id > 100) * 13
            FROM day CROSS JOIN pages WHERE id > 0 AND (id <= 100 OR day % 9 = id % 9);
        UPDATE tallies SET visits = visits + (10000000 - (SELECT sum(visits) FROM tallies)) / 360 WHERE page_id = 1;
        UPDATE tallies SET visits = visits + 10000000 - (SELECT sum(visits) FROM tallies)
            WHERE page_id = 1 AND slot = (SELECT max(slot) FROM tallies WHERE page_id = 1);
        UPDATE pages SET visits = (SELECT sum(visits) FROM tallies WHERE page_id = id), last_slot = {slot} WHERE id > 0;
        INSERT INTO slots (slot, visits) SELECT slot, sum(visits) FROM tallies GROUP BY slot;
        INSERT INTO visits (id, at, page)
            SELECT 9999970 + id, {now} - (31 - id) * 1700000, page FROM pages WHERE id BETWEEN 1 AND 30;
        UPDATE slots SET first_id = 9999971, last_id = 10000000 WHERE slot = {slot};
        UPDATE watermarks SET tallied = 10000000;
        COMMIT",
        now = now(),
    );
    database.execute_batch(&fill).expect("visits");
    server
}

/// A proxy that serves a server below a path, which it takes away.
pub fn below(prefix: &'static str, server: &Server) -> Fake {
    let client = server.client();
    Fake::start(move |asked, stream| {
        let target = asked.target.strip_prefix(prefix).filter(|target| target.starts_with('/'));
        let Some(target) = target else {
            _ = stream.write_all(&response("404 Not Found", ""));
            return;
        };
        let headers = [
            ("accept", asked.header("accept")),
            ("x-forwarded-host", asked.header("host")),
            ("x-forwarded-prefix", prefix),
        ];
        let answer = client.request(&asked.method(), target, &headers);
        let names = ["content-type", "content-security-policy", "location"];
        let fields = names.map(|name| format!("{name}: {}\r\n", answer.header(name))).concat();
        let head = format!("HTTP/1.1 {} -\r\nconnection: close\r\n{fields}\r\n", answer.status);
        _ = stream.write_all(&[head.as_bytes(), &answer.body].concat());
    })
}

/// Has a server know only days until ten days ago.
pub fn make_coarse(server: &Server) {
    let slot = (now() - 10 * 24 * HOUR) / (HOUR / 4);
    server
        .volume()
        .open()
        .execute("UPDATE coarse SET before = ?1, coarse_before = ?1 WHERE period = 'day'", [slot])
        .expect("days");
}

/// A value as it stands in a query, with every byte encoded.
pub fn encode(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}
