//! What a cluster answers of its replicas, by the example of counts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use crate::report::{
    Answer, Cluster, Count, Id, Identity, Imported, Known, KnownState, Memory, MergedCount, Others, Own, Report,
    Reporter, State, duplicates,
};
use crate::zone::Zone;

const NOW: i64 = 1_800_000_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).expect("a time")
}

fn id(number: usize) -> Id {
    Id::parse(&format!("{number:016x}")).expect("an id")
}

/// A replica's count, whose revision is as large as it; without an id it is of the version before.
fn count(replica: &str, id: Option<Id>, visits: i64) -> Count {
    let revision = id.as_ref().map(|_| visits);
    Count {
        reporter: Reporter { replica: replica.to_owned(), id, revision, view: None },
        visits,
        imports: Vec::new(),
        coarse_before: None,
    }
}

fn known(replica: &str, number: usize, visits: i64, state: KnownState) -> Known {
    let (replica, peer) = (replica.to_owned(), replica.to_owned());
    Known { replica, id: id(number), peer, visits, revision: visits, as_of: at(NOW - 20), state }
}

/// The answer of an expected peer.
fn answer(peer: &str, report: Option<Count>) -> Answer<Count> {
    let report = report.ok_or_else(|| "it refused the connection".to_owned());
    Answer { peer: peer.to_owned(), expected: true, is_own: false, has_news: false, report }
}

/// The answer of all, where this replica is `a` with the id 0 and 100 visits, and is asked as the web module does it.
fn merge(mut answers: Vec<Answer<Count>>, memory: Memory, retired: Vec<Id>) -> Cluster<MergedCount> {
    let before = Identity { id: id(0), visits: 100, revision: 100, drained: false, view: id(0) };
    let own = Own { replica: "a", before: &before, after: 101 };
    for answer in &mut answers {
        answer.is_own = answer.report.as_ref().is_ok_and(|report| own.is(report.reporter()));
    }
    let mut others = Others { memory, retired, now: at(NOW) };
    let reporters = answers.iter().filter_map(|answer| answer.report.as_ref().ok().map(Report::reporter));
    let found = duplicates(&own, &others.memory.known, reporters);
    others.memory.duplicates.extend(found);
    Cluster::of_counts(count("a", Some(id(0)), 100), answers, &others, |known| Some(known.visits), &Zone::UTC)
}

/// The same from lists such as `b: name 1 5, c: silent` with the name, the id and the visits that a peer answers, and
/// `b 1 4 drained` of what is known. A peer with a question mark is not expected to answer.
fn merge_lists(answers: &str, remembered: &str, duplicates: &[usize], retired: Option<usize>) -> Cluster<MergedCount> {
    let number = |text: &str| text.parse::<i64>().expect("a number");
    let answers = answers.split(", ").filter(|item| !item.is_empty()).map(|item| {
        let (peer, said) = item.split_once(": ").expect("a peer");
        let report = match *said.split(' ').collect::<Vec<_>>() {
            [name, id, visits] => Some(count(name, id.parse().ok().map(self::id), number(visits))),
            _ => None,
        };
        Answer { expected: !peer.ends_with('?'), ..answer(peer.trim_end_matches('?'), report) }
    });
    let remembered = remembered.split(", ").filter(|item| !item.is_empty()).map(|item| {
        let words: Vec<_> = item.split(' ').collect();
        let state = match words[3] {
            "drained" => KnownState::Drained,
            "returned" => KnownState::Returned,
            _ => KnownState::Answered,
        };
        known(words[0], words[1].parse().expect("a number"), number(words[2]), state)
    });
    let known: Vec<_> = remembered.collect();
    let peers = known.iter().map(|known| (known.peer.clone(), known.id.clone(), None)).collect();
    let duplicates = duplicates.iter().map(|number| id(*number)).collect();
    merge(answers.collect(), Memory { known, peers, duplicates }, retired.map(id).into_iter().collect())
}

