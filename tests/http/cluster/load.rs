//! Many who ask at once.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use super::fake::Fake;
use super::{ANSWERS, Cluster, TARGETS, asker, cluster, names, timed};
use crate::server::eventually;

#[test]
fn replicas_may_ask_each_other_and_record_visits_at_once() {
    const CLIENTS: usize = 48;
    let three = Cluster::start(3, |_, setup| setup);
    let begin = Barrier::new(CLIENTS);
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (three, begin) = (&three, &begin);
            scope.spawn(move || {
                let client = three.client(number % 3);
                begin.wait();
                for round in 0..5 {
                    client.visit();
                    let (answer, _) = timed(&client, ANSWERS[(number / 3 + round) % ANSWERS.len()]);
                    if answer.header("content-type").starts_with("application/json") {
                        assert_eq!(answer.json()["complete"], true, "{}", answer.text());
                    }
                }
            });
        }
    });
    assert_eq!(cluster(&three.client(0), TARGETS[0])["total"], 240);
    three.servers.iter().for_each(|server| assert_eq!(server.volume().audit(), 80));
}

#[test]
fn forty_that_wait_for_a_silent_peer_wait_side_by_side_and_visits_do_not_wait() {
    const TIMEOUT: Duration = Duration::from_secs(3);
    let silent = Fake::silent();
    let server = asker(&[silent.url()]).variable("peer_timeout_ms", "3000").start();
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                let answer = cluster(&server.client(), TARGETS[0]);
                assert_eq!(names(&answer["missing"]), [silent.name()]);
            });
        }
        eventually("a peer that is asked", || (!silent.asked().is_empty()).then_some(()));
        let visit = server.client().visit();
        assert_eq!(server.client().count(""), visit);
        assert!(start.elapsed() < TIMEOUT, "{:?}", start.elapsed());
    });
    assert!(start.elapsed() < 3 * TIMEOUT, "{:?}", start.elapsed());
}
