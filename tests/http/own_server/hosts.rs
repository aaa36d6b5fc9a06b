//! The local hosts themselves: what they refuse, and how they end.

use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use crate::server::{MANIFEST, Runtime, Setup};

/// The one line that a host says where it cannot start.
fn refusal(runtime: Runtime, profile: Option<&str>) -> String {
    let mut command = Command::new(runtime.host());
    command.args(["--from", MANIFEST, "--listen", "127.0.0.1:0"]);
    command.args(profile.map(|profile| format!("--profile={profile}")));
    let output = command.output().expect("the host");
    let line = String::from_utf8(output.stderr).expect("text");
    assert_eq!((output.status.code(), line.lines().count(), output.stdout.len()), (Some(1), 1, 0), "{line}");
    line
}

#[test]
fn each_host_runs_the_build_that_is_its_own() {
    for runtime in Runtime::ALL {
        let server = Setup::new().runtime(runtime).start();
        assert_eq!(server.client().visit(), 1, "{runtime:?}");
    }
}

#[test]
fn each_host_refuses_the_build_for_the_other() {
    let line = refusal(Runtime::Spin40, Runtime::Spin41.profile());
    let spin =
        "component imports instance `wasi:http/types@0.3.0`, but a matching implementation was not found in the linker";
    assert!(line.starts_with("footfall-host: ") && line.contains(spin), "{line}");
    let line = refusal(Runtime::Spin41, Runtime::Spin40.profile());
    assert!(line.contains("this host is Spin 4.1") && line.contains("run it with footfall-host-4-0"), "{line}");
}

#[test]
fn a_profile_that_the_manifest_does_not_define_is_refused() {
    for runtime in Runtime::ALL {
        let line = refusal(runtime, Some("finel"));
        assert!(line.contains("Profile finel is not defined in this application"), "{line}");
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
        let authority = server.url().trim_start_matches("http://").to_owned();
        let connections: Vec<_> = (0..64).map(|_| TcpStream::connect(&authority)).collect();
        assert_eq!(server.wait().code(), Some(1), "{runtime:?}");
        server.wait_for_log("cannot accept a connection: Too many open files");
        drop(connections);
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
