//! Which peer is which replica.

use std::thread;
use std::time::Duration;

use serde_json::json;

use super::fake::{Fake, nobody};
use super::{ANSWERS, Cluster, TARGETS, asker, cluster, names, replica, replicas, start, text, timed};
use crate::any_server::picture::svg;
use crate::wire::authority;

const MARKUP: &str = r#"<script>alert(1)</script>&"'"#;

#[test]
fn an_id_says_who_a_peer_is_and_without_one_its_name_of_which_the_first_counts() {
    let honest = start(replica("b"));
    honest.client().visit();
    let called = |id: Option<usize>, name: &str| {
        let (id, name) = (id.map(|id| format!("{id:016}")), name.to_owned());
        Fake::lying(&honest, move |_, answer| {
            answer["replica"] = json!(name);
            answer["id"] = json!(id);
        })
    };
    // The first in the list, and not the quickest.
    let slow = Fake::lying(&honest, |_, _| thread::sleep(Duration::from_millis(100)));
    let longest = "x".repeat(253);
    let others = ["b", "a", "الخادم", "日本 🦀", MARKUP, "A", &longest];
    let with_ids = others.iter().enumerate().map(|(id, name)| called(Some(id), name));
    let peers: Vec<_> = [slow, called(None, "b"), called(None, "a")].into_iter().chain(with_ids).collect();
    let server = asker(&peers.iter().map(Fake::url).collect::<Vec<_>>()).start();
    server.client().visit();
    for (target, format) in ANSWERS {
        let (answer, _) = timed(&server.client(), (target, format));
        match format {
            "application/json" => {
                let answer = answer.json();
                let there: Vec<_> = replicas(&answer).into_iter().map(|(name, _)| name).collect();
                assert_eq!(there, [&["a", "b"][..], &others].concat(), "{answer}");
                let (b, a) = (peers[1].name(), peers[2].name());
                assert_eq!(text(&answer["reasons"][&b]), "it is called b, as another replica is");
                assert_eq!(names(&answer["missing"]), [b, a], "{answer}");
            }
            "text/html" => {
                let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&amp;";
                assert!(
                    answer.text().contains(escaped) && !answer.text().contains("<script>alert"),
                    "{}",
                    answer.text()
                );
            }
            "image/svg+xml" => _ = svg(answer.text()),
            _ => assert!(target != TARGETS[3] || answer.text().contains(&format!(" {MARKUP}\n")), "{}", answer.text()),
        }
    }
}

#[test]
fn a_replica_alone_is_complete() {
    let nobody = start(asker(&[]));
    let by_its_answer = Cluster::start(1, |_, setup| setup);
    // The name is the first label of its host.
    let by_its_name = start(replica("a").variable("peers", "http://a.footfall-headless.localhost:1"));
    for server in [&nobody, &by_its_answer.servers[0], &by_its_name] {
        server.client().visit();
        for wanted in ANSWERS {
            let (answer, _) = timed(&server.client(), wanted);
            assert!(!answer.text().contains("missing:"), "{wanted:?}: {}", answer.text());
            assert!(!wanted.0.starts_with("/badge") || answer.text().contains(">1<"), "{}", answer.text());
            if wanted.1 == "application/json" {
                assert_eq!(replicas(&answer.json()), [("a", 1)]);
                assert_eq!(answer.json()["complete"], true);
            }
        }
    }
}

#[test]
fn one_url_twice_is_one_peer() {
    let (peer, gone) = (start(replica("b")), nobody());
    let urls = [peer.url(), &gone, &format!(" {}/ ", peer.url()), &gone].map(str::to_owned);
    let server = asker(&urls).start();
    for target in TARGETS {
        let answer = cluster(&server.client(), target);
        assert_eq!(replicas(&answer), [("a", 0), ("b", 0)], "{answer}");
        assert_eq!(names(&answer["missing"]), [authority(&gone)], "{answer}");
    }
}
