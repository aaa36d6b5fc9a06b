//! The end of the process, at any moment.

use std::thread;
use std::time::{Duration, Instant};

use super::ledger::Ledger;
use super::load::Load;
use super::random::Random;
use super::{few_pages, say, scaled};
use crate::server::Setup;
use crate::volume::Volume;

const CONNECTIONS: usize = 64;

#[test]
fn killed_again_and_again_under_load_it_has_each_answered_visit_once() {
    let kills = scaled(4, 50);
    let mut random = Random::new();
    let start = Instant::now();
    let volume = Volume::new();
    let (mut all, mut recorded) = (Ledger::default(), Setup::on(&volume).start().client().visit());
    for kill in 1..=kills {
        let server = Setup::on(&volume).start();
        let load = Load::on(&server, CONNECTIONS, few_pages);
        load.wait_for_answers(1);
        thread::sleep(random.less_than(Duration::from_millis(900)));
        server.kill();
        let answered = load.stop();

        let left = volume.copy();
        let before = recorded;
        recorded = left.audit();
        let unanswered = recorded - before - answered.answered();
        // Those whose answers were under way may be there or not.
        assert!(
            (0..=i64::try_from(CONNECTIONS).expect("a number")).contains(&unanswered),
            "kill {kill}: {} were answered of {}",
            answered.answered(),
            recorded - before
        );
        answered.assert_in(&left.log(), few_pages);
        all.add(answered);
        if kill % 10 == 0 {
            say(format_args!("killed {kill} times, {recorded} visits"));
        }
    }
    let server = Setup::on(&volume).start();
    assert_eq!(server.client().visit(), recorded + 1);
    assert_eq!(volume.audit(), recorded + 1);
    assert_eq!(server.client().count(""), recorded + 1);
    all.assert_in(&volume.log(), few_pages);
    say(format_args!(
        "killed {kills} times in {:.0?}: {} visits answered and all there, {} more recorded without an answer",
        start.elapsed(),
        all.answered(),
        recorded - 1 - all.answered()
    ));
}

#[test]
fn killed_while_it_begins_it_begins_again() {
    let kills = scaled(4, 50);
    let mut random = Random::new();
    let mut begun = 0;
    for _ in 0..kills {
        let volume = Volume::new();
        let server = Setup::on(&volume).start();
        let load = Load::on(&server, CONNECTIONS, few_pages);
        thread::sleep(random.less_than(Duration::from_millis(40)));
        server.kill();
        let answered = load.stop();
        begun += usize::from(volume.database().exists());

        let server = Setup::on(&volume).start();
        let visit = server.client().visit();
        assert_eq!(volume.audit(), visit);
        answered.assert_in(&volume.log(), few_pages);
    }
    say(format_args!(
        "killed {kills} times within 40 ms of the start, {begun} of them with a database: it begins again"
    ));
}
