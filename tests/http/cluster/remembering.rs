//! What replicas remember of each other, how they come to know it, and what nobody else can make of it.

use std::io::Write;
use std::thread;

use serde_json::{Value, json};

use super::fake::{Fake, response};
use super::fleet::Fleet;
use super::{
    ANSWERS, AT_ONCE, Cluster, NOW, TARGETS, array, asker, cluster, names, put, replica, replicas, start, states, timed,
};
use crate::server::{Runtime, Setup, eventually};

/// What a replica tells that knows nobody.
const STATUS: &str =
    r#"{"version":1,"replica":"s","id":"00000000000000aa","revision":1,"visits":0,"drained":false,"known":[]}"#;

/// A peer that answers so to `/replica`, and else that there is no such thing.
fn fake(status: Option<String>) -> Fake {
    Fake::start(move |asked, stream| {
        let status = status.as_ref().filter(|_| asked.path() == "/replica");
        let answer = status.map_or_else(|| response("404 Not Found", "{}"), |status| response("200 OK", status));
        _ = stream.write_all(&answer);
    })
}

#[test]
fn who_is_silent_is_missing_in_what_is_not_of_all_time_and_of_pages_that_are_remembered() {
    let mut fleet = Fleet::start(Runtime::of_the_tests(), &["a", "b", "c"]);
    put(fleet.server("b").volume(), &[(NOW, "/p"); 3]);
    fleet.discover();
    fleet.kill("b");
    fleet.end(&["c"]);
    let client = fleet.server("a").client();
    for (target, total, missing) in [
        ("/visits/count?", json!(63), &["b"][..]),
        ("/visits/count?page=/", json!(60), &["b"]),
        ("/visits/count?page=/p", json!(3), &["b", "c"]),
        ("/visits/count?since=9000d", json!(20), &["b", "c"]),
        ("/visits/count?until=9000d", json!(0), &["b", "c"]),
        ("/visits/histogram?", json!(20), &["b", "c"]),
        ("/visits/summary?", json!(63), &["b", "c"]),
        ("/visits?", Value::Null, &["b", "c"]),
    ] {
        let answer = cluster(&client, &format!("{target}&scope=cluster"));
        assert_eq!((&answer["total"], &names(&answer["missing"])[..]), (&total, missing), "{target}: {answer}");
    }
    // `/` asks nobody, and as text it counts nobody else.
    let asked = || fleet.gates.iter().map(|gate| gate.asked().len()).sum::<usize>();
    let before = asked();
    assert_eq!(client.json("/")["visits"], 64);
    assert!(client.get_with("/", &[("accept", "text/html")]).text().contains("65"));
    assert!(client.get("/").text().ends_with("visit 23 on a\n"));
    assert_eq!(asked(), before);
}

#[test]
fn all_are_asked_after_a_probe_and_at_most_once_a_minute_and_one_for_one_caller_at_a_time() {
    let asked = |fake: &Fake| fake.asked().iter().filter(|asked| asked.target == "/replica").count();
    let peer = fake(None);
    let server = asker(&[peer.url()]).at(NOW).start();
    let asking = "SELECT asked_at > 0 AND asking_until = 0 FROM asking";
    // What was asked too early would be there at the next.
    for (time, number) in [("30:00", 1), ("30:59", 1), ("31:01", 2), ("32:00", 2), ("32:02", 3)] {
        server.set_clock(&format!("2026-11-23T14:{time}Z"));
        server.client().get("/readyz");
        eventually("an answer", || {
            let is_over = server.volume().open().query_row(asking, [], |row| row.get(0)) == Ok(true);
            (is_over && asked(&peer) >= number).then_some(())
        });
        assert_eq!(asked(&peer), number, "{time}");
    }
    // Who is silent keeps nobody from being ready.
    let silent = Fake::silent();
    let server = asker(&[silent.url()]).variable("peer_timeout_ms", "3000").start();
    let (_, took) = timed(&server.client(), ("/readyz", "text/plain"));
    assert!(took < AT_ONCE, "{took:?}");
    thread::scope(|scope| {
        let first = scope.spawn(|| server.client().json("/replica/ask?replica=b")["answered"].take());
        eventually("a question", || (asked(&silent) == 2).then_some(()));
        server.client().get("/replica/ask?replica=b").problem(503);
        assert_eq!(first.join().expect("an answer"), false);
    });
}

#[test]
fn strangers_change_no_number() {
    let mut fleet = Fleet::start(Runtime::of_the_tests(), &["a", "b", "c"]);
    let (stranger, client) = (Fake::json(STATUS), fleet.server("a").client());
    for name in ["s".to_owned(), stranger.name(), stranger.url()] {
        let asked = client.get(&format!("/replica/ask?replica={name}"));
        assert!(asked.status == 400 || asked.json()["answered"] == false, "{}", asked.text());
    }
    assert!(stranger.asked().is_empty());
    assert_eq!(client.json("/replica/ask?replica=b")["answered"], true);
    fleet.later(1);
    assert_eq!(fleet.server("b").client().get("/drain").status, 200);
    // It was not at its end, as its next probe tells.
    fleet.later(5);
    fleet.visit("b");
    fleet.expect("a b c");
    fleet.kill("b");
    fleet.later(1);
    fleet.expect("a b:unreachable c");
    // The first of its 20 visits was told before it was answered.
    fleet.expect_lack(19);
}

