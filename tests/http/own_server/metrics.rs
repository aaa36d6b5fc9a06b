//! `/metrics`, number by number.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use http::Method;

use super::metrics_lint::{lint, lint_open_metrics};
use crate::client::Client;
use crate::server::{Server, Setup};
use crate::volume::{insert, prune};

const AT: i64 = 1_774_746_000_000_000;

/// All that is told, checked, in both formats.
fn scrape(client: &Client) -> BTreeMap<String, i64> {
    let text = client.get("/metrics");
    assert_eq!(text.status, 200, "{}", text.text());
    let open = client.get_with("/metrics", &[("accept", "application/openmetrics-text")]);
    lint(text.text());
    lint_open_metrics(open.text());
    let read = |text: &str| -> BTreeMap<String, i64> {
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.map(|line| line.rsplit_once(' ').expect("a sample"));
        samples.map(|(name, value)| (name.to_owned(), value.parse().expect("a whole number"))).collect()
    };
    assert_eq!(read(text.text()), read(open.text()), "the formats differ");
    read(text.text())
}

fn ignored(metrics: &BTreeMap<String, i64>) -> [i64; 3] {
    ["agent", "head", "prefetch"]
        .map(|reason| metrics[&format!("footfall_ignored_requests_total{{reason=\"{reason}\"}}")])
}

#[test]
fn metrics_are_there_from_the_start() {
    let server = Server::start();
    let metrics = scrape(&server.client());
    let version = server.client().json("/version")["version"].as_str().expect("a version").to_owned();
    let expected = [
        format!("footfall_build_info{{version=\"{version}\"}}"),
        "footfall_database_bytes".to_owned(),
        "footfall_ignored_requests_total{reason=\"agent\"}".to_owned(),
        "footfall_ignored_requests_total{reason=\"head\"}".to_owned(),
        "footfall_ignored_requests_total{reason=\"prefetch\"}".to_owned(),
        "footfall_log_visits".to_owned(),
        "footfall_pages".to_owned(),
        "footfall_visits_total".to_owned(),
    ];
    assert!(metrics.keys().eq(&expected), "{metrics:?}");
    assert_eq!(metrics[&expected[0]], 1);
    assert!(metrics["footfall_database_bytes"] >= 4096, "{metrics:?}");
    for zero in [2, 3, 4, 5, 6, 7] {
        assert_eq!(metrics[&expected[zero]], 0, "{metrics:?}");
    }
}

#[test]
fn metrics_say_what_was_recorded() {
    let server = Server::start();
    let client = server.client();
    client.visit();
    for page in ["/a", "/b", "/a"] {
        assert!(client.get(&format!("/count.gif?page={page}")).recorded().is_some());
    }
    let metrics = scrape(&client);
    assert_eq!(["footfall_visits_total", "footfall_log_visits", "footfall_pages"].map(|name| metrics[name]), [4, 4, 3]);
    assert_eq!(ignored(&metrics), [0; 3], "to scrape is no request that is ignored");
}

#[test]
fn a_counter_never_falls_whatever_is_pruned() {
    let server = Setup::new().variable("retain_visits", "5").variable("max_pages", "2").start();
    let client = server.client();
    client.get("/readyz");
    for number in 1..=30 {
        client.get(&format!("/count.gif?page=/{number}"));
        let metrics = scrape(&client);
        assert_eq!(metrics["footfall_visits_total"], number, "{metrics:?}");
        assert_eq!(metrics["footfall_log_visits"], number, "{metrics:?}");
        assert_eq!(metrics["footfall_pages"], number.min(2), "{metrics:?}");
    }
    prune(&server.volume().open(), 5);
    let metrics = scrape(&client);
    assert_eq!((metrics["footfall_visits_total"], metrics["footfall_log_visits"]), (30, 5), "{metrics:?}");
    assert_eq!(metrics["footfall_pages"], 2, "{metrics:?}");
}

