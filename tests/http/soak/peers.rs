//! Peers that hang, reset and talk without end, all of them asked at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::load::Load;
use super::{AT_ONCE, few_pages, mib, say, scaled};
use crate::cluster::fake::Fake;
use crate::server::Setup;

const TIMEOUT: Duration = Duration::from_millis(500);

const ASKERS: usize = 4;

const TARGETS: [&str; 4] = [
    "/visits/count?scope=cluster",
    "/visits/histogram?scope=cluster",
    "/visits/summary?scope=cluster",
    "/visits?scope=cluster",
];

/// How much more memory there may be: an answer of 2 MiB from each of two peers, for each asker and some more.
const MEMORY: usize = 96 << 20;

#[test]
fn peers_that_hang_and_reset_and_talk_without_end_cost_a_timeout_and_no_visit() {
    let rounds = scaled(4, 60);
    let hangs = Fake::silent();
    let resets = Fake::resetting();
    let announces = Fake::pouring("HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n", " ");
    let chunk = format!("400\r\n{}\r\n", " ".repeat(0x400));
    let goes_on = Fake::pouring("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", &chunk);
    let peers = [&hangs, &resets, &announces, &goes_on];
    let urls = peers.map(Fake::url).join(",");
    let timeout = TIMEOUT.as_millis().to_string();
    let server = Setup::new().variable("peers", &urls).variable("peer_timeout_ms", &timeout).start();

    let load = Load::on(&server, 16, few_pages);
    load.wait_for_answers(1000);
    let before = server.peak_memory();
    let slowest = AtomicUsize::new(0);
    thread::scope(|scope| {
        for asker in 0..ASKERS {
            let (server, slowest) = (&server, &slowest);
            scope.spawn(move || {
                let client = server.client();
                for target in TARGETS.iter().cycle().skip(asker).take(rounds) {
                    let start = Instant::now();
                    let answer = client.json(target);
                    let took = start.elapsed();
                    assert!(took < TIMEOUT + AT_ONCE, "{target} took {took:?}");
                    slowest.fetch_max(usize::try_from(took.as_millis()).expect("a time"), Ordering::Relaxed);
                    assert_eq!(answer["missing"], serde_json::json!(peers.map(Fake::name)), "{target}");
                    assert_eq!(answer["complete"], false, "{target}");
                }
            });
        }
    });
    let grown = server.peak_memory() - before;
    let ledger = load.stop();
    assert!(ledger.slowest < AT_ONCE, "a visit took {:?}", ledger.slowest);
    assert!(grown < MEMORY, "{grown} bytes more");
    assert_eq!(server.volume().audit(), ledger.answered());
    ledger.assert_all_of(&server.volume().log(), few_pages);
    assert_eq!(ledger.refused, 0);
    say(format_args!(
        "peers that hang, reset and send 100 MB, asked {} times: the slowest answer took {} ms, the slowest of {} \
        visits {:.0?}; {} MiB more memory at most",
        ASKERS * rounds,
        slowest.into_inner(),
        ledger.answered(),
        ledger.slowest,
        mib(grown)
    ));
}
