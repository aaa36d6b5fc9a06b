//! The schema and the statements, on SQLite itself, against a model of the log.

mod imports;
mod known;
mod listing;
mod replica;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rusqlite::params;
use serde_json::json;

use super::delete::{DELETE_TALLIES, DELETE_VISITS};
use super::discard::DISCARD;
use super::import::{FINISH, STAGE};
use super::room::{BEGIN, MERGE, PRUNE};
use super::tally::FOLD;
use crate::zone::SLOT;
use replica::{MINUTE, PAGES, Replica, Step, minutes};

/// Times on a grid of half a minute, over twelve slots: many are bounds of minutes, and some of slots.
fn times() -> impl Strategy<Value = i64> {
    (0..12 * 30_i64).prop_map(|halves| halves * MINUTE / 2)
}

fn recording() -> impl Strategy<Value = Step> {
    let visit = (times(), select(&PAGES[..4])).prop_map(|(at, page)| Step::Visit(at, page));
    let ignore = select(vec!["agent", "head"]).prop_map(Step::Ignore);
    prop_oneof![8 => visit, 1 => ignore, 2 => (1..9_i64).prop_map(Step::Tally)]
}

/// The ids of databases of which there are backups.
const SOURCES: [&str; 2] = ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"];

fn import() -> impl Strategy<Value = Step> {
    let tallies = vec((select(&PAGES[..]), 0..12_i64, 1..5_i64), 0..6);
    (select(&SOURCES[..]), tallies).prop_map(|(source, tallies)| Step::Import(source, tallies))
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fold = select(&PAGES[..4]).prop_map(Step::Fold);
    let delete = select(&PAGES[..]).prop_map(Step::Delete);
    vec(prop_oneof![20 => recording(), 1 => fold, 1 => delete, 1 => import()], 1..60)
}

fn bounds() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::btree_set(times(), 2..6).prop_map(|bounds| bounds.into_iter().collect())
}

proptest! {
    #[test]
    fn reads_are_exact_however_much_is_tallied(
        steps in steps(), max_pages in 0..5_usize, bounds in bounds(), tail in 1..9_usize, before in 1..40_i64,
    ) {
        let mut replica = Replica::after(max_pages, &steps);
        replica.check_reads(&bounds, tail, before);
        replica.tally(i64::from(u16::MAX));
        replica.check_reads(&bounds, tail, before);
    }

    #[test]
    fn tallies_equal_the_log_however_batches_split_it(steps in vec(recording(), 1..40), max_pages in 0..5_usize) {
        let mut replica = Replica::after(max_pages, &steps);
        while replica.tally(3) > 0 {}
        let log = replica.log();
        let mut slots = BTreeMap::<i64, (i64, i64, i64)>::new();
        let mut tallies = BTreeMap::<(&str, i64), i64>::new();
        let mut totals = BTreeMap::from([("(other)", 0)]);
        for (id, at, page) in &log {
            let slot = slots.entry(at / SLOT).or_insert((0, *id, 0));
            *slot = (slot.0 + 1, slot.1, *id);
            *tallies.entry((page, at / SLOT)).or_default() += 1;
            *totals.entry(page).or_default() += 1;
        }
        prop_assert_eq!(replica.rows("id, at, page", "log"), log.iter().map(|row| json!(row)).collect::<Vec<_>>());
        let expected: Vec<_> = slots.iter().map(|(slot, (visits, first, last))| json!([slot, visits, first, last])).collect();
        prop_assert_eq!(replica.rows("slot, visits, first_id, last_id", "slots"), expected);
        let expected: Vec<_> = tallies.iter().map(|((page, slot), visits)| json!([page, slot, visits])).collect();
        let table = "tallies JOIN pages ON pages.id = page_id";
        prop_assert_eq!(replica.rows("page, slot, tallies.visits", table), expected);
        let expected: Vec<_> = totals.iter().map(|(page, visits)| json!([page, visits])).collect();
        prop_assert_eq!(replica.rows("page, visits", "pages"), expected);
    }

    #[test]
    fn pruning_removes_only_tallied_visits_beyond_those_retained(
        steps in vec(recording(), 1..40), retain in 1..30_usize, batch in 1..9_usize, slots in bounds(),
    ) {
        let replica = Replica::after(2, &steps);
        let (visits, tallied) = (replica.visits.len(), replica.value::<usize>("SELECT tallied FROM watermarks", []));
        let expected = batch.min(visits.saturating_sub(retain)).min(tallied);
        let removed = replica.database.execute(PRUNE, params![retain, batch]).expect("a statement");
        prop_assert_eq!(removed, expected);
        let removed = i64::try_from(removed).expect("a number");
        let left: Vec<_> = (expected + 1..=visits).map(|id| json!([id])).collect();
        prop_assert_eq!(replica.rows("id", "visits"), left);
        // Totals, and counts of slots, stay as they were.
        let slots: Vec<_> = slots.iter().map(|bound| bound / SLOT * SLOT).collect();
        for page in [None].into_iter().chain(PAGES.map(Some)) {
            let counts: Vec<_> = slots.windows(2).map(|pair| replica.count(page, pair[0], pair[1])).collect();
            prop_assert_eq!(replica.count_in_buckets(page, &slots), counts, "{:?}", page);
            let mut log = replica.log();
            log.retain(|visit| visit.0 > removed && page.is_none_or(|page| page == visit.2));
            let tail: Vec<_> = log.iter().skip(log.len().saturating_sub(5)).map(|visit| json!(visit)).collect();
            prop_assert_eq!(replica.tail(page, i64::MAX, 5, (0, i64::MAX)), tail, "{:?}", page);
            if let Some(page) = page {
                prop_assert_eq!(replica.count_all(Some(page)), replica.count(Some(page), 0, i64::MAX));
            }
        }
        prop_assert_eq!(replica.count_all(None), replica.count(None, 0, i64::MAX));
    }
}

