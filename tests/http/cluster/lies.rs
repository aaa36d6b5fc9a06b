//! Peers that answer something else.

use std::io::Write;

use super::fake::{Fake, response};
use super::{ANSWERS, AT_ONCE, TARGETS, asker, check, cluster, names, replicas, timed};

const COUNT: &str = r#"{"replica":"b","visits":4}"#;

/// Asks everything of a replica that has these peers, which have to be missing everywhere and to disturb nothing. Gives
/// the reasons.
fn reasons(peers: &[Fake]) -> Vec<String> {
    let urls: Vec<_> = peers.iter().map(Fake::url).collect();
    let wanted: Vec<_> = peers.iter().map(Fake::name).collect();
    let server = asker(&urls).start();
    server.client().visit();
    let mut reasons = Vec::new();
    for asked in ANSWERS {
        let (answer, took) = timed(&server.client(), asked);
        assert!(took < AT_ONCE, "{asked:?} took {took:?}");
        if asked.0.starts_with("/badge") {
            assert!(answer.text().contains(">1+<"), "{}", answer.text());
        } else {
            for name in &wanted {
                assert!(answer.text().contains(name), "{asked:?} does not name it: {}", answer.text());
            }
        }
        if asked.1 == "application/json" {
            let answer = answer.json();
            check(&answer);
            assert_eq!(
                (replicas(&answer), names(&answer["missing"])),
                (vec![("a", 1)], wanted.iter().map(String::as_str).collect())
            );
            reasons.extend(wanted.iter().map(|name| super::text(&answer["reasons"][name]).to_owned()));
        }
    }
    assert_eq!(server.client().visit(), 2);
    reasons
}

#[test]
fn a_status_other_than_200_is_a_reason() {
    let statuses = [
        "500 Internal Server Error",
        "503 Service Unavailable",
        "404 Not Found",
        "401 Unauthorized",
        "206 Partial Content",
    ];
    for status in statuses {
        let reasons = reasons(&[Fake::saying(response(status, "application/json", COUNT))]);
        assert!(reasons.iter().all(|reason| reason.contains(&status[..3])), "{reasons:?}");
    }
    let nothing = reasons(&[Fake::saying("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")]);
    assert!(nothing.iter().all(|reason| reason.contains("204")), "{nothing:?}");
}

#[test]
fn a_redirect_is_a_reason_and_is_not_followed() {
    let elsewhere = Fake::json(COUNT);
    let there = format!("{}/visits/count", elsewhere.url());
    for status in ["301", "302", "307", "308"] {
        let head = format!("HTTP/1.1 {status} There\r\nlocation: {there}\r\nconnection: close");
        let answer = format!("{head}\r\ncontent-length: 0\r\n\r\n");
        let reasons = reasons(&[Fake::saying(answer)]);
        assert!(reasons.iter().all(|reason| reason.contains(status)), "{reasons:?}");
    }
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn a_connection_that_breaks_is_a_reason() {
    let answers = [
        "",
        "garbage",
        "\r\n\r\n\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 999999 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}",
        "HTTP/1.1 200 OK\r\nbad header\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ncontent-length: 27\r\n\r\n{\"replica\":\"b\",\"visits\":4}",
    ];
    let mut peers: Vec<_> = answers.into_iter().map(Fake::saying).collect();
    peers.push(Fake::resetting());
    reasons(&peers);
}

#[test]
fn what_is_no_json_of_that_kind_is_a_reason() {
    let bodies = [
        "",
        " ",
        "null",
        "7",
        "\"text\"",
        "[]",
        "{}",
        "[{}]",
        "{\"replica\":\"b\"}",
        "{\"visits\":4}",
        "{\"error\":\"out of order\",\"status\":500}",
        "{\"replica\":\"b\",\"visits\":4",
        "{\"replica\":\"b\",\"visits\":4}}",
        "<!doctype html><title>Log in</title>",
        "{\"replica\":[\"b\"],\"visits\":{\"visits\":4}}",
        "{\"replica\":null,\"visits\":null}",
    ];
    let mut peers: Vec<_> = bodies.into_iter().map(Fake::json).collect();
    peers.push(Fake::saying(response("200 OK", "text/html", "<h1>It works!</h1>")));
    peers.push(Fake::saying(response("200 OK", "application/json", b"{\"replica\":\"\xff\xfe\",\"visits\":4}")));
    peers.push(Fake::json(&"[".repeat(100_000)));
    peers.push(Fake::json(&format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000))));
    reasons(&peers);
}

#[test]
fn a_hundred_megabytes_are_not_read() {
    let announced = "HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let unbounded = "HTTP/1.1 200 OK\r\n\r\n";
    let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
    for (head, piece) in
        [(announced, " "), (chunked, &chunk), (unbounded, " "), ("HTTP/1.1 200 OK\r\n", "a-header: value\r\n")]
    {
        let pouring = Fake::pouring(head, piece);
        let server = asker(&[pouring.url()]).start();
        // So that what it needs anyway is there.
        server.client().visit();
        server.client().json("/visits/count");
        let before = server.peak_memory();
        for target in TARGETS.into_iter().cycle().take(8) {
            let (answer, took) = timed(&server.client(), (target, "application/json"));
            check(&answer.json());
            assert_eq!(names(&answer.json()["missing"]), [pouring.name()]);
            assert!(took < AT_ONCE, "{target} took {took:?}");
        }
        let grown = server.peak_memory().saturating_sub(before);
        assert!(grown < 48 << 20, "{grown} bytes more");
    }
}

#[test]
fn two_mebibytes_are_the_limit() {
    let padded = |length: usize| format!("{COUNT}{}", " ".repeat(length - COUNT.len()));
    let largest = Fake::json(&padded(2 << 20));
    let server = asker(&[largest.url()]).start();
    assert_eq!(cluster(&server.client(), TARGETS[0])["total"], 4);
    let larger = Fake::json(&padded((2 << 20) + 1));
    let server = asker(&[larger.url()]).start();
    assert_eq!(names(&cluster(&server.client(), TARGETS[0])["missing"]), [larger.name()]);
}

#[test]
fn an_answer_in_pieces_is_put_together() {
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
    let server = asker(&[pieces.url(), until_closed.url(), more.url()]).start();
    let answer = cluster(&server.client(), TARGETS[0]);
    assert_eq!(replicas(&answer), [("a", 0), ("b", 4), ("c", 4), ("d", 4)]);
}
