//! Peers that are not there, and the one that is oneself.

use std::sync::Arc;

use super::fake::{Fake, nobody};
use super::{ANSWERS, AT_ONCE, Cluster, TARGETS, asker, check, cluster, names, replica, replicas, text, timed};
use crate::wire::authority;

#[test]
fn one_that_was_killed_is_named_at_once_in_every_answer() {
    let (alive, killed) = (replica("b").start(), replica("c").start());
    let urls = [alive.url().to_owned(), killed.url().to_owned()];
    let name = authority(killed.url()).to_owned();
    let server = asker(&urls).start();
    server.client().visit();
    alive.client().visit();
    killed.client().visit();
    assert_eq!(cluster(&server.client(), TARGETS[0])["total"], 3);
    drop(killed.kill());

    for wanted in ANSWERS {
        let (answer, took) = timed(&server.client(), wanted);
        assert!(took < AT_ONCE, "{wanted:?} took {took:?}");
        if wanted.1 == "application/json" {
            let answer = answer.json();
            check(&answer);
            assert_eq!(names(&answer["missing"]), [name.as_str()], "{answer}");
            let there = replicas(&answer).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
            assert_eq!(there, ["a", "b"], "{answer}");
        } else if wanted.0.starts_with("/badge") {
            assert!(answer.text().contains(">2+<"), "{}", answer.text());
        } else {
            assert!(answer.text().contains(&name), "{wanted:?} does not name it: {}", answer.text());
        }
    }
    let lines = server.client().get("/visits/count?scope=cluster");
    let lines: Vec<_> = lines.text().lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "2"), "{lines:?}");
    assert!(lines[1].starts_with(&format!("# {name} is missing: ")), "{lines:?}");
    let lines = server.client().get("/visits?scope=cluster");
    let lines: Vec<_> = lines.text().lines().collect();
    assert!(lines.len() == 3 && lines[2].starts_with(&format!("# {name} is missing: ")), "{lines:?}");
}

#[test]
fn one_that_comes_back_is_there_again() {
    let behind = Arc::default();
    let gate = Fake::gate(&behind);
    let server = asker(&[gate.url()]).start();
    assert_eq!(names(&cluster(&server.client(), TARGETS[0])["missing"]), [gate.name()]);
    let back = replica("b").start();
    back.client().visit();
    *behind.lock().expect("a lock") = Some(back.url().to_owned());
    assert_eq!(replicas(&cluster(&server.client(), TARGETS[0])), [("a", 0), ("b", 1)]);
}

#[test]
fn names_are_first_labels_of_hosts_and_addresses_with_their_ports() {
    let (gone, spaced) = (nobody(), nobody());
    let peers = [
        gone.clone(),
        "http://footfall-1.localhost:1".to_owned(),
        "http://footfall-2.footfall-headless.localhost:1/".to_owned(),
        format!("  {spaced}  "),
    ];
    let server = asker(&peers).start();
    for target in TARGETS {
        let answer = cluster(&server.client(), target);
        assert_eq!(names(&answer["missing"]), [authority(&gone), "footfall-1", "footfall-2", authority(&spaced)]);
        assert_eq!(replicas(&answer), [("a", 0)]);
    }
}

