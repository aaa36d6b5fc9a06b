//! Many at once.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use http::Method;

use crate::client::Client;
use crate::server::{Runtime, Server, Setup};
use crate::volume::Volume;
use crate::wire::{Wire, authority};

const CLIENTS: usize = 64;

/// Starts clients that all begin at once, and gives what each of them does.
fn at_once<T: Send>(clients: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(clients);
    thread::scope(|scope| {
        let threads = (0..clients).map(|number| {
            let (start, work) = (&start, &work);
            scope.spawn(move || {
                start.wait();
                work(number)
            })
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().expect("a client")).collect()
    })
}

#[test]
fn two_thousand_visits_of_64_clients_are_recorded_once_each() {
    let server = Server::start();
    let left = AtomicUsize::new(2000);
    let visits = at_once(CLIENTS, |_| {
        let client = server.client();
        let mut visits = Vec::new();
        while left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            let home = client.json("/");
            let (id, total) = (home["visit"].as_i64().expect("an id"), home["visits"].as_i64().expect("a number"));
            assert!((id..=2000).contains(&total), "visit {id} of {total}");
            visits.push((id, home["time"].clone()));
        }
        assert!(visits.is_sorted_by(|one, next| one.0 < next.0), "{visits:?}");
        visits
    });
    let mut visits = visits.concat();
    visits.sort_by_key(|(id, _)| *id);
    assert!(visits.iter().map(|(id, _)| *id).eq(1..=2000), "not each id once");

    assert_eq!(server.volume().audit(), 2000);
    let client = server.client();
    for query in ["", "page=/", "since=1h", "since=1h&page=/", "since=1970-01-01T00:00:00Z"] {
        assert_eq!(client.count(query), 2000, "{query}");
    }
    // Each of them is in the log as it was answered.
    let pages = [1001, 2001].map(|before| client.json(&format!("/visits?tail=1000&before={before}")));
    let log = pages.iter().flat_map(|page| page["visits"].as_array().expect("visits"));
    let log = log.map(|visit| (visit["id"].as_i64().expect("an id"), visit["at"].clone()));
    assert!(log.eq(visits), "the log is another than the one that was answered");
    assert_eq!(client.visit(), 2001);
}

/// Whatever way a runtime has of spreading requests over instances: on one of them, waiting for each other took forever.
#[test]
fn visits_of_64_clients_at_once_are_all_answered_within_two_seconds() {
    for runtime in Runtime::ALL {
        let server = Setup::new().runtime(runtime).start();
        server.client().visit();
        let start = Instant::now();
        at_once(CLIENTS, |_| server.client().visit());
        assert!(start.elapsed() < Duration::from_secs(2), "{:?} on {runtime:?}", start.elapsed());
    }
}

#[test]
fn the_first_visits_on_an_empty_volume_may_come_all_at_once() {
    let server = Server::start();
    let mut ids = at_once(CLIENTS, |_| server.client().visit());
    ids.sort_unstable();
    assert_eq!(ids, (1..=64).collect::<Vec<i64>>());
    assert_eq!(server.volume().audit(), 64);
}

#[test]
fn the_first_requests_on_an_empty_volume_may_be_of_any_kind() {
    let server = Server::start();
    let targets = [
        "/",
        "/visits",
        "/visits/count",
        "/readyz",
        "/healthz",
        "/version",
        "/visits/count?since=1h",
        "/visits/histogram",
        "/visits/summary",
        "/badge.svg",
        "/metrics",
    ];
    let statuses = at_once(CLIENTS, |number| server.client().get(targets[number % targets.len()]).status);
    assert_eq!(statuses, [200; CLIENTS], "{}", server.log());
    let visits = (0..CLIENTS).filter(|number| number % targets.len() == 0).count();
    assert_eq!(server.volume().audit(), i64::try_from(visits).expect("a number"));
}

