//! Visitors who come while something happens.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::client::Client;
use crate::release::Release;

/// Visits without pause until it is told to stop, over one connection at a time of so many requests: how many visits
/// were answered, and what came instead.
fn visit(url: &str, requests_of_a_connection: usize, stop: &AtomicBool) -> (i64, Vec<String>) {
    let (mut answered, mut failed) = (0, Vec::new());
    let mut client = Client::new(url);
    for request in 1.. {
        match client.try_get("/") {
            Ok(answer) if answer.recorded().is_some() => answered += 1,
            Ok(answer) => failed.push(format!("{}: {}", answer.status, answer.text())),
            Err(error) => failed.push(error.to_string()),
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
        if request % requests_of_a_connection == 0 {
            client = Client::new(url);
        }
    }
    (answered, failed)
}

/// Does something while 16 clients visit: how many visits were answered, and what came instead.
pub fn under_load(
    release: &Release,
    requests_of_a_connection: usize,
    work: impl FnOnce() + Send,
) -> (i64, Vec<String>) {
    under_load_of(16, &release.url(), requests_of_a_connection, work)
}

/// The same, with so many clients of any URL.
pub fn under_load_of(
    clients: usize,
    url: &str,
    requests_of_a_connection: usize,
    work: impl FnOnce() + Send,
) -> (i64, Vec<String>) {
    // Hundreds of connections a second would use up the ports of this network, which is the tests' own.
    fs::write("/proc/sys/net/ipv4/tcp_tw_reuse", "1").expect("a network of our own");
    let stop = AtomicBool::new(false);
    let clients = thread::scope(|scope| {
        let visit = || visit(url, requests_of_a_connection, &stop);
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(visit)).collect();
        let worked = scope.spawn(work).join();
        stop.store(true, Ordering::Relaxed);
        worked.expect("work");
        clients.into_iter().map(|client| client.join().expect("a client")).collect::<Vec<_>>()
    });
    let answered = clients.iter().map(|(answered, _)| answered).sum();
    let failed: Vec<_> = clients.into_iter().flat_map(|(_, failed)| failed).collect();
    eprintln!("{answered} answered, {} failed", failed.len());
    (answered, failed)
}
