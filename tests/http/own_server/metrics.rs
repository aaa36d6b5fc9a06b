//! `/metrics`, number by number.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use http::Method;

use super::AT;
use crate::any_server::RESOURCES;
use crate::client::Client;
use crate::server::{Server, Setup, eventually};
use crate::volume::{insert, prune};

const PROBE: (&str, &str) = ("user-agent", "kube-probe/1.37");
const PREFETCH: (&str, &str) = ("purpose", "prefetch");
const REASONS: [&str; 6] = ["agent", "bot", "head", "prefetch", "prerender", "preview"];

/// The numbers, which both formats have.
fn scrape(client: &Client) -> BTreeMap<String, i64> {
    let [text, open] = ["text/plain", "application/openmetrics-text"].map(|accept| {
        let answer = client.get_with("/metrics", &[("accept", accept)]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let samples = answer.text().lines().filter(|line| !line.starts_with('#'));
        let samples = samples.map(|line| line.rsplit_once(' ').expect("a sample"));
        samples.map(|(name, value)| (name.to_owned(), value.parse().expect("a number"))).collect::<BTreeMap<_, _>>()
    });
    assert_eq!(text, open, "the formats differ");
    text
}

/// The visits ever, those in the log, and the pages.
fn visits(client: &Client) -> [i64; 3] {
    let metrics = scrape(client);
    ["footfall_visits_total", "footfall_log_visits", "footfall_pages"].map(|name| metrics[name])
}

/// The ignored requests, by the order of the reasons.
fn ignored(client: &Client) -> [i64; 6] {
    let metrics = scrape(client);
    REASONS.map(|reason| metrics[&format!("footfall_ignored_requests_total{{reason=\"{reason}\"}}")])
}

/// Makes a request that is ignored for this reason.
fn ignore(client: &Client, reason: &str, target: &str) {
    let answer = match reason {
        "agent" => client.get_with(target, &[PROBE]),
        "bot" => client.get_with(target, &[("user-agent", "Googlebot/2.1")]),
        "head" => client.request(&Method::HEAD, target, &[PROBE, PREFETCH]),
        purpose => client.get_with(target, &[("purpose", purpose)]),
    };
    assert_eq!((answer.status, answer.header("x-visit")), (200, &*format!("ignored; reason={reason}")), "{target}");
}

#[test]
fn metrics_say_what_was_recorded_and_never_fall() {
    let server = Setup::new().variable("max_pages", "2").start();
    let client = server.client();
    assert_eq!((visits(&client), ignored(&client)), ([0; 3], [0; 6]));
    for number in 1..=30 {
        client.get(&format!("/footfall.gif?page=/{number}"));
        assert_eq!(visits(&client), [number, number, number.min(2)]);
    }
    prune(&server.volume().open(), 5);
    assert_eq!(visits(&client), [30, 5, 2]);
    assert_eq!(ignored(&client), [0; 6], "to scrape is no request that is ignored");
}

#[test]
fn the_database_is_as_large_as_metrics_say() {
    let server = Server::start();
    let client = server.client();
    let small = scrape(&client)["footfall_storage_bytes"];
    let page = format!("/{}", "x".repeat(500));
    insert(&mut server.volume().open(), (0..4000).map(|place| (AT + place, page.as_str())));
    let metrics = scrape(&client);
    let large = metrics["footfall_storage_bytes"];
    assert_eq!(metrics["footfall_storage_budget_bytes"], 1 << 30);
    assert!(small >= 4096 && large > small + 4000 * 500, "{small} and then {large}");
    let volume = server.volume();
    let bytes = [volume.database(), volume.wal()].map(|file| fs::metadata(file).map_or(0, |file| file.len()));
    assert!(large <= i64::try_from(bytes.iter().sum::<u64>()).expect("a size"), "{large} of {bytes:?}");
}

#[test]
fn what_is_no_visit_is_counted_by_its_reason_and_leaves_no_other_trace() {
    let server = Server::start();
    let client = server.client();
    for reason in REASONS {
        for target in ["/", "/?x=y", "/footfall.gif?page=/x"] {
            ignore(&client, reason, target);
        }
    }
    assert_eq!(ignored(&client), [3; 6]);
    assert!(client.get_with("/", &[PROBE]).text().ends_with("\n0 visits on local\n"));
    assert_eq!(ignored(&client), [4, 3, 3, 3, 3, 3]);
    // What cannot be a visit is not ignored.
    for target in RESOURCES.into_iter().chain(["/nothing", "/footfall.gif?page=x", "/visits?tail=0"]) {
        client.request(&Method::POST, target, &[PROBE]);
        if target != "/footfall.gif" {
            client.get_with(target, &[PREFETCH, ("accept", "audio/*")]);
        }
        if !["/", "/footfall.gif"].contains(&target) {
            client.get(target);
            client.get_with(target, &[PROBE]);
            client.request(&Method::HEAD, target, &[]);
        }
    }
    assert_eq!((ignored(&client), visits(&client)), ([4, 3, 3, 3, 3, 3], [0; 3]));
    assert_eq!(server.volume().audit(), 0);
    assert_eq!(client.visit(), 1);
}

#[test]
fn many_ignored_at_once_are_counted_once_each_whether_tallied_or_not_and_survive_a_kill() {
    let server = Server::start();
    thread::scope(|scope| {
        for number in 0..24 {
            let client = server.client();
            scope.spawn(move || (0..30).for_each(|_| ignore(&client, REASONS[number % 6], "/")));
        }
    });
    let (client, mut heads) = (server.client(), 120);
    assert_eq!(ignored(&client), [120; 6]);
    let sql = "SELECT count(*) FROM ignored";
    let left = || server.volume().open().query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
    eventually("the tallying of the first 500", || {
        ignore(&client, "head", "/");
        heads += 1;
        (left() < 500).then_some(())
    });
    assert_eq!(ignored(&client), [120, 120, heads, 120, 120, 120]);
    ignore(&client, "agent", "/");
    let server = Setup::on(&server.kill()).start();
    assert_eq!(ignored(&server.client()), [121, 120, heads, 120, 120, 120]);
}
