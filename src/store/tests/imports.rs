//! Imports, and what a backup reads.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use rusqlite::params;
use serde_json::json;

use super::replica::{PAGES, Replica, Step, minutes};
use super::{SOURCES, bounds, import, steps};
use crate::store::backup::{BEGIN, IS_INTACT, TALLIES};
use crate::store::discard::DISCARD;
use crate::store::import::{FINISH, STAGE};
use crate::store::imports::ImportRow;
use crate::store::room::{BEGIN as BEGIN_MERGING, MERGE};
use crate::store::tally::FOLD;
use crate::zone::SLOT;

const TABLES: [&str; 4] = ["imports", "pages", "slots", "tallies"];

/// A page, and slots with their visits.
type Tallies = (String, Vec<(i64, i64)>);

/// The sources of imports with their shares.
fn shares(imports: Vec<ImportRow>) -> Vec<(String, Option<i64>)> {
    let imports = imports.into_iter().map(ImportRow::imported);
    imports.map(|import| (import.id.as_str().to_owned(), import.visits)).collect()
}

/// How many rows there are in each of the tables.
fn rows(replica: &Replica) -> [i64; 4] {
    TABLES.map(|table| replica.value(&format!("SELECT count(*) FROM {table}"), []))
}

proptest! {
    #[test]
    fn each_import_has_its_share_and_can_be_left_out(
        mut steps in steps(), imports in vec(import(), 1..4), bounds in bounds(),
        without in subsequence(SOURCES.to_vec(), 0..=2),
    ) {
        steps.extend(imports);
        let replica = Replica::after(3, &steps);
        let left_out = json!(without).to_string();
        let (since, until) = (bounds[0], bounds[bounds.len() - 1]);
        for page in [None].into_iter().chain(PAGES.map(Some)) {
            let check = |total: i64, imports: Vec<ImportRow>, since: i64, until: i64| {
                let number = |source: &str| replica.count_imported(source, page, since, until);
                let own = replica.count(page, since, until) - replica.imports.keys().copied().map(number).sum::<i64>();
                let share = |source: &&str| (!without.contains(source)).then(|| number(source));
                let mut shares = shares(imports);
                shares.sort();
                let expected: Vec<_> =
                    replica.imports.keys().map(|source| ((*source).to_owned(), share(source))).collect();
                assert_eq!(shares, expected, "{page:?}");
                assert_eq!(total, own + expected.iter().filter_map(|(_, visits)| *visits).sum::<i64>(), "{page:?}");
            };
            let (total, imports) = replica.count_all_without(page, &left_out);
            check(total, imports, 0, i64::MAX);
            let (buckets, imports) = replica.count_in_buckets_without(page, &bounds, &left_out);
            check(buckets.iter().sum(), imports, since, until);
            let (minutes, imports) = replica.count_by_minute_without(page, &minutes(since, until), &left_out);
            check(minutes.iter().sum(), imports, since, until);
        }
    }

    #[test]
    fn a_backup_reads_each_tally_once(steps in steps(), batch in 1..4_i64, first_open in 0..12_i64) {
        let mut replica = Replica::after(3, &steps);
        while replica.tally(9) > 0 {}
        let begin: serde_json::Value = replica.read(BEGIN, [first_open]);
        let epoch = begin["epoch"].as_i64().expect("a number");
        let imports = begin["imports"].as_array().expect("imports").iter().map(|import| import[0].as_i64());
        let mut found = Vec::new();
        for import in [Some(0)].into_iter().chain(imports) {
            let until = if import == Some(0) { first_open } else { i64::MAX };
            let (mut page, mut slot) = (String::new(), -1);
            loop {
                let parameters = params![epoch, until, i64::MAX, import, page, slot, batch];
                let (is_intact, tallies): (bool, Vec<Tallies>) = replica.read(TALLIES, parameters);
                assert!(is_intact);
                let Some(last) = tallies.last() else { break };
                (page, slot) = (last.0.clone(), last.1.last().expect("a slot").0);
                for (page, slots) in tallies {
                    found.extend(slots.into_iter().map(|(slot, visits)| json!([import, page, slot, visits])));
                }
            }
        }
        for tallies in begin["open"].as_array().expect("tallies") {
            let slots = tallies[1].as_array().expect("slots");
            found.extend(slots.iter().map(|slot| json!([0, tallies[0], slot[0], slot[1]])));
        }
        let columns = "import_id, page, slot, tallies.visits";
        let mut all = replica.rows(columns, "current_pages JOIN tallies ON page_id = current_pages.id");
        for tallies in [&mut found, &mut all] {
            tallies.sort_by_key(ToString::to_string);
        }
        prop_assert_eq!(&found, &all);
        let total: i64 = found.iter().map(|tally| tally[3].as_i64().expect("a number")).sum();
        prop_assert_eq!(total, replica.count(None, 0, i64::MAX));
        prop_assert_eq!(&begin["tallies"], all.len());
    }
}

