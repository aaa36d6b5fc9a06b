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
use crate::store::delete::{DELETE_TALLIES, DELETE_VISITS, FORGET_NAME};
use crate::store::log::{BATCH, TAIL, TAIL_OF_PAGE};
use crate::store::open::{ROUTINES, SCHEMA};
use crate::store::record::{INSERT, INSERT_IGNORED};
use crate::store::stats::{BUSIEST, METRICS};
use crate::store::tally::{FOLD, TALLY};
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
    /// The page makes room for others, if it is known.
    Fold(&'static str),
    /// The page is deleted.
    Delete(&'static str),
}

/// A database, and what it should say.
pub struct Replica {
    pub database: Connection,
    max_pages: usize,
    /// The times and the pages of all visits, by id from 1, as they were recorded.
    pub visits: Vec<(i64, &'static str)>,
    /// The pages that the tallied visits count for; `None` for those that were deleted.
    counted: Vec<Option<&'static str>>,
    known: Vec<&'static str>,
    /// How many deleted visits are still in the log, since they had the largest id.
    kept: usize,
    ignored: BTreeMap<&'static str, i64>,
}

impl Replica {
    fn new(max_pages: usize) -> Self {
        let database = Connection::open_in_memory().expect("a database");
        for statement in [SCHEMA, ROUTINES].into_iter().flat_map(|script| script.split("\n\n")) {
            database.execute(statement, []).expect(statement);
        }
        database.execute("UPDATE watermarks SET max_pages = ?1", [max_pages]).expect("an update");
        Self {
            database,
            max_pages,
            visits: Vec::new(),
            counted: Vec::new(),
            known: Vec::new(),
            kept: 0,
            ignored: BTreeMap::new(),
        }
    }

    pub fn after(max_pages: usize, steps: &[Step]) -> Self {
        let mut replica = Self::new(max_pages);
        for step in steps {
            match *step {
                Step::Visit(at, page) => replica.visit(at, page),
                Step::Ignore(reason) => {
                    *replica.ignored.entry(reason).or_default() += 1;
                    replica.value::<i64>(INSERT_IGNORED, [reason]);
                }
                Step::Tally(batch) => _ = replica.tally(batch),
                Step::Fold(page) => replica.fold(page),
                Step::Delete(page) => replica.delete(page),
            }
        }
        replica
    }

    pub fn value<T: FromSql>(&self, statement: &str, parameters: impl Params) -> T {
        self.database.query_row(statement, parameters, |row| row.get(0)).expect("a row")
    }

    /// Runs a statement, and tells whether it returns a row.
    pub fn changes(&self, statement: &str, parameters: impl Params) -> bool {
        self.database.prepare(statement).and_then(|mut statement| statement.exists(parameters)).expect("an answer")
    }

    /// Tallies at most so many visits. Returns how many are left.
    pub fn tally(&mut self, batch: i64) -> i64 {
        let tallied = self.counted.len() + usize::try_from(batch).expect("a number");
        (self.counted, self.known) = self.count_up_to(tallied);
        self.value(TALLY, params![batch, Null])
    }

    pub fn visit(&mut self, at: i64, page: &'static str) {
        self.visits.push((at, page));
        assert_eq!(self.value::<usize>(INSERT, params![at, page]), self.visits.len());
    }

    fn fold(&mut self, page: &'static str) {
        let junk = self.value::<String>("SELECT json_group_array(id) FROM pages WHERE page = ?1", [page]);
        self.database.execute(FOLD, params![junk, i64::MAX]).expect("a statement");
        if self.known.contains(&page) {
            self.known.retain(|known| *known != page);
            self.counted
                .iter_mut()
                .filter(|counted| **counted == Some(page))
                .for_each(|counted| *counted = Some("(other)"));
        }
    }

    fn delete(&mut self, page: &'static str) {
        while self.tally(i64::from(u16::MAX)) > 0 {}
        for statement in [DELETE_VISITS, FORGET_NAME] {
            self.database.execute(statement, params![0, self.visits.len(), page]).expect(statement);
        }
        for batch in [2, 100] {
            self.database.execute(DELETE_TALLIES, params![page, batch]).expect("a statement");
        }
        self.known.retain(|known| *known != page);
        self.kept += usize::from(self.counted.last() == Some(&Some(page)));
        self.counted.iter_mut().filter(|counted| **counted == Some(page)).for_each(|counted| *counted = None);
        let named = "SELECT count(*) FROM visits WHERE page = ?1";
        assert_eq!(self.value::<i64>(named, [page]), 0, "{page} is still in the log");
    }

    /// The pages that the first visits count for, once they are tallied, and those that are known then: pages beyond
    /// `max_pages` count for (other).
    fn count_up_to(&self, number: usize) -> (Vec<Option<&'static str>>, Vec<&'static str>) {
        let (mut counted, mut known) = (self.counted.clone(), self.known.clone());
        for (_, page) in self.visits.iter().take(number).skip(counted.len()) {
            if !known.contains(page) && known.len() < self.max_pages {
                known.push(page);
            }
            counted.push(Some(if known.contains(page) { page } else { "(other)" }));
        }
        (counted, known)
    }

    pub fn read<T: DeserializeOwned>(&self, query: &str, parameters: impl Params) -> T {
        serde_json::from_str(&self.value::<String>(query, parameters)).expect("JSON")
    }

    /// Rows of integers and a text, such as those of a table.
    pub fn rows(&self, columns: &str, table: &str) -> Vec<serde_json::Value> {
        self.read(&format!("SELECT json_group_array(json_array({columns}) ORDER BY {columns}) FROM {table}"), [])
    }

    /// The visits with their ids and the pages they count for.
    pub fn log(&self) -> Vec<(i64, i64, &'static str)> {
        let counted = self.count_up_to(self.visits.len()).0;
        let visits = (1..).zip(&self.visits).zip(counted);
        visits.filter_map(|((id, (at, _)), page)| Some((id, *at, page?))).collect()
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
            let (_, rows): (i64, Vec<serde_json::Value>) =
                self.read(BATCH, params![1, before, range.start, range.end, page]);
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
        assert_eq!((visits, log_visits), (self.visits.len(), log.len() + self.kept));
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
