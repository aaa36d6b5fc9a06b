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
use crate::store::import::{BEGIN as BEGIN_IMPORT, FINISH, STAGE};
use crate::store::imports::ImportRow;
use crate::store::log::{BATCH, TAIL, TAIL_OF_PAGE};
use crate::store::open::{SCHEMA, VIEWS};
use crate::store::record::{INSERT, INSERT_IGNORED};
use crate::store::routine::Routine;
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
    /// Tallies of a source are imported, in place of those before: a page, a slot and a number of visits each.
    Import(&'static str, Vec<(&'static str, i64, i64)>),
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
    /// What was imported of each source, as in [`Step::Import`].
    pub imports: BTreeMap<&'static str, Vec<(&'static str, i64, i64)>>,
    uploads: i64,
}

impl Replica {
    fn new(max_pages: usize) -> Self {
        let database = Connection::open_in_memory().expect("a database");
        for statement in [SCHEMA, VIEWS].into_iter().flat_map(|script| script.split("\n\n")) {
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
            imports: BTreeMap::new(),
            uploads: 0,
        }
    }

    pub fn after(max_pages: usize, steps: &[Step]) -> Self {
        let mut replica = Self::new(max_pages);
        for step in steps {
            match *step {
                Step::Import(source, ref tallies) => replica.import(source, tallies),
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

    /// Runs a routine, and tells whether it returns a row.
    pub fn run(&self, routine: &Routine, parameters: impl Params) -> bool {
        self.database.execute(routine.trigger, []).expect("a trigger");
        self.changes(routine.statement, parameters)
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

    /// Stages tallies, in two batches, and returns the number of the upload.
    pub fn stage(&mut self, source: &str, tallies: &[(&str, i64, i64)]) -> i64 {
        self.uploads += 1;
        let upload = self.uploads;
        let import: i64 = self.value(BEGIN_IMPORT, params![source, source, upload, 7, 0, upload, upload]);
        let (one, other) = tallies.split_at(tallies.len() / 2);
        for batch in [one, other].into_iter().filter(|batch| !batch.is_empty()) {
            self.run(&STAGE, params![import, upload, upload, json!(batch).to_string()]);
        }
        upload
    }

    pub fn import(&mut self, source: &'static str, tallies: &[(&'static str, i64, i64)]) {
        let upload = self.stage(source, tallies);
        self.run(&FINISH, [upload]);
        self.imports.insert(source, tallies.to_vec());
    }

    pub fn fold(&mut self, page: &'static str) {
        let junk = self.value::<String>("SELECT json_group_array(id) FROM pages WHERE page = ?1", [page]);
        self.run(&FOLD, params![junk, i64::MAX]);
        if self.known.contains(&page) {
            self.known.retain(|known| *known != page);
            self.counted
                .iter_mut()
                .filter(|counted| **counted == Some(page))
                .for_each(|counted| *counted = Some("(other)"));
        }
    }

    pub fn delete(&mut self, page: &'static str) {
        while self.tally(i64::from(u16::MAX)) > 0 {}
        self.run(&DELETE_VISITS, params![0, self.visits.len(), page]);
        self.database.execute(FORGET_NAME, params![0, self.visits.len(), page]).expect("a statement");
        for batch in [2, 100] {
            self.run(&DELETE_TALLIES, params![page, batch]);
        }
        self.known.retain(|known| *known != page);
        self.kept += usize::from(self.counted.last() == Some(&Some(page)));
        self.counted.iter_mut().filter(|counted| **counted == Some(page)).for_each(|counted| *counted = None);
        self.imports.values_mut().for_each(|tallies| tallies.retain(|tally| tally.0 != page));
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
        let imported = |source: &&str| self.count_imported(source, page, since, until);
        self.count_own(page, since, until) + self.imports.keys().map(imported).sum::<i64>()
    }

    /// What was imported of a source counts at the beginning of its slot.
    pub fn count_imported(&self, source: &str, page: Option<&str>, since: i64, until: i64) -> i64 {
        let matches = |(of, slot, _): &&(&str, i64, i64)| {
            (since..until).contains(&(slot * SLOT)) && page.is_none_or(|page| page == *of)
        };
        self.imports[source].iter().filter(matches).map(|tally| tally.2).sum()
    }

    fn count_own(&self, page: Option<&str>, since: i64, until: i64) -> i64 {
        let matches = |(_, at, visited): &&(i64, i64, &str)| {
            (since..until).contains(at) && page.is_none_or(|page| page == *visited)
        };
        i64::try_from(self.log().iter().filter(matches).count()).expect("a number")
    }

    /// Checks every read against the model, for the whole log.
    pub fn check_reads(&self, bounds: &[i64], tail: usize, before: i64) {
        let log = self.log();
        assert_eq!(self.count_all(None), self.count(None, 0, i64::MAX));
        for page in [None].into_iter().chain(PAGES.map(Some)) {
            if let Some(page) = page {
                assert_eq!(self.count_all(Some(page)), self.count(Some(page), 0, i64::MAX), "{page}");
            }
            let expected: Vec<_> = bounds.windows(2).map(|pair| self.count(page, pair[0], pair[1])).collect();
            assert_eq!(self.count_in_buckets(page, bounds), expected, "{page:?}");
            let minutes = minutes(bounds[0], bounds[1]);
            let expected: Vec<_> = minutes.windows(2).map(|pair| self.count(page, pair[0], pair[1])).collect();
            assert_eq!(self.count_by_minute(page, &minutes), expected, "{page:?}");

            for (since, until) in [(0, i64::MAX), (bounds[0], bounds[1]), (0, bounds[0]), (bounds[0], i64::MAX)] {
                let matches = |visit: &&(i64, i64, &str)| {
                    visit.0 < before && (since..until).contains(&visit.1) && page.is_none_or(|page| page == visit.2)
                };
                let mut expected: Vec<_> =
                    log.iter().rev().filter(matches).take(tail).map(|visit| json!(visit)).collect();
                expected.reverse();
                assert_eq!(self.tail(page, before, tail, (since, until)), expected, "{page:?} {since} {until}");
            }

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
        let mut busiest: Vec<serde_json::Value> = self.read(BUSIEST, params![PAGES.len(), "[]"]);
        let mut expected = expected;
        if !self.imports.is_empty() {
            // Which of them was visited first is not known.
            for pages in [&mut busiest, &mut expected] {
                pages.sort_by_key(ToString::to_string);
            }
        }
        assert_eq!(busiest, expected);

        let (visits, log_visits, separate, imported, bytes, ignored): (
            usize,
            usize,
            usize,
            i64,
            i64,
            Vec<(String, i64)>,
        ) = self.read(METRICS, []);
        assert_eq!((visits, log_visits), (self.visits.len(), log.len() + self.kept));
        assert_eq!(imported, self.count(None, 0, i64::MAX) - self.count_own(None, 0, i64::MAX));
        let is_separate = |page: &&&str| **page != "(other)" && self.count_own(Some(page), 0, i64::MAX) > 0;
        assert_eq!(separate, PAGES.iter().filter(is_separate).count());
        assert!(bytes > 0);
        assert!(
            ignored.iter().map(|(reason, requests)| (&**reason, *requests)).eq(self.ignored.clone()),
            "{ignored:?}"
        );
    }

    pub fn tail(
        &self,
        page: Option<&str>,
        before: i64,
        tail: usize,
        (since, until): (i64, i64),
    ) -> Vec<serde_json::Value> {
        match page {
            None => self.read(TAIL, params![before, tail, since, until]),
            Some(page) => self.read(TAIL_OF_PAGE, params![before, tail, since, until, page]),
        }
    }

    pub fn count_all(&self, page: Option<&str>) -> i64 {
        self.count_all_without(page, "[]").0
    }

    /// The number without the imports from certain sources, and the share of each import.
    pub fn count_all_without(&self, page: Option<&str>, without: &str) -> (i64, Vec<ImportRow>) {
        match page {
            None => self.read(COUNT_ALL, [without]),
            Some(page) => self.read(COUNT_ALL_OF_PAGE, [page, without]),
        }
    }

    pub fn count_in_buckets(&self, page: Option<&str>, bounds: &[i64]) -> Vec<i64> {
        self.count_in_buckets_without(page, bounds, "[]").0
    }

    /// The same as for [all](Self::count_all_without).
    pub fn count_in_buckets_without(
        &self,
        page: Option<&str>,
        bounds: &[i64],
        without: &str,
    ) -> (Vec<i64>, Vec<ImportRow>) {
        let query = if page.is_some() { COUNT_IN_BUCKETS_OF_PAGE } else { COUNT_IN_BUCKETS };
        let (tallied, untallied, _, imports): (_, Vec<_>, i64, _) =
            self.read(query, params![page, json!(bounds).to_string(), without]);
        (add_untallied(bounds, tallied, &untallied), imports)
    }

    pub fn count_by_minute(&self, page: Option<&str>, bounds: &[i64]) -> Vec<i64> {
        self.count_by_minute_without(page, bounds, "[]").0
    }

    /// The same as for [all](Self::count_all_without).
    pub fn count_by_minute_without(
        &self,
        page: Option<&str>,
        bounds: &[i64],
        without: &str,
    ) -> (Vec<i64>, Vec<ImportRow>) {
        let query = if page.is_some() { COUNT_BY_MINUTE_OF_PAGE } else { COUNT_BY_MINUTE };
        let (first, last) = (bounds[0], bounds[bounds.len() - 1]);
        let (found, _, imports): (Vec<_>, i64, _) = self.read(query, params![page, first, last, without]);
        (sum_minutes(bounds, &found), imports)
    }
}

/// The bounds of the minutes of a range, of which the first and the last are cut off by it.
pub fn minutes(since: i64, until: i64) -> Vec<i64> {
    let inner = (since / MINUTE + 1..).map(|minute| minute * MINUTE).take_while(|bound| *bound < until);
    [since].into_iter().chain(inner).chain([until]).collect()
}
