//! Twenty years of visits on the least storage that there may be: the oldest detail makes room for them all the time.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{fs, thread};

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta};
use http::Method;
use rusqlite::Connection;

use super::{say, scaled};
use crate::client::Client;
use crate::server::{Server, Setup};
use crate::volume::{Volume, insert, prune};

/// The least that `max_storage` may be, in bytes.
const MAX_STORAGE: i64 = 16 << 20;

/// The first day, in a zone whose days have 24 hours each, and begin within an hour of UTC.
const START: &str = "2030-01-01T00:00:00+05:45";
const ZONE: &str = "Asia/Kathmandu";

/// How many pages are visited again and again.
const PAGES: usize = 400;

/// How many visits a day has before the simulation, and in it: then every other one is to a page that nobody visits again.
/// Maintenance is due at the end of each second day.
const BEFORE: usize = 1500;
const DAILY: usize = 250;

/// What makes room, each by a number that moves with it: the log, and the days, months and years that are merged.
const ROOM: [&str; 4] = [
    "SELECT min(id) FROM visits",
    "SELECT before FROM coarse WHERE period = 'day'",
    "SELECT before FROM coarse WHERE period = 'month'",
    "SELECT before FROM coarse WHERE period = 'year'",
];

/// The visits that were answered, by day and page; the last page stands for those that were visited once.
type Ledger = Vec<Vec<i64>>;

fn time(day: usize, minute: usize) -> DateTime<FixedOffset> {
    let minutes = TimeDelta::minutes(i64::try_from(day * 1440 + minute).expect("a number"));
    DateTime::parse_from_rfc3339(START).expect("a time") + minutes
}

fn name(page: usize) -> String {
    format!("/page/{page}")
}

fn count_pages(pages: impl Iterator<Item = usize>) -> Vec<i64> {
    let mut day = vec![0; PAGES + 1];
    pages.for_each(|page| day[page] += 1);
    day
}

fn number(database: &Connection, sql: &str) -> i64 {
    database.query_row(sql, [], |row| row.get(0)).expect(sql)
}

/// Adds days whose quarter hours take most of the storage.
fn add_past(volume: &Volume, ledger: &mut Ledger) {
    let mut database = volume.open();
    while number(&database, "SELECT used FROM storage") < MAX_STORAGE * 9 / 10 {
        for day in ledger.len()..ledger.len() + 10 {
            let names: Vec<_> = (0..BEFORE).map(|visit| name((day + visit) % PAGES)).collect();
            let at = (0..BEFORE).map(|visit| time(day, visit * 1440 / BEFORE).timestamp_micros());
            insert(&mut database, at.zip(names.iter().map(String::as_str)));
            ledger.push(count_pages((0..BEFORE).map(|visit| (day + visit) % PAGES)));
        }
        prune(&database, 5000);
    }
}

/// Makes the visits of the next day, at times that follow each other, and waits for all answers.
fn visit(server: &Server, clients: &[Client], pages: usize, ledger: &mut Ledger) {
    let (day, next) = (ledger.len(), &AtomicUsize::new(0));
    let page = move |visit| if visit % 2 == 0 { (day * DAILY / 2 + visit / 2) % pages } else { PAGES };
    server.set_clock(&time(day, 0).to_rfc3339());
    let visits = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|visit| *visit < DAILY);
    thread::scope(|scope| {
        for (connection, client) in clients.iter().enumerate() {
            scope.spawn(move || {
                while let Some(visit) = visits() {
                    if connection == 0 {
                        server.set_clock(&time(day, visit * 1440 / DAILY).to_rfc3339());
                    }
                    let name = if page(visit) < PAGES { name(page(visit)) } else { format!("/once/{day}/{visit}") };
                    let answer = client.get(&format!("/footfall.gif?page={name}"));
                    assert!(answer.recorded().is_some(), "not recorded: {answer:?}");
                }
            });
        }
    });
    ledger.push(count_pages((0..DAILY).map(page)));
}

/// Deletes a page, and gives how many visits it had.
fn delete(client: &Client, page: &str) -> i64 {
    let (query, visits) = (format!("page={page}"), client.count(&format!("page={page}")));
    let answer = client.request(&Method::DELETE, &format!("/pages?{query}"), &[("authorization", "Bearer simulation")]);
    assert_eq!((answer.status, answer.json()["deleted"].as_i64()), (200, Some(visits)), "{query}");
    visits
}

