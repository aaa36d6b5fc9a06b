//! A database that cannot be written, and can be again.

use super::ledger::Ledger;
use super::load::Load;
use super::{few_pages, say, scaled};
use crate::server::{Setup, eventually};
use crate::volume::set_mode;

#[test]
fn a_database_that_turns_read_only_again_and_again_costs_no_answered_visit_and_takes_no_restart() {
    let times = scaled(2, 20);
    let server = Setup::new().bound().start();
    let client = server.client();
    let mut load = Load::on(&server, 32, few_pages);
    let mut all = Ledger::default();
    for time in 1..=times {
        load.wait_for_answers(300);
        set_mode(&server.volume().database(), 0o444);
        // Who has the database open may still write, and without a lull there is always somebody: SQLite passes what a
        // closed connection had open on to the next.
        all.add(load.stop());
        server.wait_for_rest();
        load = Load::on(&server, 32, few_pages);
        eventually("visits that are refused", || (load.refused() > 100).then_some(()));
        assert_eq!(client.get("/healthz").status, 200);
        assert_eq!(client.count(""), all.answered(), "not what was answered before");
        server.volume().make_writable();
        load.wait_for_answers(300);
        if time % 10 == 0 {
            say(format_args!("read-only {time} times, {} visits answered, {} refused", all.answered(), all.refused));
        }
    }
    all.add(load.stop());
    assert_eq!(client.get("/readyz").status, 200);
    assert_eq!(client.count(""), all.answered());
    assert_eq!(server.volume().audit(), all.answered(), "{} were refused", all.refused);
    all.assert_all_of(&server.volume().log(), few_pages);
    say(format_args!(
        "a database that was read-only {times} times: {} visits answered and all there, {} refused and none there",
        all.answered(),
        all.refused
    ));
}
