//! Reading the whole log, page by page.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::client::Client;
use crate::server::Server;
use crate::volume::insert;

const AT: i64 = 1_774_746_000_000_000;
const PAGES: [&str; 3] = ["/", "/a", "/b"];

/// A server with this many visits, to three pages in turn.
fn with_visits(number: i64) -> Server {
    let server = Server::start();
    assert_eq!(server.client().get("/readyz").status, 200);
    let pages = PAGES.iter().cycle();
    insert(&mut server.volume().open(), (0..number).zip(pages).map(|(place, page)| (AT + place, *page)));
    server
}

/// All ids from the latest to the first, by `before`.
fn walk(client: &Client, query: &str) -> Vec<i64> {
    let mut walked = Vec::new();
    let mut before = None;
    loop {
        let from = before.map(|before: i64| format!("&before={before}")).unwrap_or_default();
        let tail = client.json(&format!("/visits?{query}{from}"));
        let ids = super::ids(&tail);
        assert!(!ids.is_empty(), "a page of nothing after {walked:?}");
        assert!(before.is_none_or(|before| ids[0] < before), "a page again after {walked:?}");
        walked.extend(ids.iter().rev());
        before = tail["before"].as_i64();
        if before.is_none() {
            return walked;
        }
        assert_eq!(before, ids.first().copied());
    }
}

#[test]
fn each_visit_is_on_one_page() {
    let server = with_visits(95);
    let client = server.client();
    let all: Vec<i64> = (1..=95).rev().collect();
    for tail in [1, 10, 19, 20, 94, 95, 96, 1000] {
        assert_eq!(walk(&client, &format!("tail={tail}")), all, "tail={tail}");
    }
    assert_eq!(walk(&client, ""), all);
}

#[test]
fn each_visit_of_a_page_is_on_one_page() {
    let server = with_visits(95);
    let client = server.client();
    for (page, remainder) in PAGES.into_iter().zip([1, 2, 0]) {
        let all: Vec<i64> = (1..=95).rev().filter(|id| id % 3 == remainder).collect();
        for tail in [1, 7, 31, 32, 1000] {
            assert_eq!(walk(&client, &format!("tail={tail}&page={page}")), all, "tail={tail}&page={page}");
        }
    }
}

#[test]
fn visits_that_come_meanwhile_do_not_shift_the_pages() {
    let server = with_visits(300);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let client = server.client();
            while !done.load(Ordering::Relaxed) {
                client.visit();
            }
        });
        let walked = walk(&server.client(), "tail=7&scope=replica");
        done.store(true, Ordering::Relaxed);
        let latest = walked[0];
        assert_eq!(walked, (1..=latest).rev().collect::<Vec<_>>());
    });
}

#[test]
fn a_text_of_the_log_has_a_line_a_visit() {
    let server = with_visits(1200);
    let client = server.client();
    for (query, lines) in
        [("", 20), ("?tail=1", 1), ("?tail=1000", 1000), ("?tail=1000&before=11", 10), ("?page=/b", 20)]
    {
        let answer = client.get(&format!("/visits{query}"));
        assert_eq!(answer.text().lines().count(), lines, "{query}");
        assert!(answer.text().lines().all(|line| line == "01:00:00"), "{query}");
    }
    assert_eq!(client.json("/visits?tail=1000")["before"], 201);
}
