//! Who a replica is, and what it remembers of others.

use rusqlite::params;
use serde_json::json;

use super::replica::{Replica, Step};
use crate::store::delete::FORGET_REMEMBERED;
use crate::store::identity::{
    BEGIN_TO_ANNOUNCE, BEGIN_TO_DRAIN, END_ANNOUNCEMENT, IDENTITY, IS_PROBE_TO_ANNOUNCE, SET_DRAINED,
};
use crate::store::record::INSERT;
use crate::store::replicas::{
    BEGIN_TO_ASK, END_ASKING, KNOWN_PAGE, KNOWN_VISITS, LOCK, MEMORY, OUTDATED, PAGES_OF, REMEMBER, REMEMBER_DUPLICATE,
    REMEMBER_PAGES,
};

const ID: &str = "0123456789abcdef";

fn remember(replica: &Replica, id: &str, name: &str, visits: i64, revision: i64, as_of: i64) {
    let parameters = params![id, name, format!("peer of {name}"), visits, revision, as_of, "answered", 3];
    replica.database.execute(REMEMBER, parameters).expect("a statement");
}

fn known(replica: &Replica) -> Vec<serde_json::Value> {
    replica.read::<(Vec<_>, Vec<(String, String, Option<String>)>, Vec<String>)>(MEMORY, []).0
}

type Identity = (String, i64, i64, bool, String);

#[test]
fn each_database_has_an_id_and_a_revision_that_grows() {
    let mut replica = Replica::after(9, &[]);
    let (id, visits, mut revision, ..) = replica.read::<Identity>(IDENTITY, []);
    assert!(crate::report::Id::parse(&id).is_some() && (visits, revision) == (0, 0), "{id}");
    assert_ne!(Replica::after(9, &[]).read::<Identity>(IDENTITY, []).0, id);
    for (at, page) in [(7, "/"), (3, "/a"), (i64::from(u16::MAX), "/"), (0, "/")] {
        replica.visit(at, page);
        let next = replica.read::<Identity>(IDENTITY, []).2;
        assert!(next > revision, "{next}");
        revision = next;
    }
    let (deleted, other) =
        (Replica::after(9, &[Step::Visit(5, "/a"), Step::Visit(7, "/"), Step::Delete("/a")]), 2 << 16);
    let (_, visits, revision, ..) = deleted.read::<Identity>(IDENTITY, []);
    assert!(visits == 1 && revision > other + 7, "{revision}");
    // Two copies that each have recorded one more visit.
    let [one, two] = [5, 6].map(|at| Replica::after(9, &[Step::Visit(at, "/")]).read::<Identity>(IDENTITY, []).2);
    assert_ne!(one, two);
}

#[test]
fn the_newest_number_of_each_replica_is_remembered_but_not_its_own() {
    let replica = Replica::after(9, &[]);
    let own = replica.read::<Identity>(IDENTITY, []).0;
    let as_told = |name: &str, visits, revision, as_of| {
        json!([name, ID, format!("peer of {name}"), visits, revision, as_of, "answered"])
    };
    for (name, visits, revision, as_of, expected) in [
        ("b", 4, 10, 100, as_told("b", 4, 10, 100)),
        ("older", 3, 9, 101, as_told("b", 4, 10, 100)),
        ("earlier", 4, 10, 99, as_told("b", 4, 10, 100)),
        ("later", 4, 10, 101, as_told("later", 4, 10, 101)),
        ("newer", 2, 11, 50, as_told("newer", 2, 11, 50)),
    ] {
        remember(&replica, ID, name, visits, revision, as_of);
        assert_eq!(known(&replica), [expected]);
    }
    remember(&replica, &own, "a", 7, 7, 7);
    remember(&replica, "1111111111111111", "c", 5, 1, 1);
    assert_eq!((known(&replica).len(), replica.read::<i64>(KNOWN_VISITS, [])), (2, 7));
    // No more than so many, whoever makes up ids.
    for id in ["2222222222222222", "3333333333333333"] {
        remember(&replica, id, "d", 100, 1, 1);
    }
    assert_eq!(known(&replica).len(), 3);
    remember(&replica, ID, "newest", 1, 12, 1);
    assert_eq!(known(&replica)[2][0], "newest");
}

#[test]
fn a_view_says_which_replicas_there_are_and_whose_numbers_are_final() {
    let replica = Replica::after(9, &[Step::Visit(7, "/")]);
    let view = || replica.read::<Identity>(IDENTITY, []).4;
    let own = replica.read::<Identity>(IDENTITY, []).0;
    let set = |sql: &str| replica.database.execute(sql, []).expect("a statement");
    assert_eq!(view(), own);
    remember(&replica, ID, "b", 4, 10, 100);
    remember(&replica, ID, "other name", 5, 11, 101);
    let sorted = |one: String, other: String| if one < other { [one, other] } else { [other, one] }.join(", ");
    assert_eq!(view(), sorted(ID.to_owned(), own.clone()));
    set("UPDATE replicas SET state = 'drained'");
    set("UPDATE identity SET drained_at = 1");
    assert_eq!(view(), sorted(format!("{ID} drained 11"), format!("{own} drained {}", 65_536 + 7)));
    set("UPDATE replicas SET state = 'returned'");
    set("UPDATE identity SET drained_at = NULL");
    assert_eq!(view(), sorted(format!("{ID} returned"), own.clone()));
    set("DELETE FROM replicas");
    set("INSERT INTO duplicates VALUES ('0')");
    assert_eq!(view(), format!("0 duplicate, {own}"));
}

