//! What peers may be called.

use std::io::Write;
use std::sync::Arc;

use roxmltree::Document;
use serde_json::json;

use super::fake::{Fake, response};
use super::{ANSWERS, TARGETS, asker, check, cluster, names, replica, replicas, start, timed};
use crate::server::Setup;
use crate::wire::authority;

const MARKUP: &str = r#"<script>alert(1)</script>&"'"#;

/// A peer that calls itself so.
fn called(name: &str) -> Fake {
    let name = name.to_owned();
    Fake::lying(&Arc::new(start(Setup::new())), move |_, mut answer| {
        answer["replica"] = json!(name);
        answer
    })
}

#[test]
fn a_name_that_cannot_be_is_missing() {
    let bad = ["", "\n", "b\n# c is missing: not really", "\0", "b\u{7f}", "b\u{85}", "\u{1b}[31mred"];
    let mut peers: Vec<_> = bad.into_iter().map(called).collect();
    peers.push(called(&"x".repeat(254)));
    let server = asker(&peers.iter().map(Fake::url).collect::<Vec<_>>()).start();
    let wanted: Vec<_> = peers.iter().map(Fake::name).collect();
    for target in TARGETS {
        let answer = cluster(&server.client(), target);
        assert_eq!(
            (names(&answer["missing"]), replicas(&answer)),
            (wanted.iter().map(String::as_str).collect(), vec![("a", 0)])
        );
    }
    let count = server.client().get("/visits/count?scope=cluster");
    assert_eq!(count.text().lines().count(), 1 + wanted.len(), "{}", count.text());
}

#[test]
fn any_other_name_is_shown_as_it_is() {
    let longest = "x".repeat(253);
    let good = ["b", "footfall-1", "الخادم", "日本 🦀", MARKUP, "a ", "A", &longest];
    let peers = good.map(called);
    let server = asker(&peers.each_ref().map(Fake::url)).start();
    for target in TARGETS {
        let answer = cluster(&server.client(), target);
        let there: Vec<_> = replicas(&answer).into_iter().map(|(name, _)| name).collect();
        assert_eq!((&there[0], &there[1..], &answer["complete"]), (&"a", &good[..], &true.into()), "{answer}");
    }
}

#[test]
fn markup_in_the_name_of_a_peer_is_text() {
    let peer = start(replica(MARKUP));
    peer.client().visit();
    let server = asker(&[peer.url().to_owned()]).start();
    for wanted in ANSWERS {
        let (answer, _) = timed(&server.client(), wanted);
        let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&amp;";
        match wanted.1 {
            "text/html" => {
                assert!(answer.text().contains(escaped) && !answer.text().contains("<script"), "{}", answer.text());
            }
            "image/svg+xml" => assert!(!elements(answer.text()).contains(&"script".to_owned()), "{}", answer.text()),
            "application/json" => check(&answer.json()),
            _ => (),
        }
    }
    let lines = server.client().get("/visits?scope=cluster");
    assert!(lines.text().ends_with(&format!(" {MARKUP}\n")), "{}", lines.text());

    // Its own pages and pictures, too.
    for (target, format) in ANSWERS {
        let (answer, _) = timed(&peer.client(), (target, format));
        if format == "text/html" {
            assert!(!answer.text().contains("<script"), "{}", answer.text());
        } else if format == "image/svg+xml" {
            assert!(!elements(answer.text()).contains(&"script".to_owned()), "{}", answer.text());
        }
    }
}

/// The names of all elements of a picture.
fn elements(picture: &str) -> Vec<String> {
    let picture = Document::parse(picture).unwrap_or_else(|error| panic!("{error}: {picture}"));
    picture.descendants().filter(roxmltree::Node::is_element).map(|node| node.tag_name().name().to_owned()).collect()
}

#[test]
fn one_that_answers_with_the_name_of_the_asker_is_the_asker() {
    let (same, other) = (called("a"), called("b"));
    let server = asker(&[same.url(), other.url()]).start();
    server.client().visit();
    for target in TARGETS {
        let answer = cluster(&server.client(), target);
        assert_eq!((replicas(&answer), &answer["complete"]), (vec![("a", 1), ("b", 0)], &true.into()), "{answer}");
    }
}

#[test]
fn one_that_answers_with_the_name_of_another_is_missing() {
    let (first, second, third) = (start(replica("b")), start(replica("b")), start(replica("c")));
    first.client().visit();
    let urls = [&first, &second, &third].map(|server| server.url().to_owned());
    let server = asker(&urls).start();
    for target in TARGETS {
        let answer = cluster(&server.client(), target);
        assert_eq!(replicas(&answer), [("a", 0), ("b", 1), ("c", 0)], "{answer}");
        assert_eq!(names(&answer["missing"]), [authority(second.url())]);
    }
}

#[test]
fn the_first_of_two_of_a_name_is_the_first_in_the_list_and_not_the_quickest() {
    let (gate, asked) = std::sync::mpsc::channel();
    let asked = std::sync::Mutex::new(asked);
    let slow = Fake::start(move |_, stream| {
        // Answers when the other one has.
        asked.lock().expect("a lock").recv().expect("the other one's answer");
        _ = stream.write_all(&response("200 OK", "application/json", r#"{"replica":"b","visits":1}"#));
    });
    let quick = Fake::start(move |_, stream| {
        _ = stream.write_all(&response("200 OK", "application/json", r#"{"replica":"b","visits":2}"#));
        _ = gate.send(());
    });
    let server = asker(&[slow.url(), quick.url()]).start();
    let answer = cluster(&server.client(), TARGETS[0]);
    assert_eq!((replicas(&answer), names(&answer["missing"])), (vec![("a", 0), ("b", 1)], vec![quick.name().as_str()]));
}

#[test]
fn two_with_hosts_of_one_name_can_be_told_apart() {
    // Both are missing, and both would be called so by their first label.
    let server = asker(&["http://one.x.localhost:1".to_owned(), "http://one.y.localhost:1".to_owned()]).start();
    let answer = server.client().json(TARGETS[0]);
    assert_eq!((answer["complete"].clone(), names(&answer["missing"]).len()), (false.into(), 2), "{answer}");
}
