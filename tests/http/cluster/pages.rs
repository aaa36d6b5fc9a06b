//! `/pages` of a cluster.

use std::io::Write;

use serde_json::{Value, json};

use super::fake::{Fake, nobody, response};
use super::{AT_ONCE, Cluster, NOW, array, asker, cluster, names, put, replica, replicas, start, text, timed};
use crate::server::{Server, Setup};
use crate::wire::authority;

/// Three replicas, of which the clock of the first counts.
fn three() -> Cluster {
    let clocks = [NOW, "2019-01-01T00:00:00Z", "2031-06-01T00:00:00Z"];
    let three = Cluster::start(3, |index, setup: Setup| setup.at(clocks[index]));
    for (index, visits) in [
        &[("2026-11-23T13:10:00.000001Z", "/"), ("2026-11-23T14:10:00Z", "/a")][..],
        &[("2026-11-20T12:00:00Z", "/"), ("2026-11-23T14:15:00Z", "/b"), ("2026-11-23T14:16:00Z", "/b")],
        &[("2026-09-01T00:00:00Z", "/c"), ("2026-11-23T14:10:00Z", "/"), ("2026-11-23T14:20:00Z", "/")],
    ]
    .into_iter()
    .enumerate()
    {
        put(three.servers[index].volume(), visits);
    }
    three
}

fn page(page: &str, visits: i64) -> Value {
    json!({ "page": page, "visits": visits })
}

#[test]
fn the_pages_of_all_are_added_up_in_the_range_of_the_replica_that_asks() {
    let three = three();
    let client = &three.client(0);
    let list = cluster(client, "/pages");
    assert_eq!(list["pages"], json!([page("/", 4), page("/b", 2), page("/a", 1), page("/c", 1)]));
    assert_eq!((&list["total"], &list["number_of_pages"], &list["since"]), (&json!(8), &json!(4), &Value::Null));
    assert_eq!(replicas(&list), [("a", 2), ("b", 3), ("c", 3)]);
    for query in ["", "&since=24h", "&since=2026-11-23T13:10:00.000002Z&until=2026-11-23T14:15:00.5Z"] {
        let list = cluster(client, &format!("/pages?sort=name{query}"));
        for name in ["/", "/a", "/b", "/c"] {
            let count = cluster(client, &format!("/visits/count?page={name}{query}"))["total"].take();
            let listed = array(&list["pages"]).iter().find(|one| one["page"] == name);
            assert_eq!(listed.map_or(json!(0), |one| one["visits"].clone()), count, "{name}{query}");
        }
    }
    let part = cluster(client, "/pages?search=/&limit=1&offset=1");
    assert_eq!((&part["pages"], &part["next"]), (&json!([page("/b", 2)]), &json!(2)));
    let alone = client.get_with("/pages?scope=replica", &[("accept", "text/html")]);
    assert!(alone.text().contains("2 visits to 2 pages"), "{}", alone.text());
    let csv = client.get_with("/pages", &[("accept", "text/csv")]);
    assert_eq!(csv.text(), "page,visits\r\n/,4\r\n/b,2\r\n/a,1\r\n/c,1\r\n");
}

#[test]
fn who_does_not_answer_is_missing_whatever_is_known_of_its_visits() {
    let mut three = three();
    cluster(&three.client(0), "/visits/count");
    drop(three.servers.remove(2).kill());
    three.behind[2].lock().expect("servers").clear();
    for query in ["", "?since=24h"] {
        let list = cluster(&three.client(0), &format!("/pages{query}"));
        assert_eq!((names(&list["missing"]), replicas(&list).len()), (vec!["c"], 2), "{list}");
        assert!(text(&list["reasons"]["c"]).starts_with("it "), "{list}");
        let html = three.client(0).get_with(&format!("/pages{query}"), &[("accept", "text/html")]);
        assert!(html.text().contains("is missing: ") && html.text().contains("may lack visits"), "{}", html.text());
    }
}

fn honest() -> Server {
    let server = start(replica("b").at(NOW));
    put(server.volume(), &[("2026-11-23T13:30:00Z", "/"), ("2026-11-23T14:10:00Z", "/a")]);
    server
}

#[test]
fn what_a_peer_leaves_out_makes_the_list_incomplete() {
    let honest = honest();
    let peer = Fake::lying(&honest, |asked, answer| {
        if asked.path() == "/pages" {
            answer["left_out"] = json!({ "pages": 2, "visits": 5 });
        }
    });
    let server = start(asker(&[peer.url()]).at(NOW));
    let list = cluster(&server.client(), "/pages");
    assert_eq!((replicas(&list), names(&list["missing"])), (vec![("a", 0), ("b", 7)], vec!["b"]));
    assert_eq!(list["reasons"]["b"], "its list is too long: it lacks 2 pages with 5 visits");
}

#[test]
fn the_longest_list_of_a_peer_is_read_and_one_that_is_longer_is_not() {
    let honest = honest();
    let peer = |bytes: usize| {
        Fake::lying(&honest, move |asked, answer| {
            if asked.path() == "/pages" {
                let one = |number: usize| json!([format!("/{number:0511}"), 1]);
                answer["pages"] = (0..bytes / one(0).to_string().len()).map(one).collect();
            }
        })
    };
    let (longest, longer) = (peer(8 << 20), peer(11 << 20));
    let server = start(asker(&[longest.url()]).at(NOW));
    let (answer, took) = timed(&server.client(), ("/pages", "application/json"));
    let list = answer.json();
    assert!(took < AT_ONCE && array(&list["pages"]).len() == 100, "{took:?}");
    assert_eq!((replicas(&list).len(), list["next"].as_i64()), (2, Some(100)));
    let server = start(asker(&[longer.url(), nobody()]).at(NOW));
    let list = cluster(&server.client(), "/pages");
    assert_eq!(list["reasons"][longer.name()], "it answered too much");
    assert_eq!((replicas(&list), names(&list["missing"]).len()), (vec![("a", 0)], 2));
}

#[test]
fn a_peer_that_tells_what_cannot_be_is_missing() {
    let honest = honest();
    for lie in [
        json!({ "pages": [["/", -1]] }),
        json!({ "pages": [["no path", 1]] }),
        json!({ "pages": [["/", 1_i64 << 53], ["/a", 1]] }),
        json!({ "pages": null }),
        json!({ "left_out": { "pages": 0, "visits": -1 } }),
        json!({ "visits": 1.5 }),
    ] {
        let told = lie.clone();
        let peer = Fake::lying(&honest, move |asked, answer| {
            if asked.path() == "/pages" {
                answer.as_object_mut().expect("a list").extend(told.as_object().expect("members").clone());
            }
        });
        let server = start(asker(&[peer.url()]).at(NOW));
        let list = cluster(&server.client(), "/pages");
        assert_eq!((replicas(&list), names(&list["missing"])), (vec![("a", 0)], vec![&*peer.name()]), "{lie}");
    }
}

#[test]
fn a_peer_of_the_version_before_is_missing() {
    let old = Fake::start(|asked, stream| {
        let status = if asked.path() == "/pages" { "405 Method Not Allowed" } else { "200 OK" };
        _ = stream.write_all(&response(status, r#"{"replica":"b","visits":4}"#));
    });
    let server = start(asker(&[old.url()]));
    let list = cluster(&server.client(), "/pages");
    assert_eq!(list["reasons"][authority(&old.url())], "it answered with status 405");
}