/// The replicas beside `a`, each as `name id visits state`, and who is missing.
fn told(cluster: &Cluster<MergedCount>) -> (String, String) {
    assert_eq!(cluster.complete, cluster.missing.is_empty());
    assert!(cluster.missing.iter().all(|name| cluster.reasons.contains_key(name)), "{:?}", cluster.reasons);
    assert_eq!(cluster.merged.total, cluster.merged.replicas.iter().map(|replica| replica.visits).sum::<i64>());
    let replicas = cluster.merged.replicas.iter().map(|replica| {
        let id = replica.id.as_ref().map_or("-", |id| &id.as_str()[15..]);
        format!("{} {id} {} {:?}", replica.replica, replica.visits, replica.state).to_lowercase()
    });
    let replicas: Vec<_> = replicas.filter(|text| text != "a 0 100 answered").collect();
    (replicas.join(", "), cluster.missing.join(", "))
}

#[test]
fn each_replica_counts_once_and_who_may_lack_visits_is_missing() {
    for (answers, known, replicas, missing) in [
        // Those that answer, whether they are known or new.
        ("b: b 1 5", "b 1 4 answered", "b 1 5 answered", ""),
        ("b: b 1 5", "", "b 1 5 answered", ""),
        ("b: b 1 4", "b 1 4 drained", "b 1 4 answered", ""),
        // Those that are silent.
        ("b: silent", "b 1 4 answered", "b 1 4 unreachable", "b"),
        ("b: silent", "b 1 4 drained", "b 1 4 ended", ""),
        ("", "b 1 4 answered", "b 1 4 unreachable", "b"),
        ("b: silent", "", "", "b"),
        ("b?: silent", "", "", ""),
        // Another volume behind a name, or several that are lost.
        ("b: b 2 1", "b 1 4 answered", "b 2 1 answered, b 1 4 unreachable", "b"),
        ("b: b 2 1", "b 1 4 drained", "b 2 1 answered, b 1 4 ended", ""),
        ("b: silent", "b 1 4 answered, b 2 6 answered", "b 1 4 unreachable, b 2 6 unreachable", "b, b"),
        // Another name of a volume; the old one may be expected.
        ("b?: silent, c: c 1 5", "b 1 4 answered", "c 1 5 answered", ""),
        ("b: silent, c: c 1 5", "b 1 4 answered", "c 1 5 answered", "b"),
        ("b: b 1 5, c: b 1 5", "", "b 1 5 answered", ""),
        // A copy of a volume, as it was made, with other visits, or in its place.
        ("b: b 1 5, c: c 1 5", "", "b 1 5 answered", ""),
        ("b: b 1 5, c: c 1 6", "", "c 1 6 duplicate", "b"),
        ("b: b 1 5, c: c 1 4", "", "b 1 5 duplicate", "c"),
        ("c: c 1 3", "b 1 4 answered", "c 1 4 duplicate", "c"),
        // This replica, a copy of it, and others that have its name.
        ("a: a 0 100", "", "", ""),
        ("a: a 0 101", "", "", ""),
        ("b: a 0 101", "", "", ""),
        ("b: a 0 102", "", "a 0 102 duplicate", "a"),
        ("b: a 0 99", "", "a 0 100 duplicate", "a"),
        ("b: b 0 100", "", "", ""),
        ("b: b 0 101", "", "b 0 101 duplicate", "a"),
        ("b: b 0 9", "", "a 0 100 duplicate", "b"),
        ("b: a 1 5", "", "a 1 5 answered", ""),
        ("b: x 1 5, c: x 2 6", "", "x 1 5 answered, x 2 6 answered", ""),
        // The version before, whose replicas have no ids.
        ("b: b - 5", "", "b - 5 answered", ""),
        ("b: b - 5, c: b - 6", "", "b - 5 answered", "c"),
        ("b: a - 5", "", "", "b"),
    ] {
        let cluster = merge_lists(answers, known, &[], None);
        assert_eq!(told(&cluster), (replicas.to_owned(), missing.to_owned()), "{answers}; {known}");
    }
}