#[test]
fn two_servers_may_begin_on_one_empty_volume_at_once() {
    let volume = Volume::new();
    let servers = [Setup::on(&volume).start(), Setup::on(&volume).start()];
    let visits = at_once(CLIENTS, |number| {
        let client = servers[number % 2].client();
        (0..5).map(|_| client.visit()).collect::<Vec<_>>()
    });
    let mut ids = visits.concat();
    ids.sort_unstable();
    assert_eq!(ids, (1..=5 * 64).collect::<Vec<i64>>());
    assert_eq!(volume.audit(), 5 * 64);
    assert_eq!(servers.each_ref().map(|server| server.client().count("")), [5 * 64; 2]);
}

#[test]
fn reading_and_recording_do_not_disturb_each_other() {
    let server = Server::start();
    let statuses = at_once(16, |number| {
        let client = server.client();
        let targets = [
            "/",
            "/visits?tail=1000",
            "/visits/count?since=1h",
            "/visits/histogram?bucket=day&page=/",
            "/visits/summary",
            "/badge.svg",
            "/metrics",
            "/readyz",
        ];
        (0..40).map(|round| client.get(targets[(number + round) % targets.len()]).status).collect::<Vec<_>>()
    });
    assert_eq!(statuses.concat(), [200; 16 * 40], "{}", server.log());
    assert_eq!(server.volume().audit(), 16 * 40 / 8);
}

#[test]
fn a_thousand_visits_one_after_the_other_are_numbered_from_one() {
    let server = Server::start();
    let client = server.client();
    for number in 1..=1000 {
        assert_eq!(client.visit(), number);
    }
    assert_eq!(server.volume().audit(), 1000);
}

#[test]
fn clients_that_go_away_take_nobody_with_them() {
    let server = Server::start();
    let request = format!("GET / HTTP/1.1\r\nhost: {}\r\n\r\n", authority(server.url()));
    let ids = at_once(32, |number| {
        if number % 2 == 0 {
            for _ in 0..40 {
                Wire::connect(server.url()).send(&request);
            }
            return Vec::new();
        }
        let client = server.client();
        (0..40).map(|_| client.visit()).collect()
    });
    let mut ids = ids.concat();
    ids.sort_unstable();
    let answered = ids.len();
    ids.dedup();
    assert_eq!((ids.len(), answered), (16 * 40, 16 * 40), "an id was given twice");
    let recorded = server.volume().audit();
    assert!((16 * 40..=32 * 40).contains(&recorded), "{recorded}");
    assert!(server.client().visit() > *ids.last().expect("a visit"));
}

#[test]
fn what_is_ignored_leaves_no_trace() {
    let server = Server::start();
    let client = server.client();
    client.visit();
    at_once(8, |_| {
        let client: Client = server.client();
        for headers in [
            [("user-agent", "kube-probe/1.37")],
            [("user-agent", "GoogleHC/1.0")],
            [("sec-purpose", "prefetch;prerender")],
            [("purpose", "prefetch")],
        ] {
            let answer = client.get_with("/", &headers);
            assert!(answer.text().ends_with("\n1 visits on local\n"), "{}", answer.text());
        }
        for target in
            ["/", "/count.gif", "/visits", "/visits/count", "/healthz", "/readyz", "/version", "/metrics", "/nothing"]
        {
            client.request(&Method::HEAD, target, &[]);
            client.request(&Method::POST, target, &[]);
        }
        for target in [
            "/visits",
            "/visits/count",
            "/visits/histogram",
            "/visits/summary",
            "/badge.svg",
            "/metrics",
            "/count.gif?page=x",
            "/healthz",
            "/readyz",
            "/version",
            "/nothing",
            "/?x=y",
        ] {
            client.get_with(target, &[("accept", "image/png")]);
            if target != "/?x=y" {
                client.get(target);
            }
        }
    });
    assert_eq!(server.volume().audit(), 1);
    assert_eq!(client.visit(), 2);
}
