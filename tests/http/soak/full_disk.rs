//! A volume that fills, and has room again.

use std::time::Instant;

use super::load::Load;
use super::{AT_ONCE, few_pages, say, scaled};
use crate::disk;
use crate::server::eventually;

#[test]
fn a_disk_that_fills_again_and_again_costs_no_answered_visit_and_takes_no_restart() {
    let times = scaled(2, 30);
    let server = disk::start(scaled("8m", "64m"));
    let load = Load::on(&server, 32, few_pages);
    for _ in 0..times {
        load.wait_for_answers(300);
        let refused = load.refused();
        eventually("visits that are refused", || {
            // Each time, for what SQLite gives back is room again.
            disk::fill(&server);
            (load.refused() > refused + 100).then_some(())
        });
        let start = Instant::now();
        assert_eq!(server.client().get("/healthz").status, 200);
        assert!(start.elapsed() < AT_ONCE, "being alive does not wait for the disk");
        disk::free(&server);
        load.wait_for_answers(300);
    }
    let ledger = load.stop();
    assert_eq!(server.client().get("/readyz").status, 200);
    assert_eq!(server.client().count(""), ledger.answered());
    ledger.audit_all(disk::copy(&server));
    let (answered, refused) = (ledger.answered(), ledger.refused);
    say(format_args!(
        "a disk filled {times} times: {answered} visits answered and there, {refused} refused and not there"
    ));
}
