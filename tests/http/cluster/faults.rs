//! Peers that do not answer, or not in time, or something else.

use std::io::Write;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::fake::{Fake, hold, nobody, response};
use super::{ANSWERS, AT_ONCE, COUNT, TARGETS, asker, cluster, names, replica, replicas, start, text, timed};
use crate::server::{PATIENCE, Server, Setup};
use crate::volume::Volume;
use crate::wire::authority;

/// A peer: its URL, its name, and the reason why it is missing.
type Missing = (String, String, String);

fn fake(fake: &Fake, reason: &str) -> Missing {
    (fake.url(), fake.name(), reason.to_owned())
}

/// Asks a replica with these peers, and one more that answers, for everything. The peers have to be missing in each
/// answer, for their reasons, and to delay it by `delay` and no longer.
fn assert_missing(peers: &[Missing], timeout: Duration, delay: Duration) -> Server {
    let honest = start(replica("z"));
    let mut urls: Vec<_> = peers.iter().map(|(url, ..)| url.clone()).collect();
    urls.push(honest.url().to_owned());
    let server = start(asker(&urls).variable("peer_timeout_ms", &timeout.as_millis().to_string()));
    server.client().visit();
    for (target, format) in ANSWERS {
        let (answer, took) = timed(&server.client(), (target, format));
        assert!(took >= delay && took < delay + AT_ONCE, "{target} as {format} took {took:?}");
        if format == "application/json" {
            let answer = answer.json();
            assert_eq!(replicas(&answer), [("a", 1), ("z", 0)], "{answer}");
            let wanted: Vec<_> = peers.iter().map(|(_, name, reason)| (&**name, &**reason)).collect();
            let missing = names(&answer["missing"]).into_iter();
            assert_eq!(missing.map(|name| (name, text(&answer["reasons"][name]))).collect::<Vec<_>>(), wanted);
        }
        for (_, name, reason) in peers {
            let told = match format {
                "text/plain" => answer.text().contains(&format!("\n# {name} is missing: {reason}\n")),
                "image/svg+xml" if target.starts_with("/badge") => answer.text().contains(">1+<"),
                _ => answer.text().contains(name),
            };
            assert!(told, "{target} as {format} does not tell of {name}: {}", answer.text());
        }
    }
    assert_eq!(server.client().visit(), 2);
    server
}

#[test]
fn a_peer_that_answers_something_else_is_missing_with_the_reason() {
    let elsewhere = Fake::json(COUNT);
    let head = |head: &str| format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n");
    let mut fakes = Vec::new();
    for status in ["500 Internal Server Error", "404 Not Found", "401 Unauthorized", "206 Partial Content"] {
        fakes.push((Fake::saying(response(status, COUNT)), format!("it answered with status {}", &status[..3])));
    }
    for status in [204, 301, 302, 307, 308] {
        let location = format!("{status} There\r\nlocation: {}/visits/count\r\ncontent-length: 0", elsewhere.url());
        fakes.push((Fake::saying(head(&location)), format!("it answered with status {status}")));
    }
    let unreachable = "it is unreachable".to_owned();
    for answer in [
        "",
        "garbage",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}",
        "HTTP/1.1 200 OK\r\ncontent-length: 27\r\n\r\n{\"replica\":\"b\",\"visits\":4}",
    ] {
        fakes.push((Fake::saying(answer), unreachable.clone()));
    }
    fakes.push((Fake::resetting(), unreachable.clone()));
    fakes.push((Fake::pouring("HTTP/1.1 200 OK\r\n", "a-header: value\r\n"), unreachable));
    let nested = "[".repeat(100_000);
    for body in [
        "",
        "{}",
        "{\"visits\":4}",
        "{\"replica\":\"b\",\"visits\":4,\"coarse_before\":\"soon\"}",
        "<!doctype html><title>Log in</title>",
        "{\"replica\":[\"b\"],\"visits\":{\"visits\":4}}",
        &nested,
    ] {
        fakes.push((Fake::json(body), "it answered something else than a replica does".to_owned()));
    }
    let too_much = "it answered too much".to_owned();
    let one_byte_more = format!("{COUNT}{}", " ".repeat((2 << 20) + 1 - COUNT.len()));
    let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
    fakes.push((Fake::json(&one_byte_more), too_much.clone()));
    fakes.push((Fake::pouring("HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n", " "), too_much.clone()));
    fakes.push((Fake::pouring("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", &chunk), too_much));

    let mut peers: Vec<_> = fakes.iter().map(|(peer, reason)| fake(peer, reason)).collect();
    let gone = nobody();
    peers.push((gone.clone(), authority(&gone).to_owned(), "it refused the connection".to_owned()));
    // Under the domain of the peers, which is localhost, and neither there nor 127.0.0.1.
    let port = elsewhere.name().rsplit(':').next().expect("a port").to_owned();
    let denied = "its address is not one that this app may ask".to_owned();
    peers.push((format!("http://localhost:{port}"), "localhost".to_owned(), denied.clone()));
    peers.push(("http://elsewhere.test:1".to_owned(), "elsewhere".to_owned(), denied));
    let server = assert_missing(&peers, PATIENCE, Duration::ZERO);
    server.wait_for_log("allowed_outbound_hosts");
    assert!(elsewhere.asked().is_empty(), "a redirect was followed, or an address asked that is not allowed");
}

