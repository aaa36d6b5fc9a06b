//! Tails that peers make up.

use std::sync::Arc;

use serde_json::{Value, json};

use super::fake::Fake;
use super::{AT_ONCE, array, asker, check, cluster, names, number, replica, start, text, timed};
use crate::server::Server;

const NOW: &str = "2026-11-23T14:30:00Z";

/// A replica with one visit, and a peer of it that shows these.
fn with(visits: Vec<Value>) -> (Fake, Server) {
    let honest = Arc::new(start(replica("b").at(NOW)));
    let peer = Fake::lying(&honest, move |asked, mut answer| {
        let tail = if asked.path() == "/visits" { "visits" } else { "latest" };
        answer[tail] = Value::Array(visits.clone());
        answer
    });
    let server = start(asker(&[peer.url()]).at(NOW));
    server.client().visit();
    (peer, server)
}

fn visit(id: i64, at: &str) -> Value {
    json!({ "id": id, "at": at, "page": "/" })
}

/// The tail of all, by both of the resources that have one: they may leave the peer out or take what it says.
fn tails(server: &Server, tail: usize) -> Vec<(String, Vec<Value>)> {
    ["/visits?scope=cluster", "/visits/summary?scope=cluster"]
        .into_iter()
        .map(|target| {
            let (answer, took) = timed(&server.client(), (&format!("{target}&tail={tail}"), "application/json"));
            assert!(took < AT_ONCE, "{target} took {took:?}");
            let answer = answer.json();
            check(&answer);
            let shown = if target.contains("summary") { "latest" } else { "visits" };
            let shown = array(&answer[shown]).to_vec();
            assert!(shown.len() <= tail, "{} visits", shown.len());
            assert_eq!(array(&answer["replicas"]).len() + names(&answer["missing"]).len(), 2, "{answer}");
            (target.to_owned(), shown)
        })
        .collect()
}

#[test]
fn more_than_was_asked_for_is_cut_or_refused() {
    for number in [21, 1001, 20_000, 100_000] {
        let visits = (0..number).map(|id| visit(id + 1, &format!("2026-11-23T13:00:00.{id:06}+00:00"))).collect();
        let (_peer, server) = with(visits);
        for (target, shown) in tails(&server, 20) {
            // The own visit is later than all of those.
            let last = shown.last().unwrap_or_else(|| panic!("{target} shows nothing"));
            assert_eq!((&last["replica"], shown.len() <= 20), (&"a".into(), true), "{target}");
        }
    }
}

#[test]
fn visits_out_of_order_are_put_in_order_or_refused() {
    let visits = [(3, "2026-11-23T14:00:00Z"), (1, "2026-11-23T15:00:00Z"), (2, "2026-11-23T13:00:00Z")];
    let (_peer, server) = with(visits.map(|(id, at)| visit(id, at)).to_vec());
    for (target, shown) in tails(&server, 20) {
        let times: Vec<_> = shown.iter().map(|one| text(&one["at"])).collect();
        assert!(times.is_sorted(), "{target}: {times:?}");
        assert!([1, 4].contains(&times.len()), "{target}: {times:?}");
    }
    let lines = server.client().get("/visits?scope=cluster");
    let times: Vec<_> = lines.text().lines().filter(|line| !line.starts_with('#')).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn times_of_another_offset_are_shown_in_the_own_zone() {
    let (_peer, server) =
        with(vec![visit(1, "2026-11-23T20:14:59.999999+05:45"), visit(2, "2026-11-23T09:29:59-05:00")]);
    for (target, shown) in tails(&server, 20) {
        let times: Vec<_> = shown.iter().map(|one| text(&one["at"])).collect();
        assert_eq!(
            times,
            [
                "2026-11-23T14:29:59.000000+00:00",
                "2026-11-23T14:29:59.999999+00:00",
                "2026-11-23T14:30:00.000000+00:00"
            ],
            "{target}"
        );
    }
}

#[test]
fn times_that_hardly_are_times_do_no_harm() {
    for time in [
        "+300000-01-01T00:00:00.000000+00:00",
        "+262142-12-31T23:59:59.999999+00:00",
        "-262143-01-01T00:00:00.000000+00:00",
        "9999-12-31T23:59:59.999999+00:00",
        "9999-12-31T23:59:59.999999-23:59",
        "0000-01-01T00:00:00.000000+23:59",
        "0001-01-01T00:00:00.000000+00:00",
        "2026-12-31T23:59:60Z",
        "2026-02-30T00:00:00Z",
        "2026-11-23",
        "1763900000",
        "",
        "14:30:00\n# b is missing",
    ] {
        let (peer, server) = with(vec![visit(1, time)]);
        for (target, shown) in tails(&server, 20) {
            assert!([1, 2].contains(&shown.len()), "{target}: {shown:?}");
        }
        for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"] {
            for (target, format) in [
                ("/visits?scope=cluster&", "text/plain"),
                ("/visits?", "text/html"),
                ("/visits?scope=cluster&", "application/json"),
            ] {
                let (answer, _) = timed(&server.client(), (&format!("{target}tz={zone}"), format));
                if format == "text/plain" {
                    let named = answer.text().lines().filter(|line| line.contains(&peer.name())).count();
                    assert_eq!(answer.text().lines().count(), 2, "{time}: {}", answer.text());
                    assert!(named <= 1, "{}", answer.text());
                }
            }
        }
        assert_eq!(server.client().visit(), 2);
    }
}

#[test]
fn pages_that_cannot_be_are_no_lines_and_no_markup() {
    let long = format!("/{}", "x".repeat(600));
    for page in ["", "no path", "/a\nb", "/\u{0}", "/<script>alert(1)</script>", &long] {
        let (_peer, server) = with(vec![json!({ "id": 1, "at": "2026-11-23T14:00:00Z", "page": page })]);
        tails(&server, 20);
        let (html, _) = timed(&server.client(), ("/visits", "text/html"));
        assert!(!html.text().contains("<script") && !html.text().contains('\0'), "{}", html.text());
        let (lines, _) = timed(&server.client(), ("/visits?scope=cluster", "text/plain"));
        assert_eq!(lines.text().lines().count(), 2, "{page:?}: {}", lines.text());
    }
}

#[test]
fn those_of_one_moment_are_all_there_and_always_in_the_same_order() {
    let peers = ["b", "c"].map(|name| start(replica(name).at(NOW)));
    let server = start(asker(&peers.each_ref().map(|peer| peer.url().to_owned())).at(NOW));
    for server in peers.iter().chain([&server]) {
        (0..3).for_each(|_| _ = server.client().visit());
    }
    let order = || -> Vec<_> {
        let tail = cluster(&server.client(), "/visits?scope=cluster");
        array(&tail["visits"]).iter().map(|one| (text(&one["replica"]).to_owned(), number(&one["id"]))).collect()
    };
    let first = order();
    assert_eq!(first.len(), 9);
    for name in ["a", "b", "c"] {
        let ids: Vec<_> = first.iter().filter(|(replica, _)| replica == name).map(|(_, id)| *id).collect();
        assert_eq!(ids, [1, 2, 3], "{first:?}");
    }
    (0..5).for_each(|_| assert_eq!(order(), first));
}
