//! Peers that keep one waiting.

use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::fake::{Asked, Fake, hold, response};
use super::{ANSWERS, AT_ONCE, TARGETS, asker, check, names, replica, timed};
use crate::server::PATIENCE;

/// How long a peer may take in these tests.
const TIMEOUT: Duration = Duration::from_millis(600);

/// Asks a replica whose peers are these, in each format of each answer, and gives the slowest and the quickest answer.
fn assert_bounded(peers: &[&Fake]) {
    let urls: Vec<_> = peers.iter().map(|peer| peer.url()).collect();
    let timeout = TIMEOUT.as_millis().to_string();
    let server = replica("a").variable("peers", &urls.join(",")).variable("peer_timeout_ms", &timeout).start();
    // All at once, for it is the waiting that takes the time.
    thread::scope(|scope| {
        for wanted in ANSWERS {
            let client = server.client();
            scope.spawn(move || {
                let (answer, took) = timed(&client, wanted);
                assert!(took >= TIMEOUT && took < TIMEOUT + AT_ONCE, "{wanted:?} took {took:?}");
                for peer in peers.iter().filter(|_| !wanted.0.starts_with("/badge")) {
                    assert!(answer.text().contains(&peer.name()), "{wanted:?} names nobody: {}", answer.text());
                }
                if wanted.1 == "application/json" {
                    let answer = answer.json();
                    check(&answer);
                    assert_eq!(names(&answer["missing"]), peers.iter().map(|peer| peer.name()).collect::<Vec<_>>());
                    assert!(
                        answer["reasons"]
                            .to_string()
                            .contains(&format!("{timeout_ms} ms", timeout_ms = TIMEOUT.as_millis())),
                        "{answer}"
                    );
                }
            });
        }
    });
}

#[test]
fn one_that_never_answers_costs_one_timeout() {
    assert_bounded(&[&Fake::silent()]);
}

#[test]
fn five_that_never_answer_cost_one_timeout() {
    let silent = [(); 5].map(|()| Fake::silent());
    assert_bounded(&silent.each_ref());
}

#[test]
fn one_that_stops_in_the_middle_costs_one_timeout() {
    let head = Fake::start(|_, stream| {
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n");
        hold(stream);
    });
    let half_a_head = Fake::start(|_, stream| {
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-ty");
        hold(stream);
    });
    let half_a_body = Fake::start(|_, stream| {
        _ = stream.write_all(&response("200 OK", "application/json", r#"{"replica":"b","visits":4}"#)[..90]);
        hold(stream);
    });
    let half_a_chunk = Fake::start(|_, stream| {
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1a\r\n{\"replica\":");
        hold(stream);
    });
    assert_bounded(&[&head, &half_a_head, &half_a_body, &half_a_chunk]);
}

#[test]
fn one_that_goes_on_and_on_costs_one_timeout() {
    fn drip(stream: &mut TcpStream, head: &[u8], again: &[u8]) {
        _ = stream.write_all(head);
        // The pause is what this peer does; it ends when the other side has had enough.
        while stream.write_all(again).is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    }
    let body = Fake::start(|_, stream| drip(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 999999\r\n\r\n", b" "));
    let head = Fake::start(|_, stream| drip(stream, b"HTTP/1.1 200 OK\r\n", b"x"));
    let headers = Fake::start(|_, stream| drip(stream, b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"));
    let chunks =
        Fake::start(|_, stream| drip(stream, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"));
    let interim = Fake::start(|_, stream| drip(stream, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"));
    assert_bounded(&[&body, &head, &headers, &chunks, &interim]);
}

#[test]
fn whoever_is_in_time_is_there_beside_one_that_is_not() {
    let (silent, quick) = (Fake::silent(), Fake::json(r#"{"replica":"b","visits":4}"#));
    let urls = [silent.url(), quick.url()].join(",");
    let server = replica("a").variable("peers", &urls).variable("peer_timeout_ms", "600").start();
    let (answer, took) = timed(&server.client(), ANSWERS[0]);
    assert_eq!(super::replicas(&answer.json()), [("a", 0), ("b", 4)]);
    assert!(took < TIMEOUT + AT_ONCE, "{took:?}");
    let (text, _) = timed(&server.client(), ANSWERS[1]);
    let reason = format!("4\n# {} is missing: it did not answer within 600 ms\n", silent.name());
    assert_eq!(text.text(), reason);
}

#[test]
fn all_are_asked_before_one_has_answered() {
    // Each answers once the others were asked.
    let meeting = std::sync::Arc::new(std::sync::Barrier::new(4));
    let peers = ["b", "c", "d", "e"].map(|name| {
        let meeting = meeting.clone();
        Fake::start(move |_: &Asked, stream| {
            meeting.wait();
            let body = format!(r#"{{"replica":"{name}","visits":1}}"#);
            _ = stream.write_all(&response("200 OK", "application/json", body));
        })
    });
    let server = asker(&peers.each_ref().map(Fake::url)).start();
    let (answer, took) = timed(&server.client(), ANSWERS[0]);
    assert_eq!(answer.json()["total"], 4, "{}", answer.text());
    assert!(took < AT_ONCE, "{took:?}");
}

#[test]
fn one_that_is_given_up_is_hung_up_on() {
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
fn a_visit_waits_for_no_peer() {
    let silent = Fake::silent();
    let server = asker(&[silent.url()]).start();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| server.client().try_get("/visits/count?scope=cluster"));
        crate::server::eventually("a peer that is asked", || (!silent.asked().is_empty()).then_some(()));
        let start = std::time::Instant::now();
        assert_eq!(server.client().visit(), 1);
        assert_eq!(server.client().count(""), 1);
        assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
        assert!(!waiting.is_finished());
        // Nobody needs that answer.
        _ = std::process::Command::new("kill").args(["-9", &server.pid().to_string()]).status();
    });
}