#[test]
fn so_many_duplicates_are_remembered_each_once() {
    let replica = Replica::after(9, &[]);
    for id in ["1", "2", "1", "3"] {
        replica.database.execute(REMEMBER_DUPLICATE, params![id, 2]).expect("a statement");
    }
    assert_eq!(replica.read::<serde_json::Value>(MEMORY, [])[2], json!(["1", "2"]));
}

#[test]
fn pages_are_those_of_one_revision() {
    let replica = Replica::after(9, &[]);
    let outdated = || replica.read::<Vec<String>>(OUTDATED, []);
    let remember_pages = |id: &str, revision: i64, pages: serde_json::Value| {
        replica.database.execute(REMEMBER_PAGES, params![id, revision, pages.to_string()]).expect("a statement");
        replica.read::<serde_json::Value>(PAGES_OF, [id])
    };
    remember(&replica, ID, "b", 4, 10, 100);
    assert_eq!(outdated(), [ID]);
    let pages = json!([{ "page": "/a", "visits": 3 }, { "page": "/b", "visits": 1 }]);
    assert_eq!(remember_pages(ID, 10, pages.clone()), json!({ "revision": 10, "pages": pages }));
    assert_eq!(remember_pages(ID, 9, json!([])), json!({ "revision": 10, "pages": pages }));
    assert_eq!(outdated(), [""; 0]);
    assert_eq!(remember_pages("1111111111111111", 1, json!([])), json!(null), "a replica that is not known");
    let page = |page: &str| replica.read::<serde_json::Value>(KNOWN_PAGE, [page]);
    assert_eq!((page("/a"), page("/c")), (json!([[ID, 3, 10]]), json!([])));
    remember(&replica, ID, "b", 5, 11, 100);
    assert_eq!(outdated(), [ID]);
    replica.database.execute(FORGET_REMEMBERED, ["/a"]).expect("a statement");
    assert_eq!((page("/a"), page("/b")), (json!([]), json!([[ID, 1, 10]])));
}

#[test]
fn a_visit_is_news_to_the_peers_of_a_replica_that_is_new_or_has_drained_until_it_is_announced() {
    let replica = Replica::after(9, &[]);
    let visit = || replica.database.query_row(INSERT, params![1, "/"], |row| row.get::<_, bool>(2)).expect("a visit");
    let drained = || replica.read::<Identity>(IDENTITY, []).3;
    let begins = |name: &str, now: i64| replica.changes(BEGIN_TO_ANNOUNCE, params![name, now, now + 10]);
    let ends = |name: &str| replica.database.execute(END_ANNOUNCEMENT, [name]).expect("a statement");
    let drain = |now: i64| replica.database.execute(SET_DRAINED, [now]).expect("a statement");
    assert!(visit() && begins("a", 100) && !begins("a", 105) && visit());
    ends("a");
    assert!(!visit() && !begins("a", 200) && begins("b", 200));
    // Who began it has gone, or had another clock.
    assert!(begins("b", 211) && begins("b", 50));
    ends("b");
    drain(300);
    assert!(drained() && visit() && begins("b", 301) && !drained());
    // It drains again before all are told.
    drain(302);
    ends("b");
    assert!(drained() && visit());
}

#[test]
fn a_probe_announces_what_peers_do_not_know_but_for_one_that_has_just_drained() {
    let replica = Replica::after(9, &[]);
    let announces = |name: &str, now: i64| {
        replica.database.query_row(IS_PROBE_TO_ANNOUNCE, params![name, now, now - 60], |row| row.get(0)) == Ok(true)
    };
    assert!(announces("a", 100));
    replica.database.execute(END_ANNOUNCEMENT, ["a"]).expect("a statement");
    assert!(!announces("a", 100) && announces("b", 100));
    replica.database.execute(SET_DRAINED, [200]).expect("a statement");
    assert_eq!([200, 260, 261, 199].map(|now| announces("a", now)), [false, false, true, true]);
}

#[test]
fn one_drains_asks_and_has_others_asked_at_a_time_by_any_clock() {
    let replica = Replica::after(9, &[]);
    for statement in [BEGIN_TO_DRAIN, LOCK] {
        let locks = |now: i64| replica.changes(statement, params![now, now + 10]);
        assert_eq!([1000, 1001, 1010, 1011, 500].map(locks), [true, false, false, true, true]);
    }
    let asks = |now: i64| {
        let asked = |row: &rusqlite::Row| row.get::<_, i64>(0);
        replica.database.query_row(BEGIN_TO_ASK, params![now, now + 10, now - 60], asked).ok()
    };
    assert_eq!([1000, 1001, 1011].map(asks), [Some(1000), None, Some(1011)]);
    replica.database.execute(END_ASKING, [1011]).expect("a statement");
    assert_eq!([1012, 1071, 1072, 1073, 500].map(asks), [None, None, Some(61), None, Some(-511)]);
}
