//! A cluster in which everybody answers.

use super::{Cluster, array, cluster, names, number, put, replicas, text, visits};
use crate::server::Setup;

const NOW: &str = "2026-11-23T14:30:00Z";

/// Three replicas with 3, 2 and 4 visits, two of which are not of the last 24 hours.
fn three() -> Cluster {
    let cluster = Cluster::start(3, |_, setup: Setup| setup.at(NOW));
    let volume = |index: usize| cluster.servers[index].volume();
    put(
        volume(0),
        &[("2026-11-23T13:10:00.000001Z", "/"), ("2026-11-23T14:10:00Z", "/a"), ("2026-11-23T14:20:00.5Z", "/a")],
    );
    put(volume(1), &[("2026-11-20T12:00:00Z", "/"), ("2026-11-23T14:15:00Z", "/b")]);
    put(
        volume(2),
        &[
            ("2026-09-01T00:00:00Z", "/c"),
            ("2026-11-23T13:09:00Z", "/"),
            ("2026-11-23T13:11:00Z", "/"),
            ("2026-11-23T14:29:59.999999Z", "/a"),
        ],
    );
    cluster
}

#[test]
fn a_count_is_the_sum_and_names_the_one_that_answers_first() {
    let three = three();
    for (index, order) in [["a", "b", "c"], ["b", "a", "c"], ["c", "a", "b"]].into_iter().enumerate() {
        let count = cluster(&three.client(index), "/visits/count?scope=cluster");
        let numbers = |name: &str| {
            if name == "a" {
                3
            } else if name == "b" {
                2
            } else {
                4
            }
        };
        assert_eq!(replicas(&count), order.map(|name| (name, numbers(name))));
        assert_eq!((number(&count["total"]), names(&count["missing"]).len()), (9, 0), "{count}");
        assert!(array(&count["replicas"]).iter().all(|one| one.as_object().is_some_and(|one| one.len() == 2)));
        assert_eq!(count.as_object().map(serde_json::Map::len), Some(5), "{count}");
    }
}

#[test]
fn a_count_takes_what_a_replica_takes() {
    let three = three();
    let client = three.client(0);
    for (query, total) in [
        ("", "9"),
        ("&page=/", "4"),
        ("&page=/a", "3"),
        ("&page=/nowhere", "0"),
        ("&since=24h", "7"),
        ("&since=24h&page=/a", "3"),
        ("&until=2026-11-23T13:10:00.000001Z", "3"),
        ("&until=2026-11-23T13:10:00.000002Z", "4"),
        ("&since=2026-11-23T14:29:59.999999Z", "1"),
        ("&since=2026-11-23T13:10:00Z&until=2026-11-23T14:15:00Z", "3"),
        ("&since=4d&until=2d", "1"),
    ] {
        let answer = client.get(&format!("/visits/count?scope=cluster{query}"));
        assert_eq!((answer.status, answer.text()), (200, format!("{total}\n").as_str()), "{query}");
    }
}

#[test]
fn the_tail_is_in_order_of_time_with_who_saw_it() {
    let three = three();
    let client = three.client(1);
    let tail = cluster(&client, "/visits?scope=cluster&tail=5");
    let shown: Vec<_> = array(&tail["visits"])
        .iter()
        .map(|one| (text(&one["replica"]), number(&one["id"]), text(&one["at"]), text(&one["page"])))
        .collect();
    assert_eq!(
        shown,
        [
            ("c", 3, "2026-11-23T13:11:00.000000+00:00", "/"),
            ("a", 2, "2026-11-23T14:10:00.000000+00:00", "/a"),
            ("b", 2, "2026-11-23T14:15:00.000000+00:00", "/b"),
            ("a", 3, "2026-11-23T14:20:00.500000+00:00", "/a"),
            ("c", 4, "2026-11-23T14:29:59.999999+00:00", "/a"),
        ]
    );
    assert_eq!(replicas(&tail), [("b", 1), ("a", 2), ("c", 2)]);
    let lines = client.get("/visits?scope=cluster&tail=5");
    assert_eq!(lines.text(), "13:11:00 c\n14:10:00 a\n14:15:00 b\n14:20:00 a\n14:29:59 c\n");

    let all = cluster(&client, "/visits?scope=cluster&tail=1000");
    assert_eq!(array(&all["visits"]).len(), 9);
    let page = cluster(&client, "/visits?scope=cluster&page=/&tail=2");
    let ids: Vec<_> = array(&page["visits"]).iter().map(|one| (text(&one["replica"]), number(&one["id"]))).collect();
    assert_eq!(ids, [("a", 1), ("c", 3)]);
    // Whether a replica has visits to show or none, it is there.
    let one = cluster(&client, "/visits?scope=cluster&tail=1");
    assert_eq!(replicas(&one), [("b", 0), ("a", 0), ("c", 1)]);
}

