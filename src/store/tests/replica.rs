//! A database, and what it should say.

use std::collections::BTreeMap;

use rusqlite::types::{FromSql, Null};
use rusqlite::{Connection, Params, params};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::store::count::{
    COUNT_ALL, COUNT_ALL_OF_PAGE, COUNT_BY_MINUTE, COUNT_BY_MINUTE_OF_PAGE, COUNT_IN_BUCKETS, COUNT_IN_BUCKETS_OF_PAGE,
    add_untallied, sum_minutes,
};
use crate::store::log::{BATCH, TAIL, TAIL_OF_PAGE};
use crate::store::open::{ROUTINES, SCHEMA};
use crate::store::record::{INSERT, INSERT_IGNORED};
use crate::store::stats::{BUSIEST, METRICS};
use crate::store::tally::TALLY;
use crate::zone::SLOT;

/// The length of a minute in microseconds.
pub const MINUTE: i64 = SLOT / 15;

/// The pages that are visited, or asked for.
pub const PAGES: [&str; 5] = ["/", "/a", "/b", "/c", "(other)"];

/// What happens to a database.
#[derive(Clone, Debug)]
pub enum Step {
    /// A visit to a page at a time.
    Visit(i64, &'static str),
    /// A request that is not a visit.
    Ignore(&'static str),
    /// One statement that tallies at most so many visits.
    Tally(i64),
}

/// A database, and what it should say.
pub struct Replica {
    pub database: Connection,
    max_pages: usize,
    /// The times and the pages of all visits, by id from 1, as they were recorded.
    pub visits: Vec<(i64, &'static str)>,
    ignored: BTreeMap<&'static str, i64>,
}

impl Replica {
    fn new(max_pages: usize) -> Self {
        let database = Connection::open_in_memory().expect("a database");
        for statement in [SCHEMA, ROUTINES].into_iter().flat_map(|script| script.split("\n\n")) {
            database.execute(statement, []).expect(statement);
        }
        database.execute("UPDATE watermarks SET max_pages = ?1", [max_pages]).expect("an update");
        Self { database, max_pages, visits: Vec::new(), ignored: BTreeMap::new() }
    }

    pub fn after(max_pages: usize, steps: &[Step]) -> Self {
        let mut replica = Self::new(max_pages);
        for step in steps {
            match *step {
                Step::Visit(at, page) => {
                    replica.visits.push((at, page));
                    let id: usize = replica.value(INSERT, params![at, page]);
                    assert_eq!(id, replica.visits.len());
                }
                Step::Ignore(reason) => {
                    *replica.ignored.entry(reason).or_default() += 1;
                    replica.value::<i64>(INSERT_IGNORED, [reason]);
                }
                Step::Tally(batch) => _ = replica.tally(batch),
            }
        }
        replica
    }

    pub fn value<T: FromSql>(&self, statement: &str, parameters: impl Params) -> T {
        self.database.query_row(statement, parameters, |row| row.get(0)).expect("a row")
    }

    /// Tallies at most so many visits. Returns how many are left.
    pub fn tally(&self, batch: i64) -> i64 {
        self.value(TALLY, params![batch, Null])
    }

    pub fn read<T: DeserializeOwned>(&self, query: &str, parameters: impl Params) -> T {
        serde_json::from_str(&self.value::<String>(query, parameters)).expect("JSON")
    }

    /// Rows of integers and a text, such as those of a table.
    pub fn rows(&self, columns: &str, table: &str) -> Vec<serde_json::Value> {
        self.read(&format!("SELECT json_group_array(json_array({columns}) ORDER BY {columns}) FROM {table}"), [])
    }

    /// The visits with their ids and the pages they count for: pages beyond the first `max_pages` count for (other).
    pub fn log(&self) -> Vec<(i64, i64, &'static str)> {
        let mut pages = Vec::new();
        let visit = |(id, (at, page)): (i64, &(i64, &'static str))| {
            if !pages.contains(page) && pages.len() < self.max_pages {
                pages.push(*page);
            }
            (id, *at, if pages.contains(page) { *page } else { "(other)" })
        };
        (1..).zip(&self.visits).map(visit).collect()
    }

    pub fn count(&self, page: Option<&str>, since: i64, until: i64) -> i64 {
        let matches = |(_, at, visited): &&(i64, i64, &str)| {
            (since..until).contains(at) && page.is_none_or(|page| page == *visited)
        };
        i64::try_from(self.log().iter().filter(matches).count()).expect("a number")
    }

    /// Checks every read against the model, for the whole log.
    pub fn check_reads(&self, bounds: &[i64], tail: usize, before: i64) {
        let log = self.log();
        assert_eq!(self.read::<i64>(COUNT_ALL, []), self.count(None, 0, i64::MAX));
        for page in [None].into_iter().chain(PAGES.map(Some)) {
            if let Some(page) = page {
                assert_eq!(self.read::<i64>(COUNT_ALL_OF_PAGE, [page]), self.count(Some(page), 0, i64::MAX), "{page}");
            }
            let expected: Vec<_> = bounds.windows(2).map(|pair| self.count(page, pair[0], pair[1])).collect();
            assert_eq!(self.count_in_buckets(page, bounds), expected, "{page:?}");
            let minutes = minutes(bounds[0], bounds[1]);
            let expected: Vec<_> = minutes.windows(2).map(|pair| self.count(page, pair[0], pair[1])).collect();
            assert_eq!(self.count_by_minute(page, &minutes), expected, "{page:?}");

            let matches = |visit: &&(i64, i64, &str)| visit.0 < before && page.is_none_or(|page| page == visit.2);
            let mut expected: Vec<_> = log.iter().rev().filter(matches).take(tail).map(|visit| json!(visit)).collect();
            expected.reverse();
            assert_eq!(self.tail(page, before, tail), expected, "{page:?}");

            let range = bounds[0]..bounds[1];
            let matches = |visit: &&(i64, i64, &str)| {
                visit.0 <= before && range.contains(&visit.1) && page.is_none_or(|page| page == visit.2)
            };
            let expected: Vec<_> = log.iter().filter(matches).map(|visit| json!(visit)).collect();
            let rows: Vec<serde_json::Value> = self.read(BATCH, params![1, before, range.start, range.end, page]);
            assert_eq!(rows, expected, "{page:?}");
        }
        let mut pages: Vec<_> = PAGES.map(|page| (page, self.count(Some(page), 0, i64::MAX))).into();
        pages.retain(|(_, visits)| *visits > 0);
        let first_visit = |page: &str| log.iter().find(|visit| visit.2 == page).filter(|_| page != "(other)");
        pages.sort_by_key(|(page, visits)| (-visits, first_visit(page).map(|visit| visit.0)));
        let expected: Vec<_> = pages.iter().map(|(page, visits)| json!({ "page": page, "visits": visits })).collect();
        assert_eq!(self.read::<Vec<serde_json::Value>>(BUSIEST, [PAGES.len()]), expected);

        let (visits, log_visits, separate, bytes, ignored): (usize, usize, usize, i64, Vec<(String, i64)>) =
            self.read(METRICS, []);
        assert_eq!((visits, log_visits), (log.len(), log.len()));
        assert_eq!(separate, pages.iter().filter(|(page, _)| *page != "(other)").count());
        assert!(bytes > 0);
        assert!(
            ignored.iter().map(|(reason, requests)| (&**reason, *requests)).eq(self.ignored.clone()),
            "{ignored:?}"
        );
    }

    pub fn tail(&self, page: Option<&str>, before: i64, tail: usize) -> Vec<serde_json::Value> {
        match page {
            None => self.read(TAIL, params![before, tail]),
            Some(page) => self.read(TAIL_OF_PAGE, params![before, tail, page]),
        }
    }

    pub fn count_in_buckets(&self, page: Option<&str>, bounds: &[i64]) -> Vec<i64> {
        let query = if page.is_some() { COUNT_IN_BUCKETS_OF_PAGE } else { COUNT_IN_BUCKETS };
        let (tallied, untallied, _): (_, Vec<_>, i64) = self.read(query, params![page, json!(bounds).to_string()]);
        add_untallied(bounds, tallied, &untallied)
    }

    pub fn count_by_minute(&self, page: Option<&str>, bounds: &[i64]) -> Vec<i64> {
        let [first, .., last] = *bounds else { return Vec::new() };
        let query = if page.is_some() { COUNT_BY_MINUTE_OF_PAGE } else { COUNT_BY_MINUTE };
        sum_minutes(bounds, &self.read::<(Vec<_>, i64)>(query, params![page, first, last]).0)
    }
}

/// The bounds of the minutes of a range, of which the first and the last are cut off by it.
pub fn minutes(since: i64, until: i64) -> Vec<i64> {
    let inner = (since / MINUTE + 1..).map(|minute| minute * MINUTE).take_while(|bound| *bound < until);
    [since].into_iter().chain(inner).chain([until]).collect()
}
