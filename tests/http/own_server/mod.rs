//! What takes a host of one's own: its clock, its variables, its volume, its end.

mod backups;
mod coarse;
mod component;
mod counting;
mod deleting;
mod export_under_way;
pub mod exports;
mod full_disk;
mod hostile;
mod hosts;
mod imports;
mod listing;
mod load;
mod locks;
mod metrics;
mod pages;
mod privacy;
mod private;
mod pruning;
mod ranges;
mod readiness;
mod seed;
mod summary;
mod tallying;
mod times;
mod upgrade;
mod variables;
mod volume_faults;

use crate::any_server::picture::assert_refused;
use crate::client::{Answer, Client};
use crate::server::{Server, Setup, eventually};
use crate::volume::insert;

/// 2026-03-29T01:00:00Z, which begins a slot, in microseconds.
const AT: i64 = 1_774_746_000_000_000;

/// The length of a minute in microseconds.
const MINUTE: i64 = 60_000_000;

/// A server whose log has these visits: when, and to which page.
fn with_visits<'a>(setup: Setup, visits: impl IntoIterator<Item = (i64, &'a str)>) -> Server {
    let server = setup.start();
    assert_eq!(server.client().get("/readyz").status, 200);
    insert(&mut server.volume().open(), visits);
    server
}

/// What SQLite, the database and the volume say, which is the operator's business alone.
const INTERNAL: &str =
    "sqlite,visits.db,/data,readonly,unable to open,malformed,disk,locked,not a database,schema,i/o,version";

/// Checks that visits cannot be recorded, that clients are told so and no more, and that the log says why.
fn assert_unavailable(server: &Server, reason: &str) {
    let client = server.client();
    let check = |target: &str, answer: &Answer| {
        if target.contains('.') {
            assert_refused(target, answer, 503);
        } else {
            answer.problem(503);
        }
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{target}");
        let text = String::from_utf8_lossy(&answer.body).to_lowercase();
        for word in INTERNAL.split(',').chain([server.volume().path().to_str().expect("a path")]) {
            assert!(!text.contains(word), "{target} tells of `{word}`: {text}");
        }
    };
    // For a minute it believes in the last commit.
    server.pass(61);
    for target in ["/", "/readyz", "/footfall.gif?page=/x"] {
        check(target, &client.get(target));
    }
    // Whether the log can still be read depends on what is wrong.
    for target in
        ["/visits", "/visits/count?since=1h", "/visits/histogram", "/visits/summary", "/metrics", "/badge.svg"]
    {
        let answer = client.get(target);
        if answer.status != 200 {
            check(target, &answer);
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
