//! Many at once.

use std::thread;
use std::time::Duration;

use crate::any_server::RESOURCES;
use crate::server::{Runtime, Setup};
use crate::soak::few_pages;
use crate::soak::load::{Ledger, Load};
use crate::volume::Volume;

/// Whatever way a runtime has of spreading requests over instances: on one of them, waiting for each other took forever.
#[test]
fn the_first_requests_on_an_empty_volume_may_be_of_any_kind_and_come_all_at_once() {
    for runtime in Runtime::ALL {
        let server = Setup::new().runtime(runtime).start();
        thread::scope(|scope| {
            for number in 0..6 * RESOURCES.len() {
                let client = server.client();
                scope.spawn(move || {
                    for target in RESOURCES.into_iter().cycle().skip(number).take(RESOURCES.len()) {
                        assert_eq!(client.get(target).status, 200, "{target}");
                    }
                });
            }
        });
        // Two of the resources record visits.
        assert_eq!(usize::try_from(server.volume().audit()), Ok(2 * 6 * RESOURCES.len()));

        let ledger = Load::of(1000, &server, 64, few_pages).finish();
        assert_eq!((ledger.answered(), ledger.refused), (1000, 0));
        assert!(ledger.slowest < Duration::from_secs(2), "{:?} on {runtime:?}", ledger.slowest);
    }
}

#[test]
fn two_servers_may_begin_on_one_empty_volume_at_once() {
    let volume = Volume::new();
    let servers = [Setup::on(&volume).start(), Setup::on(&volume).start()];
    let mut ledger = Ledger::new(few_pages);
    for load in servers.each_ref().map(|server| Load::of(300, server, 32, few_pages)) {
        ledger.add(load.finish());
    }
    assert_eq!(ledger.answered(), 600);
    ledger.audit_all(&volume);
    assert_eq!(servers.each_ref().map(|server| server.client().count("")), [600; 2]);
}