/// Checks the counts of some days.
fn assert_days(client: &Client, ledger: &Ledger, days: Range<usize>) {
    let [since, until] = [days.start, days.end].map(|day| time(day, 0).to_rfc3339().replace('+', "%2B"));
    let (query, days) = (format!("since={since}&until={until}"), &ledger[days]);
    assert_eq!(client.count(&query), days.iter().flatten().sum::<i64>(), "{query}");
    for page in (0..PAGES).step_by(37) {
        let query = format!("{query}&page={}", name(page));
        assert_eq!(client.count(&query), days.iter().map(|day| day[page]).sum::<i64>(), "{query}");
    }
}

#[test]
fn twenty_years_on_the_least_storage_lose_no_visit() {
    let (days, kill, delete_after, least) = scaled((40, 14, 17, 2), (8000, 98, 399, 300));
    let volume = Volume::new();
    let start = |day| {
        let setup = Setup::on(&volume).at(&time(day, 0).to_rfc3339()).variable("max_storage", &MAX_STORAGE.to_string());
        let server = setup.variable("timezone", ZONE).variable("export_token", "simulation").start();
        let clients: Vec<_> = (0..16).map(|_| server.client()).collect();
        (server, clients)
    };
    let ((mut server, mut clients), mut pages, mut ledger) = (start(0), PAGES, Ledger::new());
    assert_eq!(clients[0].get("/readyz").status, 200);
    add_past(&volume, &mut ledger);
    let (mut total, begin) = (ledger.iter().flatten().sum::<i64>(), Instant::now());
    let (mut largest, mut room, mut moved, mut folded, mut once) = (0, [0; 4], [0; 4], 0, HashSet::<String>::new());
    for day in 1..=days {
        visit(&server, &clients, pages, &mut ledger);
        total += ledger[ledger.len() - 1].iter().sum::<i64>();
        if day % kill == 0 {
            // Maintenance has just begun.
            server.kill();
            (server, clients) = start(ledger.len());
        }
        if day % delete_after == 0 {
            pages -= 1;
            total -= delete(&clients[0], &name(pages));
            for day in &mut ledger {
                day[pages] = 0;
            }
        }
        assert_eq!(clients[0].count(""), total, "day {day}");
        if day == days {
            // The last maintenance ends with its instance.
            server.wait_until_idle();
        }
        let database = volume.open();
        let file = i64::try_from(fs::metadata(volume.database()).expect("a file").len()).expect("a size");
        largest = file.max(largest).max(number(&database, "SELECT max(used, file) FROM storage"));
        assert!(largest <= MAX_STORAGE, "{largest} bytes on day {day}");
        let now = ROOM.map(|sql| number(&database, sql));
        (0..4).for_each(|kind| moved[kind] += usize::from(now[kind] != room[kind]));
        let mut told = database.prepare("SELECT page FROM pages WHERE page LIKE '/once/%'").expect("a statement");
        let told = told.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("pages");
        folded += once.difference(&told).count();
        (room, once) = (now, told);
    }
    let day = |slot: i64| usize::try_from((slot * 900 - time(0, 0).timestamp()) / 86_400).unwrap_or_default();
    let [before, months, years] = [room[1], room[2], room[3]].map(day);
    say(format_args!(
        "{} visits on {days} days in {:.0?}, up to {largest} bytes: the log became shorter, and days, months and years were \
        merged, {moved:?} times, up to days {before}, {months} and {years}; {folded} pages were folded",
        days * DAILY,
        begin.elapsed()
    ));
    assert!(moved[0] >= least && before >= least && folded >= least);

    let (client, all) = (&clients[0], ledger.len());
    for page in 0..PAGES {
        let visits = ledger.iter().map(|day| day[page]).sum::<i64>();
        assert_eq!(client.count(&format!("page={}", name(page))), visits, "{}", name(page));
    }
    // What begins and ends with a period is exact.
    let years: Vec<_> = (0..all).filter(|day| time(*day, 0).ordinal() == 1).chain([all]).collect();
    years.windows(2).for_each(|years| assert_days(client, &ledger, years[0]..years[1]));
    (months.max(before - 30)..before).for_each(|day| assert_days(client, &ledger, day..day + 1));
    let coarse_before = client.json("/visits/count?since=10000d")["coarse_before"].take();
    assert_eq!(coarse_before.as_str().map(DateTime::parse_from_rfc3339), Some(Ok(time(before, 0))));
    total -= delete(client, "(other)");
    assert_eq!(client.count(""), total);
}