#[test]
fn peers_that_do_not_answer_in_time_cost_one_timeout_together() {
    const TIMEOUT: Duration = Duration::from_millis(300);
    /// One that goes on and on. The pause is what it does; it ends when the other side has had enough.
    fn dripping(head: &'static str, again: &'static str) -> Fake {
        Fake::start(move |_, stream| {
            _ = stream.write_all(head.as_bytes());
            while stream.write_all(again.as_bytes()).is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        })
    }
    let peers = [
        Fake::silent(),
        Fake::stopping_after("HTTP/1.1 200 OK\r\ncontent-ty"),
        Fake::stopping_after("HTTP/1.1 200 OK\r\ncontent-length: 26\r\n\r\n{\"replica\":\"b\""),
        Fake::stopping_after("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1a\r\n{\"replica\":"),
        dripping("HTTP/1.1 200 OK\r\ncontent-length: 999999\r\n\r\n", " "),
        dripping("HTTP/1.1 200 OK\r\n", "x: y\r\n"),
        dripping("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\n \r\n"),
        dripping("", "HTTP/1.1 103 Early Hints\r\n\r\n"),
    ];
    assert_missing(&peers.each_ref().map(|peer| fake(peer, "it did not answer within 300 ms")), TIMEOUT, TIMEOUT);
}

#[test]
fn a_peer_that_is_given_up_is_hung_up_on() {
    let (sender, receiver) = mpsc::channel();
    let silent = Fake::start(move |_, stream| {
        hold(stream);
        _ = sender.send(());
    });
    let server = replica("a").variable("peers", &silent.url()).variable("peer_timeout_ms", "100").start();
    for target in TARGETS {
        server.client().json(target);
        receiver.recv_timeout(PATIENCE).expect("the end of the connection");
    }
}

#[test]
fn a_replica_whose_own_database_fails_answers_for_nobody() {
    let peer = start(replica("b"));
    let volume = Volume::new();
    // A directory where the file should be.
    std::fs::create_dir_all(volume.database()).expect("a directory");
    let broken = Setup::on(&volume).variable("peers", peer.url()).start();
    for target in TARGETS {
        let answer = broken.client().get(target);
        answer.problem(503);
        assert_eq!(answer.header("retry-after"), "5");
    }
    assert_eq!(broken.client().get("/badge.svg?scope=cluster").status, 503);
    let peers =
        [(broken.url().to_owned(), authority(broken.url()).to_owned(), "it answered with status 503".to_owned())];
    assert_missing(&peers, PATIENCE, Duration::ZERO);
}

#[test]
fn a_replica_that_can_store_nothing_answers_with_what_it_hears() {
    let peer = start(replica("b"));
    peer.client().visit();
    let server = start(asker(&[peer.url().to_owned()]));
    for table in ["asking", "duplicates", "peers", "replicas"] {
        let full = format!(
            "CREATE TRIGGER no_update_of_{table} BEFORE UPDATE ON {table} BEGIN SELECT RAISE(FAIL, 'full'); END;
            CREATE TRIGGER no_insert_into_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(FAIL, 'full'); END;"
        );
        server.volume().open().execute_batch(&full).expect("triggers");
    }
    let answer = cluster(&server.client(), TARGETS[0]);
    assert_eq!((&answer["total"], names(&answer["missing"])), (&serde_json::json!(1), vec!["b"]), "{answer}");
    server.wait_for_log("footfall: what other replicas answered could not be stored: ");
}