#[test]
fn what_a_backup_has_read_is_intact_until_tallies_of_the_past_change() {
    let new = || {
        let visits = [Step::Visit(0, "/"), Step::Visit(SLOT, "/a"), Step::Visit(2 * SLOT, "/")];
        let mut replica = Replica::after(9, &visits);
        replica.tally(9);
        replica
    };
    let epoch = |replica: &Replica| replica.read::<serde_json::Value>(BEGIN, [2])["epoch"].as_i64().expect("a number");
    let is_intact = |replica: &Replica, epoch| replica.read::<[bool; 1]>(IS_INTACT, [epoch, 2, 3])[0];
    for (change, expected) in [
        (Box::new(|replica: &mut Replica| replica.visit(2 * SLOT, "/b")) as Box<dyn Fn(&mut Replica)>, true),
        (Box::new(|replica: &mut Replica| replica.visit(SLOT, "/b")), false),
        (Box::new(|replica: &mut Replica| replica.delete("/a")), false),
        (Box::new(|replica: &mut Replica| replica.import(SOURCES[0], &[("/", 0, 1)])), false),
        (Box::new(|replica: &mut Replica| _ = replica.stage(SOURCES[0], &[("/", 0, 1)])), true),
        (
            Box::new(|replica: &mut Replica| {
                let junk: String = replica.value("SELECT json_group_array(id) FROM pages WHERE page = '/a'", []);
                replica.run(&FOLD, params![junk, i64::MAX]);
            }),
            false,
        ),
        (
            Box::new(|replica: &mut Replica| {
                replica.run(&BEGIN_MERGING, params!["day", "[0]", 2]);
                assert!(replica.run(&MERGE, [9]));
            }),
            false,
        ),
    ] {
        let mut replica = new();
        let before = epoch(&replica);
        change(&mut replica);
        replica.tally(9);
        assert_eq!(is_intact(&replica, before), expected, "{:?}", rows(&replica));
    }
}

#[test]
fn what_is_staged_counts_all_at_once_or_not_at_all() {
    let mut replica = Replica::after(9, &[Step::Import(SOURCES[0], vec![("/", 1, 2)])]);
    let before = rows(&replica);
    let upload = replica.stage(SOURCES[0], &[("/", 1, 3), ("/a", 2, 4)]);
    assert_eq!(replica.count_all(None), 2);
    // Slots are being merged.
    replica.run(&BEGIN_MERGING, params!["day", "[0]", 1]);
    replica.run(&FINISH, [upload]);
    assert_eq!(replica.count_all(None), 2);
    assert!(replica.run(&MERGE, [9]) && !replica.run(&MERGE, [9]));
    replica.run(&FINISH, [upload]);
    assert_eq!(replica.count_all(None), 7);
    assert_eq!(replica.count_all(Some("/a")), 4);
    for _ in 0..9 {
        replica.run(&DISCARD, [1000, 1000]);
    }
    assert_eq!(rows(&replica), [before[0], before[1] + 1, before[2] + 1, before[3] + 1]);
    assert_eq!(replica.count_all(None), 7);
}

#[test]
fn an_upload_that_was_given_up_or_is_overtaken_never_counts() {
    let mut replica = Replica::after(9, &[]);
    let before = rows(&replica);
    let (earlier, later) = (replica.stage(SOURCES[0], &[("/", 1, 2)]), replica.stage(SOURCES[0], &[("/", 1, 5)]));
    for upload in [later, earlier] {
        replica.run(&FINISH, [upload]);
        assert_eq!(replica.count_all(None), 5);
    }
    // The other one has brought nothing for long.
    let discard = |since: i64, until: i64| {
        for _ in 0..9 {
            replica.run(&DISCARD, [since, until]);
        }
    };
    discard(earlier, later);
    assert_eq!(rows(&replica), [2, 3, 2, 2]);
    discard(later, 100);
    assert_eq!(rows(&replica), [1, 2, 1, 1]);
    // Nothing more comes of it.
    let late = params![1, earlier, 9, json!([["/", 1, 7]]).to_string()];
    replica.run(&STAGE, late);
    assert_eq!((rows(&replica), replica.count_all(None)), ([1, 2, 1, 1], 5));
    assert_eq!(before, [0, 1, 0, 0]);
}

#[test]
fn what_is_imported_is_known_as_a_replica_unless_a_later_number_of_it_is() {
    let known = |replica: &Replica| replica.rows("id, name, peer, visits, revision, state", "replicas");
    let mut replica = Replica::after(9, &[Step::Import(SOURCES[0], vec![("/", 1, 2)])]);
    assert_eq!(known(&replica), [json!([SOURCES[0], SOURCES[0], "", 2, 1, "imported"])]);
    for (state, revision, expected) in [
        ("imported", 0, json!([SOURCES[0], "n", "", 5, 2, "imported"])),
        ("answered", 0, json!([SOURCES[0], "n", "p", 5, 2, "answered"])),
        ("answered", 2, json!([SOURCES[0], "n", "p", 5, 2, "answered"])),
        ("answered", 3, json!([SOURCES[0], "n", "p", 9, 3, "answered"])),
        // A number that follows one that was final is not final.
        ("drained", 1, json!([SOURCES[0], "n", "p", 5, 2, "answered"])),
        ("drained", 2, json!([SOURCES[0], "n", "p", 5, 2, "drained"])),
        ("drained", 3, json!([SOURCES[0], "n", "p", 9, 3, "drained"])),
    ] {
        replica = Replica::after(9, &[]);
        let peer = if state == "imported" { "" } else { "p" };
        let row = params![SOURCES[0], "n", peer, 9, revision, 1, state];
        replica.database.execute("INSERT INTO replicas VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", row).expect("a row");
        replica.stage(SOURCES[1], &[("/", 1, 2)]);
        let upload = replica.stage(SOURCES[0], &[("/", 1, 5)]);
        replica.run(&FINISH, [upload]);
        assert_eq!(known(&replica), [expected], "{state} {revision}");
    }
}