#[test]
fn what_a_peer_tells_of_others_is_checked_and_bounded() {
    let honest = start(replica("b").at(NOW));
    let id = honest.client().json("/replica")["id"].take();
    let known = |member: &str, value: Value| {
        let mut known = json!({ "replica": "x", "peer": "x", "id": "00000000000000bb", "visits": 9, "revision": i64::MAX, "as_of": NOW, "state": "answered" });
        known[member] = value;
        known
    };
    for (told, expected) in [
        (known("visits", json!(-1)), &["a", "b"][..]),
        (known("visits", json!((1_i64 << 53) + 1)), &["a", "b"]),
        (known("revision", json!(-1)), &["a", "b"]),
        (known("id", json!("'; DROP TABLE visits")), &["a", "b"]),
        (known("replica", json!("x\n# y")), &["a", "b"]),
        (known("as_of", json!("soon")), &["a", "b"]),
        (known("as_of", json!("2999-12-31T23:59:59Z")), &["a", "b", "s:unreachable", "x:unreachable"]),
        (known("id", id), &["a", "b:duplicate", "s:unreachable"]),
        (
            (1000..11_000).map(|id| known("id", json!(format!("{id:016x}")))).collect(),
            &["a", "b", "s:unreachable", "x:unreachable"],
        ),
    ] {
        let mut status: Value = serde_json::from_str(STATUS).expect("JSON");
        status["known"] = if told.is_array() { told } else { json!([told]) };
        let hostile = fake(Some(status.to_string()));
        let server = asker(&[honest.url().to_owned(), hostile.url()]).variable("replicas", "1").at(NOW).start();
        // Whatever the first round of questions brought is there when the second one begins.
        for (time, number) in [(NOW, 1), ("2026-11-23T14:32:00Z", 2)] {
            server.set_clock(time);
            server.client().get("/readyz");
            let asked = || hostile.asked().iter().filter(|asked| asked.target == "/replica").count();
            eventually("a question", || (asked() >= number).then_some(()));
        }
        eventually(&format!("{expected:?}"), || {
            let (answer, took) = timed(&server.client(), (TARGETS[0], "application/json"));
            assert!(took < AT_ONCE && answer.body.len() < 1 << 16, "{} bytes in {took:?}", answer.body.len());
            let mut told = states(&answer.json());
            told.sort();
            told.dedup();
            (told == expected).then_some(())
        });
    }
}

/// Checks what both of two say of each other, and who of them has an id at the first.
fn expect(two: &Cluster, [a, b]: [(&str, i64); 2], has_id: [bool; 2]) {
    for (index, shares) in [[a, b], [b, a]].into_iter().enumerate() {
        for wanted in ANSWERS {
            let (answer, took) = timed(&two.client(index), wanted);
            // The version before knows of no range, so that its visits are missing in that of a dashboard.
            let lacks_range = index == 0 && !has_id[1] && wanted.1 == "text/html";
            assert!(
                took < AT_ONCE && answer.text().contains("missing:") == lacks_range,
                "{wanted:?}: {}",
                answer.text()
            );
            assert!(!wanted.0.starts_with("/badge") || answer.text().contains(&format!(">{}<", a.1 + b.1)));
            if wanted.1 == "application/json" {
                let answer = answer.json();
                assert_eq!((replicas(&answer), &answer["complete"]), (shares.to_vec(), &json!(true)), "{answer}");
                let has_ids: Vec<_> = array(&answer["replicas"]).iter().map(|one| one["id"].is_string()).collect();
                assert!(index == 1 || (states(&answer) == ["a", "b"] && has_ids == has_id), "{answer}");
            }
        }
    }
}

#[test]
fn the_version_before_counts_and_is_counted_by_its_name_until_it_is_upgraded() {
    let mut two = Cluster::start(2, |index, setup| if index == 1 { setup.version_before() } else { setup });
    for (index, visits) in [(0, 2), (1, 3)] {
        (0..visits).for_each(|_| _ = two.client(index).visit());
        assert_eq!(two.client(index).get("/readyz").status, 200);
    }
    expect(&two, [("a", 2), ("b", 3)], [true, false]);
    let volume = two.servers.remove(1).kill();
    two.servers.push(two.run(1, Setup::on(&volume)));
    assert_eq!(two.client(1).visit(), 4);
    let id = two.client(1).json("/replica")["id"].take();
    assert_eq!(two.client(0).json("/replica")["known"][0]["id"], id);
    expect(&two, [("a", 2), ("b", 4)], [true, true]);
}
