//! Another process that holds the write lock.

use std::time::{Duration, Instant};

use super::load::Load;
use super::{AT_ONCE, few_pages, say, scaled};
use crate::server::Server;

/// What does not look at the database, or only reads it.
const READERS: [&str; 7] = [
    "/healthz",
    "/version",
    "/visits",
    "/visits/count",
    "/visits/count?since=1h&page=/a",
    "/visits/histogram",
    "/visits/summary",
];

#[test]
fn a_lock_of_another_process_delays_visits_and_no_reader() {
    let (times, time) = scaled((1, Duration::from_millis(1500)), (20, Duration::from_secs(3)));
    let server = Server::start();
    let load = Load::on(&server, 32, few_pages);
    for _ in 0..times {
        load.wait_for_answers(300);
        let lock = server.volume().open();
        lock.execute_batch("BEGIN IMMEDIATE; INSERT INTO visits (at, page) VALUES (0, '/never')").expect("the lock");
        let (start, answered) = (Instant::now(), load.answered());
        while start.elapsed() < time {
            for target in READERS {
                assert_eq!(server.client().get(target).status, 200, "{target}");
            }
        }
        // Those answers that were under way.
        let late = load.answered() - answered;
        assert!(late <= 32, "{late} visits were answered that cannot have been recorded");
        assert!(start.elapsed() < time + AT_ONCE, "reading waits for a writer");
        drop(lock);
        let start = Instant::now();
        load.wait_for_answers(1);
        assert!(start.elapsed() < AT_ONCE, "{:?} until the first visit after the lock", start.elapsed());
    }
    let ledger = load.stop();
    assert_eq!(ledger.refused, 0, "a lock of {time:?} only delays visits");
    ledger.audit_all(server.volume());
    say(format_args!(
        "locked {times} times for {time:?}: {} visits answered and all there; the slowest took {:.1?}",
        ledger.answered(),
        ledger.slowest
    ));
}