#[test]
fn before_is_of_one_replica() {
    let three = three();
    let answer = three.client(0).get("/visits?scope=cluster&before=3");
    assert_eq!(answer.problem(400)["parameter"], "before");
}

#[test]
fn an_unknown_scope_is_refused() {
    let three = Cluster::start(1, |_, setup| setup);
    for target in ["/visits", "/visits/count", "/visits/histogram", "/visits/summary"] {
        for scope in ["", "Cluster", "world", "cluster%20"] {
            let problem = three.client(0).get(&format!("{target}?scope={scope}")).problem(400);
            assert_eq!(problem["parameter"], "scope", "{target} {scope}");
        }
    }
}

#[test]
fn a_histogram_adds_up_bucket_by_bucket() {
    let three = three();
    let client = three.client(0);
    let histogram = cluster(&client, "/visits/histogram?scope=cluster");
    let numbers = visits(&histogram["buckets"]);
    assert_eq!((numbers.len(), &numbers[22..], number(&histogram["total"])), (24, &[3, 4][..], 7));
    assert_eq!(histogram["buckets"][23]["start"], "2026-11-23T14:00:00.000000+00:00");
    assert_eq!(histogram["since"], "2026-11-22T15:00:00.000000+00:00");
    assert_eq!(histogram["until"], "2026-11-23T15:00:00.000000+00:00");
    assert_eq!((&histogram["bucket"], &histogram["timezone"]), (&"hour".into(), &"UTC".into()));
    assert_eq!(replicas(&histogram), [("a", 3), ("b", 1), ("c", 3)]);
    assert!(histogram["replica"].is_null(), "{histogram}");

    for (query, total, buckets) in [
        ("bucket=day", 8, 30),
        ("bucket=day&since=2026-08-31T12:00:00Z", 9, 85),
        ("bucket=minute", 4, 60),
        ("bucket=hour&since=2026-11-23T13:10:00.000001Z&until=2026-11-23T14:15:00Z", 3, 2),
        ("page=/a", 3, 24),
    ] {
        let histogram = cluster(&client, &format!("/visits/histogram?scope=cluster&{query}"));
        assert_eq!((number(&histogram["total"]), array(&histogram["buckets"]).len()), (total, buckets), "{query}");
    }
}

#[test]
fn a_histogram_in_text_is_the_one_in_json() {
    let three = three();
    let client = three.client(2);
    let answer = client.get_with("/visits/histogram?scope=cluster", &[("accept", "text/plain")]);
    let lines: Vec<_> = answer.text().lines().collect();
    assert_eq!(lines.len(), 24, "{lines:?}");
    assert_eq!(lines[22], format!("2026-11-23 13:00+00:00 3 {}", "#".repeat(30)));
    assert_eq!(lines[23], format!("2026-11-23 14:00+00:00 4 {}", "#".repeat(40)));
    assert_eq!(lines[0], "2026-11-22 15:00+00:00 0");
}

#[test]
fn a_badge_has_the_sum() {
    let three = three();
    let client = three.client(0);
    for (query, number) in [("", "9"), ("&page=/a", "3"), ("&since=24h", "7")] {
        let badge = client.get(&format!("/badge.svg?scope=cluster{query}"));
        let picture = roxmltree::Document::parse(badge.text()).expect("XML");
        let texts: Vec<_> = picture.descendants().filter_map(|node| node.text()).map(str::trim).collect();
        assert!(texts.contains(&number), "{query}: {texts:?}");
        assert!(!badge.text().contains(&format!("{number}+")), "{query}");
    }
    let own = client.get("/badge.svg");
    assert!(own.text().contains(">3<") && !own.text().contains(">9<"), "{}", own.text());
}

#[test]
fn the_default_is_this_replica_but_on_the_dashboard() {
    let three = three();
    let client = three.client(1);
    assert_eq!(client.get("/visits/count").text(), "2\n");
    assert_eq!(client.json("/visits/histogram")["replica"], "b");
    assert_eq!(client.json("/visits")["replica"], "b");
    assert_eq!(client.json("/visits/summary")["visits"], 2);
    assert!(three.gates.iter().all(|gate| gate.asked().is_empty()));
    let all = client.get_with("/visits", &[("accept", "text/html")]);
    let own = client.get_with("/visits?scope=replica", &[("accept", "text/html")]);
    assert!(three.gates.iter().all(|gate| !gate.asked().is_empty()));
    // The visit of half past two is another replica's.
    assert!(all.text().contains("14:29:59") && !own.text().contains("14:29:59"));
}
