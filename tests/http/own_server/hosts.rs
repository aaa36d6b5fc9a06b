//! The local hosts themselves: what they refuse, and how they end.

use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use crate::client::Client;
use crate::server::{MANIFEST, Runtime, Setup};
use crate::wire::authority;

#[test]
fn a_host_refuses_what_it_cannot_run_in_a_line() {
    let other = "component imports instance `wasi:http/types@0.3.0`, but a matching implementation was not found in the \
        linker";
    for (runtime, profile, reason) in [
        (Runtime::Spin40, Some("final"), other),
        (Runtime::Spin40, Some("finel"), "Profile finel is not defined in this application"),
        (Runtime::Spin41, None, "this host is Spin 4.1"),
        (Runtime::Spin41, None, "run it with footfall-host-4-0"),
        (Runtime::Spin41, Some("finel"), "Profile finel is not defined in this application"),
    ] {
        let mut command = Command::new(runtime.host());
        command.args(["--from", MANIFEST, "--listen", "127.0.0.1:0"]);
        command.args(profile.map(|profile| format!("--profile={profile}")));
        let output = command.output().expect("the host");
        let line = String::from_utf8(output.stderr).expect("text");
        assert_eq!((output.status.code(), line.lines().count(), output.stdout.len()), (Some(1), 1, 0), "{line}");
        assert!(line.starts_with("footfall-host: ") && line.contains(reason), "{line}");
    }
}

/// The address that the chart gives, which the shim hands to Spin as it is.
#[test]
fn a_host_on_the_unspecified_address_of_ipv6_is_reached_by_ipv4_as_well() {
    for runtime in Runtime::ALL {
        let server = Setup::new().runtime(runtime).option("--listen", "[::]:0").start();
        let (_, port) = server.url().rsplit_once(':').expect("a port");
        for (visit, address) in (1..).zip(["[::1]", "127.0.0.1"]) {
            assert_eq!(Client::new(&format!("http://{address}:{port}")).visit(), visit);
        }
    }
}

#[test]
fn a_host_ends_at_sigterm() {
    for runtime in Runtime::ALL {
        let mut server = Setup::new().runtime(runtime).start();
        server.client().visit();
        let kill = Command::new("kill").arg(server.pid().to_string()).status();
        assert!(kill.is_ok_and(|status| status.success()));
        assert_eq!(server.wait().code(), Some(128 + 15), "{runtime:?}");
    }
}

#[test]
fn a_host_ends_where_no_file_descriptor_is_left_for_a_connection() {
    for runtime in Runtime::ALL {
        let mut server = Setup::new().runtime(runtime).through(["prlimit", "--nofile=32"]).start();
        let _connections: Vec<_> = (0..64).map(|_| TcpStream::connect(authority(server.url()))).collect();
        assert_eq!(server.wait().code(), Some(1), "{runtime:?}");
        server.wait_for_log("cannot accept a connection: Too many open files");
    }
}

#[test]
fn a_host_ends_before_the_statement_that_it_is_told_to_end_before() {
    for runtime in Runtime::ALL {
        let mut server = Setup::new().runtime(runtime).option("--exit-before", "INSERT INTO visits").start();
        assert_eq!(server.client().get("/healthz").status, 200);
        assert!(server.client().try_get("/").is_err());
        assert_eq!(server.wait().signal(), Some(9), "{runtime:?}");
        assert_eq!(server.volume().log(), [], "{runtime:?}");
    }
}

#[test]
fn an_instance_that_needs_more_memory_than_it_may_have_is_an_error() {
    for runtime in Runtime::ALL {
        let server = Setup::new().runtime(runtime).instance_memory(1 << 20).start();
        assert_eq!(server.client().get("/").status, 500);
        server.wait_for_log("bytes of memory may not have");
    }
}
