//! What takes a host of one's own: its clock, its variables, its volume, its end.

mod clock_changes;
mod component;
mod durability;
mod edges;
mod exports;
mod exports_midway;
mod full_disk;
mod golden;
mod histogram_sums;
mod histogram_zones;
mod hostile;
mod hosts;
mod load;
mod locks;
mod memory;
mod metrics;
mod metrics_lint;
mod pages;
mod paging;
mod pruning;
mod seed;
mod summary;
mod tail_of_a_page;
mod tallying;
mod unwanted;
mod upgrade;
mod variables;
mod volume_faults;
mod zones;

use serde_json::Value;

use crate::any_server::picture::assert_refused;
use crate::client::Client;
use crate::server::{Server, eventually};

/// The ids of the visits in an answer of `/visits`.
fn ids(tail: &Value) -> Vec<i64> {
    let visits = tail["visits"].as_array().expect("visits");
    visits.iter().map(|visit| visit["id"].as_i64().expect("an id")).collect()
}

/// Words of SQLite's, of ours about the database, or of the volume's, which are nobody's business but the operator's.
const INTERNAL: [&str; 12] = [
    "sqlite",
    "visits.db",
    "/data",
    "readonly",
    "unable to open",
    "malformed",
    "disk",
    "locked",
    "not a database",
    "schema",
    "i/o",
    "version",
];

/// Checks that visits cannot be recorded, that clients are told so and no more, and that the log says why.
fn assert_unavailable(server: &Server, reason: &str) {
    let client = server.client();
    for target in ["/", "/readyz"] {
        let answer = client.get(target);
        let problem = answer.problem(503);
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{target}");
        let text = answer.text().to_lowercase();
        for word in INTERNAL.into_iter().chain([server.volume().path().to_str().expect("a path")]) {
            assert!(!text.contains(word), "{target} tells of `{word}`: {problem}");
        }
    }
    let gif = client.get("/count.gif?page=/x");
    assert_refused("/count.gif", &gif, 503);
    assert!(gif.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{:?}", gif.headers);
    let badge = client.get("/badge.svg");
    if badge.status != 200 {
        assert_refused("/badge.svg", &badge, 503);
        assert!(badge.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{:?}", badge.headers);
        assert!(INTERNAL.iter().all(|word| !badge.text().to_lowercase().contains(word)), "{}", badge.text());
    }
    // Whether the log can still be read depends on what is wrong.
    for target in
        ["/visits", "/visits/count", "/visits/count?since=1h", "/visits/histogram", "/visits/summary", "/metrics"]
    {
        let answer = client.get(target);
        if answer.status != 200 {
            answer.problem(503);
        }
    }
    assert_eq!(client.get("/healthz").text(), "ok\n");
    assert_eq!(client.get("/version").status, 200);
    server.wait_for_log(reason);
}

/// Visits until visits cannot be recorded any more, as happens when those who still have the database open go: after a
/// second without a request, or 128 requests. Gives how many were recorded.
fn visit_until_unavailable(client: &Client) -> i64 {
    let mut recorded = 0;
    eventually("a visit that cannot be recorded", || {
        let answer = client.get("/");
        recorded += i64::from(answer.status == 200);
        (answer.status == 503).then_some(())
    });
    recorded
}