#[test]
fn one_that_is_not_allowed_is_missing_and_nobody_is_asked() {
    let fake = Fake::json(r#"{"replica":"b","visits":4}"#);
    let port = fake.name().rsplit(':').next().expect("a port").to_owned();
    // Neither under the domain of the peers nor 127.0.0.1.
    let peers =
        [format!("http://localhost:{port}"), "http://elsewhere.test:1".to_owned(), format!("http://[::1]:{port}")];
    let server = asker(&peers).start();
    for target in TARGETS {
        let (answer, took) = timed(&server.client(), (target, "application/json"));
        let answer = answer.json();
        check(&answer);
        assert_eq!(names(&answer["missing"]), ["localhost", "elsewhere", &format!("[::1]:{port}")], "{answer}");
        assert!(took < AT_ONCE, "{took:?}");
    }
    assert!(fake.asked().is_empty());
    server.wait_for_log("allowed_outbound_hosts");
}

#[test]
fn the_replica_itself_among_its_peers_is_left_out() {
    let three = Cluster::start(1, |_, setup| setup);
    three.client(0).visit();
    for target in TARGETS {
        let answer = cluster(&three.client(0), target);
        assert_eq!((replicas(&answer), &answer["complete"]), (vec![("a", 1)], &true.into()), "{answer}");
    }
    assert_eq!(three.client(0).get(TARGETS[0]).text(), "1\n");
    assert!(three.client(0).get("/badge.svg?scope=cluster").text().contains(">1<"));

    // By the name of its host, without a look at it.
    let server = replica("footfall-0").variable("peers", "http://footfall-0.footfall-headless.localhost:1").start();
    for target in TARGETS {
        let answer = cluster(&server.client(), target);
        assert_eq!((replicas(&answer), &answer["complete"]), (vec![("footfall-0", 0)], &true.into()), "{answer}");
    }
    let fake = Fake::json("{}");
    let server = replica(&fake.name()).variable("peers", &fake.url()).start();
    assert_eq!(cluster(&server.client(), TARGETS[0])["complete"], true);
    assert!(fake.asked().is_empty());
}

#[test]
fn a_cluster_of_one_is_complete() {
    let server = asker(&[]).start();
    server.client().visit();
    for wanted in ANSWERS {
        let (answer, _) = timed(&server.client(), wanted);
        assert!(!answer.text().contains("missing:"), "{wanted:?}: {}", answer.text());
        if wanted.1 == "application/json" {
            check(&answer.json());
            assert_eq!(replicas(&answer.json()), [("a", 1)]);
            assert_eq!(answer.json()["complete"], true);
        }
    }
}

#[test]
fn one_url_twice_is_one_replica() {
    let (peer, gone) = (replica("b").start(), nobody());
    peer.client().visit();
    let url = peer.url().to_owned();
    let server = asker(&[url.clone(), gone.clone(), url, gone.clone()]).start();
    for target in TARGETS {
        let answer = cluster(&server.client(), target);
        assert_eq!(replicas(&answer), [("a", 0), ("b", 1)], "{answer}");
        assert_eq!(names(&answer["missing"]), [authority(&gone)], "{answer}");
    }
}

#[test]
fn the_order_is_that_of_the_peers() {
    let peers = ["d", "b", "c"].map(|name| replica(name).start());
    let (first, second) = (nobody(), nobody());
    let urls = [peers[0].url(), &second, peers[1].url(), &first, peers[2].url()].map(str::to_owned);
    let server = asker(&urls).start();
    for target in TARGETS {
        let answer = cluster(&server.client(), target);
        assert_eq!(replicas(&answer).into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "d", "b", "c"]);
        assert_eq!(names(&answer["missing"]), [authority(&second), authority(&first)]);
    }
}

#[test]
fn a_database_of_ones_own_that_fails_is_no_answer_of_the_others() {
    let peer = replica("b").start();
    let volume = crate::volume::Volume::new();
    // A directory where the file should be.
    std::fs::create_dir_all(volume.database()).expect("a directory");
    let server = crate::server::Setup::on(&volume).variable("peers", peer.url()).start();
    for target in TARGETS {
        server.client().get(target).problem(503);
    }
    assert_eq!(server.client().get("/badge.svg?scope=cluster").status, 503);

    // And it is missing with a reason where somebody else asks.
    let other = asker(&[server.url().to_owned(), peer.url().to_owned()]).start();
    let answer = cluster(&other.client(), TARGETS[0]);
    assert_eq!((names(&answer["missing"]), replicas(&answer).len()), (vec![authority(server.url())], 2), "{answer}");
    assert!(text(&answer["reasons"][authority(server.url())]).contains("503"), "{answer}");
}