#[test]
fn the_database_is_as_large_as_metrics_say() {
    let server = Server::start();
    let client = server.client();
    client.get("/readyz");
    let small = scrape(&client)["footfall_database_bytes"];
    let page = format!("/{}", "x".repeat(500));
    insert(&mut server.volume().open(), (0..4000).map(|place| (AT + place, page.as_str())));
    let large = scrape(&client)["footfall_database_bytes"];
    assert!(large > small + 4000 * 500, "{small} and then {large}");
    let volume = server.volume();
    let files = ["visits.db", "visits.db-wal", "visits.db-shm"].map(|file| volume.data().join(file));
    let bytes: u64 = files.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum();
    assert!(large <= i64::try_from(bytes).expect("a size"), "{large} of {bytes}");
}

/// What an ignored request looks like, by its reason.
fn ignore(client: &Client, reason: &str, target: &str) {
    let answer = match reason {
        "agent" => client.get_with(target, &[("user-agent", "kube-probe/1.37")]),
        "head" => client.request(&Method::HEAD, target, &[]),
        _ => client.get_with(target, &[("sec-purpose", "prefetch")]),
    };
    assert_eq!((answer.status, answer.header("x-visit")), (200, &*format!("ignored; reason={reason}")), "{target}");
}

#[test]
fn an_ignored_request_is_counted_by_its_reason() {
    let server = Server::start();
    let client = server.client();
    for (reason, target) in [
        ("agent", "/"),
        ("agent", "/count.gif?page=/x"),
        ("head", "/"),
        ("head", "/count.gif"),
        ("prefetch", "/?x=y"),
        ("prefetch", "/count.gif?x=y"),
    ] {
        ignore(&client, reason, target);
    }
    assert_eq!(ignored(&scrape(&client)), [2, 2, 2]);
    // One request has one reason.
    client.request(&Method::HEAD, "/", &[("user-agent", "kube-probe/1.37"), ("purpose", "prefetch")]);
    assert_eq!(ignored(&scrape(&client)).iter().sum::<i64>(), 7);
    // What is no visit in any case is none that was ignored.
    for target in ["/visits", "/visits/count", "/visits/histogram", "/badge.svg", "/metrics", "/healthz", "/readyz"] {
        client.request(&Method::HEAD, target, &[]);
        client.get_with(target, &[("user-agent", "kube-probe/1.37"), ("purpose", "prefetch")]);
    }
    client.request(&Method::POST, "/", &[("purpose", "prefetch")]);
    client.get_with("/", &[("purpose", "prefetch"), ("accept", "image/png")]);
    client.get_with("/count.gif?page=x", &[("purpose", "prefetch")]);
    let metrics = scrape(&client);
    assert_eq!(ignored(&metrics).iter().sum::<i64>(), 7, "{metrics:?}");
    assert_eq!(metrics["footfall_visits_total"], 0, "{metrics:?}");
}

#[test]
fn many_ignored_at_once_are_counted_once_each_and_survive_a_kill() {
    let server = Server::start();
    thread::scope(|scope| {
        for number in 0..24 {
            let client = server.client();
            let reason = ["agent", "head", "prefetch"][number % 3];
            scope.spawn(move || {
                for place in 0..25 {
                    ignore(&client, reason, ["/", "/count.gif"][place % 2]);
                    if place % 5 == 0 {
                        client.visit();
                    }
                }
            });
        }
    });
    assert_eq!(ignored(&scrape(&server.client())), [200; 3]);
    // The last answer is hardly out.
    ignore(&server.client(), "agent", "/");
    let volume = server.kill();
    assert_eq!(volume.audit(), 120);
    let server = Setup::on(&volume).start();
    let metrics = scrape(&server.client());
    assert_eq!((ignored(&metrics), metrics["footfall_visits_total"]), ([201, 200, 200], 120));
    ignore(&server.client(), "head", "/");
    assert_eq!(ignored(&scrape(&server.client())), [201, 201, 200]);
}
