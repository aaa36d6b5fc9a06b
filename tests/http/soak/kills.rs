//! The end of the process, at any moment.

use std::thread;
use std::time::Duration;

use super::load::{Ledger, Load};
use super::{few_pages, say, scaled};
use crate::random::Random;
use crate::server::Setup;
use crate::volume::Volume;

#[test]
fn killed_again_and_again_under_load_it_has_each_answered_visit_once() {
    let kills = scaled(4, 50);
    let mut random = Random::new(1);
    let volume = Volume::new();
    let (mut all, mut recorded) = (Ledger::new(few_pages), 0);
    for kill in 1..=kills {
        let server = Setup::on(&volume).variable("synchronous", random.choose(&["normal", "full"])).start();
        let load = Load::on(&server, 64, few_pages);
        load.wait_for_answers(1);
        thread::sleep(Duration::from_millis(random.below(900).cast_unsigned()));
        server.kill();
        let unanswered = recorded - all.answered();
        all.add(load.stop());
        recorded = volume.copy().audit();
        // A visit of each connection, whose answer was under way, may be there or not.
        let more = recorded - all.answered() - unanswered;
        assert!((0..=64).contains(&more), "{more} after kill {kill}");
    }
    let server = Setup::on(&volume).start();
    assert_eq!(server.client().visit(), recorded + 1);
    assert_eq!(all.audit(&volume), recorded + 1);
    assert_eq!(server.client().count(""), recorded + 1);
    say(format_args!("killed {kills} times: {} of {recorded} visits answered, and all there", all.answered()));
}
