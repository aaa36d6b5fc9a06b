//! Numbers that peers make up.

use std::sync::Arc;

use serde_json::{Value, json};

use super::fake::Fake;
use super::{AT_ONCE, TARGETS, array, asker, cluster, names, number, put, replica, replicas, start, visits};
use crate::server::Server;

const NOW: &str = "2026-11-23T14:30:00Z";

/// Numbers as they stand in JSON that no replica would tell.
const BAD: [&str; 12] = [
    "-1",
    "-9223372036854775808",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1e300",
    "-1e300",
    "1.5",
    "\"4\"",
    "null",
    "[4]",
];

fn honest() -> Arc<Server> {
    let server = start(replica("b").at(NOW));
    put(server.volume(), &[("2026-11-23T13:30:00Z", "/"), ("2026-11-23T14:10:00Z", "/a")]);
    Arc::new(server)
}

/// Checks that a peer is missing that says this in one place of the answer to a target.
fn assert_missing(target: &str, lies: Vec<(&'static str, Value)>) {
    let honest = honest();
    let pointers: Vec<_> = lies.iter().map(|(pointer, lie)| format!("{pointer} = {lie}")).collect();
    let peers: Vec<_> = lies
        .into_iter()
        .map(|(pointer, lie)| {
            Fake::lying(&honest, move |asked, mut answer| {
                let place = answer.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer} in {}", asked.target));
                *place = lie.clone();
                answer
            })
        })
        .collect();
    let server = start(asker(&peers.iter().map(Fake::url).collect::<Vec<_>>()).at(NOW));
    let answer = cluster(&server.client(), target);
    let missing = names(&answer["missing"]);
    for (peer, lie) in peers.iter().zip(pointers) {
        assert!(missing.contains(&peer.name().as_str()), "{target}: {lie} was taken: {answer}");
    }
    assert_eq!(replicas(&answer), [("a", 0)], "{answer}");
    for bucket in ["buckets", "hours", "days"].iter().filter(|name| !answer[**name].is_null()) {
        assert_eq!(visits(&answer[*bucket]).iter().sum::<i64>(), 0, "{answer}");
    }
}

#[test]
fn numbers_that_cannot_be_are_a_reason() {
    for (target, pointers) in [
        ("/visits/count?scope=cluster", &["/visits"][..]),
        ("/visits/histogram?scope=cluster", &["/buckets/22/visits"]),
        (
            "/visits/summary?scope=cluster",
            &["/visits", "/hours/22/visits", "/days/29/visits", "/pages/0/visits", "/latest/0/id"],
        ),
        ("/visits?scope=cluster", &["/visits/0/id"]),
    ] {
        for pointer in pointers {
            let lie = |bad: &&str| (*pointer, serde_json::from_str::<Value>(bad).unwrap_or_else(|_| json!(1e300)));
            assert_missing(target, BAD.iter().map(lie).collect());
        }
    }
}

#[test]
fn other_buckets_are_a_reason() {
    let other = json!("2026-11-23T13:30:00.000000+00:00");
    let hour = |start: &str| json!({ "start": start, "visits": 0 });
    assert_missing(
        "/visits/histogram?scope=cluster",
        vec![
            ("/buckets", json!([])),
            ("/buckets", json!([hour("2026-11-23T14:00:00.000000+00:00")])),
            ("/buckets", json!({})),
            ("/buckets/23", hour("2026-11-23T15:00:00.000000+00:00")),
            ("/buckets/22/start", other.clone()),
            ("/buckets/22/start", json!("yesterday")),
            ("/buckets/0", json!(null)),
        ],
    );
    assert_missing(
        "/visits/summary?scope=cluster",
        vec![("/hours", json!([])), ("/days", json!([])), ("/hours/23/start", other.clone()), ("/days/0/start", other)],
    );
    // Too many, and in another order.
    let honest = honest();
    let longer = Fake::lying(&honest, |_, mut answer| {
        let more = answer["buckets"].as_array_mut().expect("buckets");
        more.push(more[0].clone());
        answer
    });
    let backwards = Fake::lying(&honest, |_, mut answer| {
        answer["buckets"].as_array_mut().expect("buckets").reverse();
        answer
    });
    let server = start(asker(&[longer.url(), backwards.url()]).at(NOW));
    let answer = cluster(&server.client(), "/visits/histogram?scope=cluster");
    assert_eq!(names(&answer["missing"]), [longer.name(), backwards.name()]);
}

