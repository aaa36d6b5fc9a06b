//! `since` and `until` to the microsecond, against a count by hand.

use chrono::{DateTime, SecondsFormat};

use crate::server::{Server, Setup};
use crate::volume::{insert, prune};

const SLOT: i64 = 900_000_000;
/// 2026-03-29T01:00:00Z, which begins a slot.
const BORDER: i64 = 1_774_746_000_000_000;

/// When the visits are, from the border on.
const VISITS: [i64; 14] =
    [-SLOT - 1, -SLOT, -SLOT + 1, -SLOT / 2, -1, 0, 0, 1, SLOT / 2, SLOT - 1, SLOT, SLOT + 1, 3 * SLOT, 3 * SLOT + 1];
const PAGES: [&str; 3] = ["/", "/blog/x", "/caf\u{e9}"];

fn rfc3339(micros: i64) -> String {
    let time = DateTime::from_timestamp_micros(micros).expect("a time");
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Visits in the order of time, each to the next of the pages.
fn in_order() -> Vec<(i64, &'static str)> {
    VISITS.iter().zip(PAGES.iter().cycle()).map(|(at, page)| (BORDER + at, *page)).collect()
}

/// The same, as if the clock had been set back now and then.
fn in_disorder() -> Vec<(i64, &'static str)> {
    let (odd, even): (Vec<_>, Vec<_>) = in_order().into_iter().rev().enumerate().partition(|(place, _)| place % 2 == 1);
    odd.into_iter().chain(even).map(|(_, visit)| visit).collect()
}

fn record(server: &Server, visits: &[(i64, &str)]) {
    assert_eq!(server.client().get("/readyz").status, 200);
    insert(&mut server.volume().open(), visits.iter().copied());
}

/// Compares what the server counts with these visits, for all the bounds that there are.
fn check(server: &Server, visits: &[(i64, &str)]) {
    let client = server.client();
    let mut bounds: Vec<_> = VISITS.iter().flat_map(|offset| [offset - 1, *offset, offset + 1]).collect();
    bounds.extend([-3 * SLOT, 2 * SLOT, 5 * SLOT]);
    bounds.sort_unstable();
    bounds.dedup();
    let by_hand = |since: i64, until: i64, page: Option<&str>| {
        let inside =
            visits.iter().filter(|(at, on)| (since..until).contains(at) && page.is_none_or(|page| page == *on));
        i64::try_from(inside.count()).expect("a number")
    };
    for (place, since) in bounds.iter().map(|offset| BORDER + offset).enumerate() {
        let page = [None, Some(PAGES[0]), Some(PAGES[1]), Some(PAGES[2]), Some("/none")][place % 5];
        let filter = page.map(|page| format!("&page={}", page.replace('\u{e9}', "%C3%A9"))).unwrap_or_default();
        let from = rfc3339(since);
        assert_eq!(client.count(&format!("since={from}{filter}")), by_hand(since, i64::MAX, page), "{from}{filter}");
        assert_eq!(client.count(&format!("until={from}{filter}")), by_hand(i64::MIN, since, page), "{from}{filter}");
        for until in bounds.iter().skip(place).map(|offset| BORDER + offset) {
            let query = format!("since={from}&until={}{filter}", rfc3339(until));
            assert_eq!(client.count(&query), by_hand(since, until, page), "{query}");
        }
    }
}

#[test]
fn a_count_is_exact_to_the_microsecond() {
    let server = Server::start();
    record(&server, &in_order());
    check(&server, &in_order());
}

#[test]
fn a_count_is_exact_though_the_clock_was_set_back_now_and_then() {
    let server = Server::start();
    record(&server, &in_disorder());
    check(&server, &in_disorder());
}

#[test]
fn a_visit_that_the_log_has_dropped_counts_at_the_beginning_of_its_slot() {
    for mut visits in [in_order(), in_disorder()] {
        for keep in [1, 5, 10] {
            let now = BORDER + 2 * SLOT + 1;
            let server = Setup::new().at(&rfc3339(now)).start();
            record(&server, &visits);
            server.client().visit();
            prune(&server.volume().open(), keep);
            let mut counted = visits.clone();
            counted.push((now, "/"));
            let dropped = counted.len() - keep;
            counted[..dropped].iter_mut().for_each(|(at, _)| *at -= at.rem_euclid(SLOT));
            check(&server, &counted);
            // Another page for each, the next time.
            visits.rotate_left(1);
        }
    }
}

#[test]
fn a_visit_belongs_to_the_slot_of_the_moment_that_it_came() {
    let server = Setup::new().at("2026-03-29T00:59:59.999999Z").start();
    let client = server.client();
    client.visit();
    server.set_clock("2026-03-29T01:00:00Z");
    client.visit();
    server.set_clock("2026-03-29T01:14:59.999999Z");
    client.visit();
    for (query, visits) in [
        ("until=2026-03-29T01:00:00Z", 1),
        ("since=2026-03-29T01:00:00Z", 2),
        ("since=2026-03-29T01:00:00Z&until=2026-03-29T01:15:00Z", 2),
        ("since=2026-03-29T00:59:59.999999Z&until=2026-03-29T01:00:00.000001Z", 2),
        ("since=2026-03-29T01:00:00.000001Z", 1),
        ("since=2026-03-29T01:15:00Z", 0),
        ("since=899s", 1),
        ("since=900s", 3),
        ("since=15m", 3),
    ] {
        assert_eq!(client.count(query), visits, "{query}");
    }
    assert_eq!(server.volume().audit(), 3);
}

#[test]
fn a_visit_of_the_future_is_counted_in_the_future() {
    let server = Setup::new().at("2026-03-29T12:00:00Z").start();
    let client = server.client();
    client.visit();
    server.set_clock("2026-03-29T11:00:00Z");
    assert_eq!(client.count("until=0s"), 0);
    assert_eq!(client.count(""), 1);
    assert_eq!(client.count("since=2026-03-29T11:30:00Z"), 1);
    assert_eq!(client.visit(), 2);
    assert_eq!(client.get("/visits").text(), "12:00:00\n11:00:00\n");
}
