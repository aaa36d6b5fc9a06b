//! Peers that answer in an unusual way, or with what cannot be.

use std::io::Write;

use serde_json::{Value, json};

use super::fake::Fake;
use super::{
    ANSWERS, AT_ONCE, COUNT, NOW, TARGETS, array, asker, cluster, names, put, replica, replicas, start, text, timed,
};
use crate::server::Server;

#[test]
fn an_answer_in_any_form_of_http_is_read_to_its_end() {
    let pieces = Fake::start(|_, stream| {
        _ = stream.set_nodelay(true);
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        for byte in COUNT.bytes() {
            _ = stream.write_all(format!("1\r\n{}\r\n", char::from(byte)).as_bytes());
        }
        _ = stream.write_all(b"0\r\n\r\n");
    });
    let until_closed = Fake::saying(format!("HTTP/1.0 200 OK\r\n\r\n{}", COUNT.replace('b', "c")));
    let more = Fake::json(r#"{"visits":4,"new":{"in":["a","later"]},"replica":"d"}"#);
    let longest = Fake::json(&format!("{}{}", COUNT.replace('b', "e"), " ".repeat((2 << 20) - COUNT.len())));
    let server = asker(&[&pieces, &until_closed, &more, &longest].map(Fake::url)).start();
    let answer = cluster(&server.client(), TARGETS[0]);
    assert_eq!(replicas(&answer), [("a", 0), ("b", 4), ("c", 4), ("d", 4), ("e", 4)]);
}

/// A replica with two visits, for peers that change its answers.
fn honest() -> Server {
    let server = start(replica("b").at(NOW));
    put(server.volume(), &[("2026-11-23T13:30:00Z", "/"), ("2026-11-23T14:10:00Z", "/a")]);
    server
}

#[test]
fn a_peer_that_tells_what_cannot_be_is_missing() {
    let honest = honest();
    let (negative, too_large) = (json!(-1), json!((1_i64 << 53) + 1));
    let time = json!("2026-11-23T13:30:00.000000+00:00");
    for (target, lies) in [
        (TARGETS[0], vec![("/visits", negative.clone()), ("/visits", too_large.clone()), ("/visits", json!(1.5))]),
        (TARGETS[0], vec![("/replica", json!("b\n# c is missing: not really")), ("/replica", json!("x".repeat(254)))]),
        (TARGETS[1], vec![("/buckets/22/visits", negative.clone()), ("/buckets/22/visits", too_large)]),
        (TARGETS[1], vec![("/buckets", json!([])), ("/buckets/0", json!(null)), ("/buckets/22/start", time.clone())]),
        (TARGETS[2], vec![("/visits", negative.clone()), ("/hours/22/visits", negative.clone())]),
        (TARGETS[2], vec![("/days/29/visits", negative.clone()), ("/pages/0/visits", negative.clone())]),
        (TARGETS[2], vec![("/latest/0/id", negative.clone()), ("/hours", json!([])), ("/days/0/start", time)]),
        (TARGETS[3], vec![("/visits/0/id", negative), ("/visits/0/page", json!("no path"))]),
        (TARGETS[3], vec![("/visits/0/at", json!("9999-12-31T23:59:59Z")), ("/visits/0/at", json!("1\n# b"))]),
    ] {
        let lie = |(pointer, lie): (&'static str, Value)| {
            Fake::lying(&honest, move |_, answer| *answer.pointer_mut(pointer).expect("a place") = lie.clone())
        };
        let liars: Vec<_> = lies.into_iter().map(lie).collect();
        let server = start(asker(&liars.iter().map(Fake::url).collect::<Vec<_>>()).at(NOW));
        let answer = cluster(&server.client(), target);
        assert_eq!(names(&answer["missing"]), liars.iter().map(Fake::name).collect::<Vec<_>>(), "{answer}");
        assert_eq!(replicas(&answer), [("a", 0)], "{answer}");
    }
}

#[test]
fn what_a_peer_may_tell_is_put_in_order() {
    let honest = honest();
    let peer = Fake::lying(&honest, |asked, answer| {
        if asked.path() == "/visits/histogram" {
            // The buckets are what counts.
            answer["visits"] = json!(3);
        } else {
            let visit = |id: i64, at: &str| json!({ "id": id, "at": at, "page": "/" });
            answer["visits"] = json!([visit(1, "2026-11-23T20:14:59.5+05:45"), visit(2, "2026-11-23T09:29:58-05:00")]);
        }
    });
    let server = start(asker(&[peer.url()]).at(NOW));
    server.client().visit();
    let tail = cluster(&server.client(), TARGETS[3]);
    let times: Vec<_> = array(&tail["visits"]).iter().map(|visit| text(&visit["at"])).collect();
    let shown =
        ["14:29:58.000000", "14:29:59.500000", "14:30:00.000000"].map(|time| format!("2026-11-23T{time}+00:00"));
    assert_eq!(times, shown);
    assert_eq!(cluster(&server.client(), TARGETS[1])["total"], 3);
}

#[test]
fn the_longest_lists_of_a_peer_are_answered_at_once() {
    /// What a peer may answer, in bytes, beside what is in every answer.
    const LIMIT: usize = (2 << 20) - (16 << 10);
    let honest = honest();
    let peer = Fake::lying(&honest, |_, answer| {
        let page = |place: usize| json!({ "page": format!("/{place}"), "visits": 1 });
        let visit = |place: usize| json!({ "id": place + 1, "at": "2026-11-23T14:00:00Z", "page": "/" });
        let fill = |list: &mut Value, one: &dyn Fn(usize) -> Value| {
            let length = one(99_999).to_string().len() + 1;
            *list = (0..LIMIT / 2 / length).map(one).collect();
        };
        match answer.get("pages") {
            Some(_) => {
                fill(&mut answer["pages"], &page);
                fill(&mut answer["latest"], &visit);
            }
            None => fill(&mut answer["visits"], &visit),
        }
    });
    let server = start(asker(&[peer.url()]).at(NOW));
    for wanted in ANSWERS.into_iter().filter(|(target, _)| !target.contains("count") && !target.contains("histogram")) {
        let (answer, took) = timed(&server.client(), wanted);
        assert!(took < AT_ONCE && answer.body.len() < 1 << 16, "{wanted:?}: {} bytes in {took:?}", answer.body.len());
    }
    let summary = cluster(&server.client(), TARGETS[2]);
    assert_eq!((array(&summary["pages"]).len(), array(&summary["latest"]).len()), (50, 20), "{summary}");
}
