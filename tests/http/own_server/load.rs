//! Many at once.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::any_server::RESOURCES;
use crate::server::{Runtime, Setup};
use crate::volume::Volume;

const CLIENTS: usize = 64;

/// Starts clients that all begin at once, and gives what each of them does.
fn at_once<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(CLIENTS);
    thread::scope(|scope| {
        let threads = (0..CLIENTS).map(|number| {
            let (start, work) = (&start, &work);
            scope.spawn(move || {
                start.wait();
                work(number)
            })
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().expect("a client")).collect()
    })
}

/// Whatever way a runtime has of spreading requests over instances: on one of them, waiting for each other took forever.
#[test]
fn the_first_requests_on_an_empty_volume_may_be_of_any_kind_and_come_all_at_once() {
    for runtime in Runtime::ALL {
        let server = Setup::new().runtime(runtime).start();
        let target = |number: usize| RESOURCES[number % RESOURCES.len()];
        let statuses = at_once(|number| {
            let client = server.client();
            (0..10).map(|round| client.get(target(number + round)).status).collect::<Vec<_>>()
        });
        assert_eq!(statuses.concat(), [200; 10 * CLIENTS], "{}", server.log());
        let asked = (0..CLIENTS).flat_map(|number| (0..10).map(move |round| target(number + round)));
        let visits = asked.filter(|target| ["/", "/count.gif"].contains(target)).count();
        assert_eq!(server.volume().audit(), i64::try_from(visits).expect("a number"));

        let start = Instant::now();
        at_once(|_| server.client().visit());
        assert!(start.elapsed() < Duration::from_secs(2), "{:?} on {runtime:?}", start.elapsed());
    }
}

#[test]
fn two_servers_may_begin_on_one_empty_volume_at_once() {
    let volume = Volume::new();
    let servers = [Setup::on(&volume).start(), Setup::on(&volume).start()];
    let visits = at_once(|number| {
        let client = servers[number % 2].client();
        [(); 5].map(|()| client.visit())
    });
    let mut ids = visits.concat();
    ids.sort_unstable();
    assert_eq!(ids, (1..=5 * 64).collect::<Vec<i64>>());
    assert_eq!(volume.audit(), 5 * 64);
    assert_eq!(servers.each_ref().map(|server| server.client().count("")), [5 * 64; 2]);
}
