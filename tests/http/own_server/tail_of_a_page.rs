//! The end of the log of one page, against the log itself: rare pages and busy ones, a clock that was set back, and a log
//! that was pruned.

use rusqlite::Connection;

use super::ids;
use crate::server::{Server, Setup};
use crate::volume::insert;

/// 2026-03-29T01:00:00Z, which begins a slot.
const BORDER: i64 = 1_774_746_000_000_000;
const SLOT: i64 = 900_000_000;
/// How many slots the visits are in.
const SLOTS: i64 = 40;
const VISITS: i64 = 3000;

/// The page of a visit: the first three are common, the others rare, in the log's beginning, its middle and its end.
fn page(place: i64) -> &'static str {
    match place {
        7 | 1500 | 2990 => "/three",
        2 => "/first",
        2999 => "/last",
        1000..1030 => "/burst",
        place if place % 97 == 0 => "/rare",
        place if place % 3 == 0 => "/a",
        _ => "/",
    }
}

const PAGES: [&str; 8] = ["/", "/a", "/rare", "/burst", "/three", "/first", "/last", "/none"];

/// When each visit came: the clock runs, or it was set back a quarter of the way, twice, or it jumps about.
const CLOCKS: [fn(i64) -> i64; 3] = [
    |place| place * SLOT * SLOTS / VISITS,
    |place| (place % (VISITS / 2) + place / (VISITS / 2) * 300) * SLOT * SLOTS / VISITS,
    |place| place * 7919 % VISITS * SLOT * SLOTS / VISITS,
];

fn with_visits(setup: Setup, clock: fn(i64) -> i64) -> Server {
    let server = setup.start();
    assert_eq!(server.client().get("/readyz").status, 200);
    insert(&mut server.volume().open(), (0..VISITS).map(|place| (BORDER + clock(place), page(place))));
    server
}

/// What the log has, by itself.
fn logged(log: &Connection, page: &str, before: i64, tail: i64) -> Vec<i64> {
    let sql = "SELECT id FROM visits WHERE page = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let mut statement = log.prepare_cached(sql).expect("a statement");
    let ids = statement.query_map((page, before, tail), |row| row.get(0)).expect("rows");
    let mut ids: Vec<_> = ids.collect::<Result<_, _>>().expect("ids");
    ids.reverse();
    ids
}

fn check(server: &Server) {
    let client = server.client();
    let log = server.volume().open();
    for page in PAGES {
        for tail in [1, 2, 3, 20, 30, 31, 1000] {
            for before in [1, 3, 4, 8, 9, 500, 1001, 1016, 1031, 1501, 1502, 2500, 2991, 2992, 3000, 3001, i64::MAX] {
                let answer = client.json(&format!("/visits?page={page}&tail={tail}&before={before}"));
                let expected = logged(&log, page, before, tail);
                assert_eq!(ids(&answer), expected, "{page} tail={tail} before={before}");
                let more = expected.first().is_some_and(|first| !logged(&log, page, *first, 1).is_empty());
                let next = expected.first().copied().filter(|_| more);
                assert_eq!(answer["before"].as_i64(), next, "{page} tail={tail} before={before}");
                let visits = answer["visits"].as_array().expect("visits");
                assert!(visits.iter().all(|visit| visit["page"] == page), "{page}: {answer}");
            }
            assert_eq!(
                ids(&client.json(&format!("/visits?page={page}&tail={tail}"))),
                logged(&log, page, i64::MAX, tail)
            );
        }
        let latest = client.json(&format!("/visits/summary?page={page}&tail=25"));
        let latest = latest["latest"].as_array().expect("visits").iter().map(|visit| visit["id"].as_i64());
        assert!(latest.eq(logged(&log, page, i64::MAX, 25).into_iter().map(Some)), "{page}");
    }
}

#[test]
fn the_tail_of_a_page_is_what_the_log_has() {
    for clock in CLOCKS {
        check(&with_visits(Setup::new(), clock));
    }
}

#[test]
fn the_tail_of_a_page_is_what_is_left_of_the_log() {
    for clock in CLOCKS {
        for keep in ["2985", "1490", "1980", "5"] {
            let server = with_visits(Setup::new().variable("retain_visits", keep).at("2026-03-30T00:00:00Z"), clock);
            for _ in 0..25 {
                server.client().visit();
            }
            check(&server);
        }
    }
}

#[test]
fn the_tail_of_a_page_has_visits_that_come_meanwhile() {
    let server = with_visits(Setup::new().at("2026-03-29T20:00:00Z"), CLOCKS[0]);
    let client = server.client();
    for (number, time) in ["2026-03-29T20:00:00Z", "2026-03-29T05:00:00Z", "2026-03-30T05:00:00Z"].iter().enumerate() {
        server.set_clock(time);
        for page in ["/three", "/new"] {
            let id = client.get(&format!("/count.gif?page={page}")).recorded().expect("a visit");
            let tail = client.json(&format!("/visits?page={page}&tail=1000"));
            assert_eq!(ids(&tail).last(), Some(&id), "{page} at {time}");
            assert_eq!(ids(&tail).len(), number + if page == "/new" { 1 } else { 4 }, "{page} at {time}");
        }
    }
    check(&server);
}