#[test]
fn of_a_database_and_its_copy_one_counts_and_who_is_gone_is_missed_until_it_is_retired() {
    for (answers, known, replicas, missing) in [
        ("b: b 1 5, c: c 1 5", "b 1 4 answered", "b 1 5 answered", ""),
        ("b: b 1 5, c?: silent", "c 1 4 answered", "b 1 5 duplicate", "b"),
        ("b: b 1 5, c: c 2 1", "b 1 4 answered", "b 1 5 duplicate, c 2 1 answered", "b"),
        ("b: b 1 5", "b 1 5 answered", "b 1 5 duplicate", "b"),
        ("b: silent", "b 1 4 drained", "b 1 4 unreachable", "b"),
        ("b?: silent", "b 1 4 answered", "b 1 4 unreachable", "b"),
    ] {
        let [told_of, accepted] = [None, Some(1)].map(|retired| merge_lists(answers, known, &[1], retired));
        assert_eq!(told(&told_of), (replicas.to_owned(), missing.to_owned()), "{answers}; {known}");
        assert!(accepted.complete, "{:?}", accepted.reasons);
    }
}

#[test]
fn one_that_may_know_more_replicas_counts_and_is_missing() {
    let with_news = |report| Answer { has_news: true, ..answer("b", report) };
    let cluster = merge(vec![with_news(Some(count("b", Some(id(1)), 5)))], Memory::default(), Vec::new());
    assert_eq!(told(&cluster), ("b 1 5 answered".to_owned(), "b".to_owned()));
    assert_eq!(cluster.reasons["b"], "it may know more replicas than this one does: ask again");
}

#[test]
fn a_retired_replica_keeps_its_number_until_it_is_seen_again() {
    for (answers, known, replicas, missing) in [
        ("", "b 1 4 answered", "b 1 4 retired", ""),
        ("", "b 1 4 drained", "b 1 4 retired", ""),
        ("", "b 1 4 returned", "b 1 4 unreachable", "b"),
        ("b: b 2 1", "b 1 4 answered", "b 2 1 answered, b 1 4 retired", ""),
        ("b: b 1 5", "b 1 4 answered", "b 1 5 answered", ""),
        ("b: b 1 3", "b 1 4 answered", "b 1 3 answered", ""),
        ("", "", "", ""),
    ] {
        let cluster = merge_lists(answers, known, &[], Some(1));
        assert_eq!(told(&cluster), (replicas.to_owned(), missing.to_owned()), "{answers}; {known}");
    }
}

#[test]
fn the_reasons_say_what_is_wrong() {
    let answers = "b: silent, c: c 3 1, d: d 4 1, e: e 4 2, g: g 6 1";
    let cluster = merge_lists(answers, "b 1 4 answered, c 2 4 answered, f 5 4 answered, g 6 2 answered", &[], None);
    let reasons: Vec<_> = cluster.reasons.iter().map(|(name, reason)| (&**name, &**reason)).collect();
    let expected = [
        ("b", "it refused the connection"),
        ("c", "another replica answers in its place"),
        ("d", "it has the same id as e: the volume of one is a copy"),
        ("f", "it is not among the peers that are asked"),
        ("g", "its volume was copied, or has lost visits"),
    ];
    assert_eq!(reasons, expected);
    assert_eq!(cluster.missing, ["b", "c", "d", "g", "f"], "in the order of the peers");
}

#[test]
fn a_range_lacks_whoever_does_not_answer() {
    let known = vec![known("b", 1, 4, KnownState::Drained), known("c", 2, 4, KnownState::Answered)];
    let memory = Memory { known, ..Memory::default() };
    let others = Others { memory, retired: vec![id(2)], now: at(NOW) };
    let cluster = Cluster::of_counts(count("a", Some(id(0)), 100), vec![], &others, |_| None, &Zone::UTC);
    assert_eq!(told(&cluster), (String::new(), "b, c".to_owned()));
    let reasons: Vec<_> = cluster.reasons.values().map(String::as_str).collect();
    assert_eq!(reasons, ["it has ended", "it is retired"]);
}

/// A volume in a cluster: what was recorded on it in all, how much of that was told to `a`, and what became of it.
#[derive(Clone, Debug)]
struct Volume {
    visits: i64,
    told: Option<i64>,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Answers,
    Silent,
    /// It ended in order: all that was recorded was told.
    Ended,
    /// A copy of it answers too, with visits of its own.
    Copied(i64),
    /// Only a copy of what was told answers, under another name.
    OldCopy,
}

