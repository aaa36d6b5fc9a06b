//! Lists of pages.

use std::cmp::Reverse;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rusqlite::params;
use serde_json::json;

use super::replica::{MINUTE, PAGES, Replica, Step};
use super::{SOURCES, bounds, steps};
use crate::report::{LeftOut, MAX_VISITS};
use crate::store::imports::ImportRow;
use crate::store::pages::{LIST_ALL, LIST_IN_RANGE, Listed};
use crate::store::room::PRUNE;
use crate::zone::SLOT;

const ALL: (i64, i64) = (0, i64::MAX);

/// The list of a range, and the share of each import.
fn list(
    replica: &Replica,
    (since, until): (i64, i64),
    search: &str,
    without: &str,
    bytes: i64,
    limit: i64,
) -> (Listed, Vec<ImportRow>) {
    let query = if (since, until) == ALL { LIST_ALL } else { LIST_IN_RANGE };
    let parameters = params![since, until, search, without, bytes, limit];
    let (pages, left_out, _, imports): (_, _, i64, _) = replica.read(query, parameters);
    (Listed { pages, left_out }, imports)
}

/// The pages of a range with their visits.
fn pages(replica: &Replica, range: (i64, i64), search: &str) -> Vec<(String, i64)> {
    let (listed, _) = list(replica, range, search, "[]", MAX_VISITS, -1);
    assert_eq!(listed.left_out, LeftOut::default());
    listed.pages.into_iter().map(|(page, visits)| (page.as_str().to_owned(), visits)).collect()
}

/// What a list should be, if pages are counted so.
fn expected(count: impl Fn(&str) -> i64) -> Vec<(String, i64)> {
    let mut pages: Vec<_> = PAGES.map(|page| (page.to_owned(), count(page))).into();
    pages.retain(|(_, visits)| *visits > 0);
    pages.sort_by_key(|(page, visits)| (Reverse(*visits), page.clone()));
    pages
}

proptest! {
    #[test]
    fn a_list_has_the_count_of_each_page_however_much_is_tallied_or_pruned(
        steps in steps(), max_pages in 0..5_usize, bounds in bounds(), retain in 1..30_usize,
    ) {
        let mut replica = Replica::after(max_pages, &steps);
        let ranges = || bounds.windows(2).map(|pair| (pair[0], pair[1])).chain([ALL, (bounds[0], i64::MAX), (0, bounds[0])]);
        for range in ranges() {
            prop_assert_eq!(pages(&replica, range, ""), expected(|page| replica.count(Some(page), range.0, range.1)), "{:?}", range);
        }
        replica.tally(i64::from(u16::MAX));
        for range in ranges() {
            prop_assert_eq!(pages(&replica, range, ""), expected(|page| replica.count(Some(page), range.0, range.1)), "{:?}", range);
        }
        replica.database.execute(PRUNE, params![retain, i64::from(u16::MAX)]).expect("a statement");
        for range in ranges() {
            let count = |page: &str| replica.count_in_buckets(Some(page), &[range.0, range.1])[0];
            prop_assert_eq!(pages(&replica, range, ""), expected(count), "{:?}", range);
        }
    }

    #[test]
    fn a_list_without_some_imports_has_the_share_of_each_other_one(
        steps in steps(), bounds in bounds(), search in select(vec!["", "/", "A", "(oTHer"]),
        without in subsequence(SOURCES.to_vec(), 0..=2),
    ) {
        let replica = Replica::after(3, &steps);
        let left_out = json!(without).to_string();
        for range @ (since, until) in [ALL, (bounds[0], bounds[bounds.len() - 1])] {
            let (listed, imports) = list(&replica, range, search, &left_out, MAX_VISITS, -1);
            let found: Vec<_> = PAGES
                .into_iter()
                .filter(|page| page.to_ascii_lowercase().contains(&search.to_ascii_lowercase()))
                .collect();
            let sum = |count: &dyn Fn(&str) -> i64| found.iter().map(|page| count(page)).sum::<i64>();
            let number = |source: &str| sum(&|page| replica.count_imported(source, Some(page), since, until));
            for import in imports.into_iter().map(ImportRow::imported) {
                let source = import.id.as_str();
                prop_assert_eq!(import.visits, (!without.contains(&source)).then(|| number(source)));
            }
            let all = sum(&|page| replica.count(Some(page), since, until));
            let imported = without.iter().filter(|source| replica.imports.contains_key(*source));
            let less: i64 = imported.map(|source| number(source)).sum();
            prop_assert_eq!(listed.pages.iter().map(|(_, visits)| visits).sum::<i64>(), all - less);
        }
    }
}

