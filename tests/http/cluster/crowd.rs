//! Many who ask at once.

use std::sync::Barrier;
use std::thread;

use super::fake::Fake;
use super::{ANSWERS, Cluster, TARGETS, asker, check, cluster, names, timed};

/// Starts clients that all begin at once.
fn at_once(clients: usize, work: impl Fn(usize) + Sync) {
    let start = Barrier::new(clients);
    thread::scope(|scope| {
        for number in 0..clients {
            let (start, work) = (&start, &work);
            scope.spawn(move || {
                start.wait();
                work(number);
            });
        }
    });
}

#[test]
fn sixteen_may_ask_at_once() {
    let three = Cluster::start(3, |_, setup| setup);
    (0..3).for_each(|index| _ = three.client(index).visit());
    at_once(16, |number| {
        let client = three.client(0);
        for round in 0..4 {
            let (answer, _) = timed(&client, ANSWERS[(number + round) % ANSWERS.len()]);
            if answer.header("content-type").starts_with("application/json") {
                check(&answer.json());
                assert_eq!(answer.json()["complete"], true, "{}", answer.text());
            }
        }
    });
}

#[test]
fn replicas_may_ask_each_other_at_once() {
    let three = Cluster::start(3, |_, setup| setup);
    at_once(48, |number| {
        let client = three.client(number % 3);
        for round in 0..3 {
            let answer = cluster(&client, TARGETS[(number / 3 + round) % TARGETS.len()]);
            assert_eq!(answer["complete"], true, "{answer}");
        }
    });
}

#[test]
fn visits_are_recorded_while_replicas_ask_each_other() {
    let three = Cluster::start(3, |_, setup| setup);
    at_once(24, |number| {
        let client = three.client(number % 3);
        for _ in 0..10 {
            if number < 12 {
                client.visit();
            } else {
                assert_eq!(cluster(&client, TARGETS[number % TARGETS.len()])["complete"], true);
            }
        }
    });
    assert_eq!(cluster(&three.client(0), TARGETS[0])["total"], 120);
    three.servers.iter().for_each(|server| assert_eq!(server.volume().audit(), 40));
}

#[test]
fn forty_that_wait_for_one_that_never_answers_wait_side_by_side() {
    let silent = Fake::silent();
    let server = asker(&[silent.url()]).variable("peer_timeout_ms", "1000").start();
    let start = std::time::Instant::now();
    at_once(40, |_| {
        let answer = cluster(&server.client(), TARGETS[0]);
        assert_eq!(names(&answer["missing"]), [silent.name()]);
    });
    let took = start.elapsed();
    assert!(took.as_secs_f64() < 5.0, "{took:?}");
    assert_eq!(server.client().visit(), 1);
}
