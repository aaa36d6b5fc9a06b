//! Clients that connect and say nothing, or not all.

use std::io::Write;
use std::net::TcpStream;

use super::load::Load;
use super::{few_pages, say, scaled};
use crate::server::{Server, eventually};
use crate::wire::authority;

/// Nothing, half a request line, and half of the headers.
const BEGINNINGS: [&str; 3] = ["", "GET /footfall.gif?pa", "GET / HTTP/1.1\r\nhost: localhost\r\naccept: te"];

/// How much memory a connection may take while it is there, which is Hyper's buffer and a task.
const EACH: usize = 32 << 10;

/// How much memory may come and go with the instances.
const OTHER_MEMORY: usize = 48 << 20;

fn connect(server: &Server, number: usize) -> TcpStream {
    let mut stream = TcpStream::connect(authority(server.url())).expect("a connection; see `ulimit -n`");
    stream.write_all(BEGINNINGS[number % BEGINNINGS.len()].as_bytes()).expect("half a request");
    stream
}

#[test]
fn thousands_who_say_nothing_stop_no_visit_and_leave_nothing_behind() {
    let (silent, visits, times) = scaled((300, 1000, 2), (9000, 10_000, 6));
    let server = Server::start();
    let mut recorded = Load::of(visits, &server, 32, few_pages).finish().answered();
    server.wait_until_idle();
    let (files, memory) = (server.open_files(), server.memory());
    let mut kept = 0;
    for time in 1..=times {
        let crowd: Vec<_> = (0..silent).map(|number| connect(&server, number)).collect();
        eventually("all of them to be taken", || (server.open_files() >= files + silent).then_some(()));
        let ledger = Load::of(visits, &server, 32, few_pages).finish();
        assert_eq!((ledger.refused, ledger.unanswered), (0, 0));
        recorded += ledger.answered();
        let there = server.memory();
        assert!(there < memory + silent * EACH + OTHER_MEMORY, "{there} bytes with them, {memory} without");
        drop(crowd);
        server.wait_until_idle();
        eventually("as many open files as before", || (server.open_files() <= files).then_some(()));
        let left = server.memory();
        // The allocator keeps what they had for those who come next, and needs some times until it is enough.
        if time <= times / 2 {
            kept = left;
        }
        assert!(left < kept + OTHER_MEMORY, "{left} bytes after them, time {time}; {kept} once");
        let (mib, slowest) = ([memory, there, left].map(|bytes| bytes >> 20), ledger.slowest);
        say(format_args!(
            "{silent} silent connections: {mib:?} MiB before, with and after them, visits in {slowest:.0?}"
        ));
    }
    assert_eq!(server.volume().audit(), recorded);
}