#[test]
fn a_list_begins_and_ends_within_a_slot() {
    let visits: Vec<_> =
        [(1, "/"), (7, "/a"), (8, "/"), (16, "/b")].map(|(minute, page)| Step::Visit(minute * MINUTE, page)).into();
    let mut replica = Replica::after(9, &visits);
    replica.tally(9);
    for (since, until, expected) in [
        (0, 7, &[("/", 1)][..]),
        (7, 8, &[("/a", 1)]),
        (2, 14, &[("/", 1), ("/a", 1)]),
        (1, 17, &[("/", 2), ("/a", 1), ("/b", 1)]),
        (8, 8, &[]),
    ] {
        let expected: Vec<_> = expected.iter().map(|(page, visits)| ((*page).to_owned(), *visits)).collect();
        assert_eq!(pages(&replica, (since * MINUTE, until * MINUTE), ""), expected, "{since} {until}");
    }
    // What was pruned counts at the beginning of its slot.
    assert_eq!(replica.database.execute(PRUNE, params![1, 9]).expect("a statement"), 3);
    assert_eq!(pages(&replica, (2 * MINUTE, SLOT), ""), []);
    assert_eq!(pages(&replica, (0, MINUTE), "A"), [("/a".to_owned(), 1)]);
}

#[test]
fn the_least_visited_pages_are_left_out_where_there_is_no_room() {
    let visits: Vec<_> = ["/a", "/b", "/a", "/c", "/b", "/a"].map(|page| Step::Visit(0, page)).into();
    let replica = Replica::after(9, &visits);
    // The brackets are two bytes, and one comma less than pages.
    let length = |pages: usize| r#"["/a",3]"#.len() * pages + pages + 1;
    for (bytes, number, left_out) in [
        (length(3), 3, LeftOut::default()),
        (length(3) - 1, 2, LeftOut { pages: 1, visits: 1 }),
        (length(1), 1, LeftOut { pages: 2, visits: 3 }),
        (0, 0, LeftOut { pages: 3, visits: 6 }),
    ] {
        let (listed, _) = list(&replica, ALL, "", "[]", i64::try_from(bytes).expect("a number"), -1);
        assert_eq!((listed.pages.len(), listed.left_out), (number, left_out), "{bytes}");
        let json = json!(listed.pages).to_string();
        assert!(number == 0 || json.len() <= bytes, "{json}");
    }
}

#[test]
fn a_short_list_has_the_most_visited_pages() {
    let visits: Vec<_> = ["/a", "/b", "/c", "/b", "/d"].map(|page| Step::Visit(0, page)).into();
    let replica = Replica::after(9, &visits);
    let (listed, _) = list(&replica, (0, SLOT), "", "[]", MAX_VISITS, 2);
    let pages: Vec<_> = listed.pages.iter().map(|(page, visits)| (page.as_str(), *visits)).collect();
    assert_eq!((pages, listed.left_out), (vec![("/b", 2), ("/a", 1)], LeftOut::default()));
}

#[test]
fn a_search_ignores_the_case_of_ascii_and_is_no_pattern() {
    let visits: Vec<_> = ["/Blog/One", "/b%og", "/É"].map(|page| Step::Visit(0, page)).into();
    let replica = Replica::after(9, &visits);
    for (search, expected) in
        [("oNE", &["/Blog/One"][..]), ("B%o", &["/b%og"]), ("b_", &[]), ("é", &[]), ("", &["/Blog/One", "/b%og", "/É"])]
    {
        let found: Vec<_> = pages(&replica, ALL, search).into_iter().map(|(page, _)| page).collect();
        assert_eq!(found, expected, "{search}");
    }
}