#[test]
fn a_sum_that_is_another_does_not_become_the_total() {
    let more = Fake::lying(&honest(), |_, mut answer| {
        answer["visits"] = json!(3);
        answer
    });
    let server = start(asker(&[more.url()]).at(NOW));
    // It may be refused; what is certain is checked there.
    let answer = cluster(&server.client(), "/visits/histogram?scope=cluster");
    assert!([0, 2].contains(&number(&answer["total"])), "{answer}");
}

#[test]
fn the_largest_numbers_that_can_be_add_up() {
    const LARGEST: i64 = 1 << 53;
    let count = |name: &str, number: i64| Fake::json(&json!({ "replica": name, "visits": number }).to_string());
    let peers = [count("b", LARGEST), count("c", LARGEST), count("d", LARGEST - 1)];
    let server = asker(&peers.each_ref().map(Fake::url)).start();
    let answer = cluster(&server.client(), TARGETS[0]);
    assert_eq!(replicas(&answer), [("a", 0), ("b", LARGEST), ("c", LARGEST), ("d", LARGEST - 1)]);
    assert_eq!(server.client().get(TARGETS[0]).text(), format!("{}\n", 3 * LARGEST - 1));
    let badge = server.client().get("/badge.svg?scope=cluster");
    assert!(badge.text().contains(&(3 * LARGEST - 1).to_string()), "{}", badge.text());
}

#[test]
fn a_thousand_of_the_largest_do_not_overflow() {
    let honest = honest();
    let largest = Fake::lying(&honest, |_, mut answer| {
        fn raise(value: &mut Value) {
            match value {
                Value::Array(all) => all.iter_mut().for_each(raise),
                Value::Object(all) => all.iter_mut().for_each(|(name, value)| {
                    if name == "visits" && value.is_number() {
                        *value = json!(1_i64 << 53);
                    }
                    raise(value);
                }),
                _ => (),
            }
        }
        raise(&mut answer);
        answer
    });
    let server = start(asker(&[largest.url()]).at(NOW));
    // Whether it believes them or not, it answers, in every format, and goes on.
    for (target, format) in super::ANSWERS {
        for query in ["", "&bucket=minute&since=23h"] {
            let query = if target.contains("histogram") { query } else { "" };
            let (answer, took) = super::timed(&server.client(), (&format!("{target}{query}"), format));
            assert!(took < AT_ONCE, "{target} as {format} took {took:?}");
            if format == "application/json" {
                assert_eq!(array(&answer.json()["replicas"]).len() + names(&answer.json()["missing"]).len(), 2);
            }
        }
    }
    assert_eq!(server.client().visit(), 1);
}

#[test]
fn pages_of_all_add_up_and_say_whether_they_are_exact() {
    let (mine, theirs) = (replica("b"), replica("c"));
    let (mine, theirs) = (start(mine.at(NOW)), start(theirs.at(NOW)));
    // Fifty pages of one with two visits and more, and a fifty-first with one.
    let filler: Vec<_> = (0..49).map(|number| format!("/filler/{number:02}")).collect();
    let mut visits: Vec<_> = filler.iter().flat_map(|page| [(NOW, page.as_str()); 2]).collect();
    visits.extend([(NOW, "/both"); 9]);
    visits.push((NOW, "/rare"));
    put(mine.volume(), &visits);
    put(theirs.volume(), &[(NOW, "/both"), (NOW, "/rare"), (NOW, "/rare"), (NOW, "/rare"), (NOW, "/theirs")]);
    let server = start(asker(&[mine.url().to_owned(), theirs.url().to_owned()]).at(NOW));
    let summary = cluster(&server.client(), "/visits/summary?scope=cluster");
    let pages = array(&summary["pages"]);
    let find = |page: &str| {
        pages.iter().find(|one| one["page"] == page).map(|one| (number(&one["visits"]), one["exact"].clone()))
    };
    assert_eq!(pages[0], json!({ "page": "/both", "visits": 10, "exact": true }));
    assert_eq!(pages[1], json!({ "page": "/rare", "visits": 3, "exact": false }), "{summary}");
    assert_eq!(find("/filler/00"), Some((2, true.into())), "the other replica's list was not full");
    assert_eq!(pages.len(), 50, "{summary}");
    assert!(pages.is_sorted_by(|one, next| number(&one["visits"]) >= number(&next["visits"])), "{summary}");

    let page = cluster(&server.client(), "/visits/summary?scope=cluster&page=/rare");
    assert_eq!((&page["pages"], &page["total"]), (&json!([]), &4.into()), "{page}");
}