fn volumes() -> impl Strategy<Value = Vec<Volume>> {
    let fate = prop_oneof![
        4 => Just(Fate::Answers), 2 => Just(Fate::Ended), 1 => Just(Fate::Silent), 1 => Just(Fate::OldCopy),
        1 => (1..9_i64).prop_map(Fate::Copied),
    ];
    let volume = (0..50_i64, prop::option::of(0..50_i64), fate).prop_map(|(visits, told, fate)| Volume {
        visits,
        told: if fate == Fate::Ended { Some(visits) } else { told.map(|told| told.min(visits)) },
        fate,
    });
    prop::collection::vec(volume, 0..6)
}

proptest! {
    /// The names are all expected, or those that were told of are known.
    #[test]
    fn a_complete_total_is_what_was_recorded(volumes in volumes(), order in any::<u64>()) {
        let of = |replica: &str, number, visits| Some(count(replica, Some(id(number)), visits));
        let (mut answers, mut remembered, mut recorded) = (Vec::new(), Vec::new(), 100);
        for (number, Volume { visits, told, fate }) in (1..).zip(&volumes) {
            let (name, copy) = (format!("r{number}"), format!("copy-of-r{number}"));
            let state = if *fate == Fate::Ended { KnownState::Drained } else { KnownState::Answered };
            remembered.extend(told.map(|told| known(&name, number, told, state)));
            recorded += visits;
            match fate {
                Fate::Answers => answers.push(answer(&name, of(&name, number, *visits))),
                Fate::Silent | Fate::Ended => answers.push(answer(&name, None)),
                Fate::Copied(more) => {
                    answers.push(answer(&name, of(&name, number, *visits)));
                    answers.push(answer(&copy, of(&copy, number, told.unwrap_or(0) / 2 + visits + more)));
                    recorded += told.unwrap_or(0) / 2 + more;
                }
                Fate::OldCopy => {
                    answers.push(answer(&name, None));
                    answers.push(answer(&copy, of(&copy, number, told.unwrap_or(0) / 2)));
                }
            }
        }
        let rotation = usize::try_from(order % 7).expect("a number") % answers.len().max(1);
        answers.rotate_left(rotation);
        let memory = Memory { known: remembered, ..Memory::default() };
        let cluster = merge(answers, memory, Vec::new());
        prop_assert!(cluster.merged.total <= recorded);
        prop_assert!(!cluster.complete || cluster.merged.total == recorded, "{:?}", cluster);
        let lacks = |volume: &Volume| !matches!(volume.fate, Fate::Answers | Fate::Ended);
        prop_assert_eq!(cluster.complete, !volumes.iter().any(lacks));
        let states: BTreeMap<_, _> =
            cluster.merged.replicas.iter().map(|replica| (&replica.id, replica.state)).collect();
        prop_assert_eq!(states.len(), cluster.merged.replicas.len(), "an id is counted twice");
        prop_assert!(states.values().all(|state| *state != State::Retired));
    }
}

#[test]
fn of_one_that_is_silent_at_least_what_was_imported_counts() {
    for (remembered, replicas, missing) in [
        (None, "b 1 3 imported", ""),
        (Some((2, KnownState::Imported)), "b 1 3 imported", ""),
        (Some((2, KnownState::Drained)), "b 1 3 ended", ""),
        (Some((3, KnownState::Drained)), "b 1 3 ended", ""),
        (Some((5, KnownState::Drained)), "b 1 5 ended", ""),
        (Some((3, KnownState::Answered)), "b 1 3 unreachable", "b"),
        (Some((5, KnownState::Answered)), "b 1 5 unreachable", "b"),
    ] {
        let (replica, visits, as_of) = ("b".to_owned(), Some(3), at(NOW - 40));
        let import = Imported { id: id(1), replica, revision: 3, as_of, visits };
        let own = Count { visits: 103, imports: vec![import], ..count("a", Some(id(0)), 100) };
        let known = remembered.map(|(visits, state)| known("b", 1, visits, state)).into_iter().collect();
        let others = Others { memory: Memory { known, ..Memory::default() }, now: at(NOW), ..Others::default() };
        let all = Cluster::of_counts(own, Vec::new(), &others, |known| Some(known.visits), &Zone::UTC);
        assert_eq!(told(&all), (replicas.to_owned(), missing.to_owned()), "{remembered:?}");
        let import = &all.merged.replicas[1];
        let age = if import.visits > 3 { 20 } else { 40 };
        assert_eq!((&*import.imported_by, import.as_of.to_utc()), (&["a".to_owned()][..], at(NOW - age)));
    }
}