proptest! {
    #[test]
    fn merged_slots_count_at_the_beginning_of_their_period(
        mut steps in vec(recording(), 1..40), import in import(), start in 0..12_i64, length in 1..12_i64,
        period in 1..5_usize, batch in 1..9_i64,
    ) {
        steps.push(import);
        let mut replica = Replica::after(3, &steps);
        // Nothing of the range is in the log any more.
        replica.visit(20 * SLOT, "/");
        while replica.tally(9) > 0 {}
        replica.database.execute(PRUNE, params![1, i64::from(u16::MAX)]).expect("a statement");
        let end = start + length;
        let bounds: Vec<_> = (start..end).step_by(period).collect();
        replica.run(&BEGIN, params!["day", json!(bounds).to_string(), end]);
        while replica.run(&MERGE, [batch]) {}
        for table in ["slots", "tallies"] {
            let within = format!("SELECT json_group_array(slot) FROM {table} WHERE slot >= ?1 AND slot < ?2");
            let slots: Vec<i64> = replica.read(&within, [start, end]);
            prop_assert!(slots.iter().all(|slot| bounds.contains(slot)), "{slots:?} of {table}");
        }
        let merged = |slot: i64| match bounds.iter().rev().find(|bound| **bound <= slot) {
            Some(bound) if slot < end => *bound,
            _ => slot,
        };
        replica.visits.iter_mut().filter(|visit| merged(visit.0 / SLOT) != visit.0 / SLOT || visit.0 / SLOT < end && visit.0 / SLOT >= start)
            .for_each(|visit| visit.0 = merged(visit.0 / SLOT) * SLOT);
        replica.imports.values_mut().flatten().for_each(|tally| tally.1 = merged(tally.1));
        let bounds: Vec<_> = (0..=21).map(|slot| slot * SLOT).collect();
        for page in [None].into_iter().chain(PAGES.map(Some)) {
            let counts: Vec<_> = bounds.windows(2).map(|pair| replica.count(page, pair[0], pair[1])).collect();
            prop_assert_eq!(replica.count_in_buckets(page, &bounds), counts, "{:?}", page);
            if let Some(page) = page {
                prop_assert_eq!(replica.count_all(Some(page)), replica.count(Some(page), 0, i64::MAX));
            }
        }
    }
}

/// Where a range ends within a slot whose visits were pruned, they count as if at the beginning of their slot.
#[test]
fn pruned_visits_count_at_the_beginning_of_their_slot() {
    let visits: Vec<_> = [1, 7, 8].map(|minute| Step::Visit(minute * MINUTE, "/")).into();
    let mut replica = Replica::after(9, &visits);
    replica.tally(9);
    assert_eq!(replica.database.execute(PRUNE, params![1, 9]).expect("a statement"), 2);
    assert_eq!(replica.count_in_buckets(None, &[0, 5 * MINUTE, 8 * MINUTE, SLOT]), [2, 0, 1]);
    assert_eq!(replica.count_by_minute(Some("/"), &minutes(0, 9 * MINUTE)), [2, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(replica.count_by_minute(None, &minutes(MINUTE, 9 * MINUTE)), [0, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn without_its_trigger_a_routine_fails() {
    let replica = Replica::after(9, &[]);
    for routine in [BEGIN, MERGE, FOLD, DELETE_VISITS, DELETE_TALLIES, STAGE, FINISH, DISCARD] {
        let result = replica.database.prepare(routine.statement).map(drop);
        assert!(result.is_err_and(|error| error.to_string().contains("it is a view")), "{}", routine.statement);
    }
}
