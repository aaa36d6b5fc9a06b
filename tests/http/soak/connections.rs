//! Clients that connect and say nothing, or not all.

use std::io::Write;
use std::net::TcpStream;

use super::load::Load;
use super::{few_pages, mib, say, scaled};
use crate::process::allow_files;
use crate::server::{Server, eventually};
use crate::wire::authority;

/// Nothing, half a request line, and half of the headers.
const BEGINNINGS: [&str; 3] = ["", "GET /count.gif?pa", "GET / HTTP/1.1\r\nhost: localhost\r\naccept: te"];

/// How many files this process and the server want for anything else.
const OTHERS: usize = 500;

/// How much memory a connection may take while it is there, which is Hyper's buffer and a task.
const EACH: usize = 32 << 10;

/// How much memory may come and go with the instances.
const OTHER_MEMORY: usize = 48 << 20;

fn connect(server: &Server, number: usize) -> TcpStream {
    let mut stream = TcpStream::connect(authority(server.url())).unwrap_or_else(|error| panic!("{number}: {error}"));
    stream.write_all(BEGINNINGS[number % BEGINNINGS.len()].as_bytes()).expect("half a request");
    stream
}

#[test]
fn thousands_who_say_nothing_stop_no_visit_and_leave_nothing_behind() {
    let (wanted, visits, times) = scaled((500, 1000, 2), (10_000, 10_000, 6));
    let allowed = allow_files(wanted + OTHERS).saturating_sub(OTHERS);
    let silent = wanted.min(allowed);
    if silent < wanted {
        say(format_args!("no more than {silent} connections are allowed here, of {wanted}"));
    }
    let server = Server::start();
    let mut recorded = Load::of(visits, &server, 32, few_pages).finish().answered();
    server.wait_for_rest();
    let (files, memory) = (server.open_files(), server.memory());
    let mut kept = 0;
    for time in 1..=times {
        let crowd: Vec<_> = (0..silent).map(|number| connect(&server, number)).collect();
        eventually("all of them to be taken", || (server.open_files() >= files + silent).then_some(()));
        let ledger = Load::of(visits, &server, 32, few_pages).finish();
        assert_eq!((ledger.refused, ledger.unanswered), (0, 0));
        recorded += ledger.answered();
        let there = server.memory();
        assert!(
            there < memory + silent * EACH + OTHER_MEMORY,
            "{there} bytes with {silent} connections, {memory} without"
        );
        drop(crowd);
        server.wait_for_rest();
        eventually("as many open files as before", || (server.open_files() <= files).then_some(()));
        let left = server.memory();
        // The allocator keeps what they had for those who come next, and needs some times until it is enough.
        if time <= times / 2 {
            kept = left;
        }
        assert!(left < kept + OTHER_MEMORY, "{left} bytes after {silent} connections, time {time}; {kept} once");
        say(format_args!(
            "{silent} silent connections, time {time}: {} MiB before, {} MiB with them, {} MiB after; the slowest of {} \
            visits among them took {:.0?}",
            mib(memory),
            mib(there),
            mib(left),
            ledger.answered(),
            ledger.slowest
        ));
    }
    assert_eq!(server.volume().audit(), recorded);
}
