//! A volume that fills: a small one, which only the host sees.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use super::{assert_unavailable, visit_until_unavailable};
use crate::server::{Server, Setup, eventually};
use crate::volume::Volume;

const UNSHARE: [&str; 4] = ["unshare", "--user", "--map-root-user", "--mount"];

/// A host whose data directory is a file system of this size; `None` where that is not allowed.
fn start_on_a_disk_of(size: &str) -> Option<Server> {
    let volume = Volume::new();
    let attempt = Command::new(UNSHARE[0])
        .args(&UNSHARE[1..])
        .args(["mount", "-t", "tmpfs", "tmpfs"])
        .arg(volume.path())
        .output();
    match attempt {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            eprintln!("not tested: no disk of our own: {}", String::from_utf8_lossy(&output.stderr).trim());
            return None;
        }
        Err(error) => {
            eprintln!("not tested: no disk of our own: unshare: {error}");
            return None;
        }
    }
    fs::create_dir(volume.data()).expect("a directory");
    let script = "mount -t tmpfs -o size=\"$1\" tmpfs \"$2\" && shift 2 && exec \"$@\"";
    let data = volume.data();
    let data = data.to_str().expect("a path");
    Some(Setup::on(&volume).through(UNSHARE).through(["sh", "-c", script, "sh", size, data]).start())
}

/// The path by which the host's own file system is reached.
fn seen_by(server: &Server, path: &Path) -> PathBuf {
    let path = path.strip_prefix("/").expect("an absolute path");
    Path::new("/proc").join(server.pid().to_string()).join("root").join(path)
}

/// Checks what is on the server's disk: a copy of it, since SQLite would look for the path on our own disk. Gives the
/// number of visits.
fn audit(server: &Server) -> i64 {
    let database = server.volume().database();
    let wal = seen_by(server, &server.volume().data().join("visits.db-wal"));
    eventually("all that is written to be in the database", || (!wal.exists()).then_some(()));
    fs::copy(seen_by(server, &database), &database).expect("a copy");
    server.volume().audit()
}

/// Writes until nothing more fits.
fn fill(file: &Path) {
    let mut filler = OpenOptions::new().create(true).append(true).open(file).expect("a file");
    for size in [4096, 1] {
        while filler.write_all(&vec![b'x'; size]).is_ok() {}
    }
}

#[test]
fn a_full_disk_is_unavailable_until_there_is_room() {
    let Some(server) = start_on_a_disk_of("1m") else { return };
    let client = server.client();
    let filler = seen_by(&server, &server.volume().data().join("filler"));
    assert_eq!((client.visit(), client.visit(), client.visit()), (1, 2, 3));
    fill(&filler);
    let mut visits = 3 + visit_until_unavailable(&client);
    assert_unavailable(&server, "database or disk is full");
    fs::remove_file(&filler).expect("a file to remove");
    visits += 1;
    assert_eq!(client.visit(), visits, "a visit without an answer counted");
    assert_eq!(client.get("/readyz").status, 200);
    assert_eq!(audit(&server), visits);
}

#[test]
fn a_disk_that_fills_during_a_load_loses_no_visit_that_was_answered() {
    let Some(server) = start_on_a_disk_of("2m") else { return };
    let filler = seen_by(&server, &server.volume().data().join("filler"));
    // What is left is not enough for long.
    fs::write(&filler, vec![b'x'; 1_500_000]).expect("a file");
    let recorded = AtomicI64::new(0);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let client = server.client();
                recorded.fetch_add(visit_until_unavailable(&client), Ordering::Relaxed);
            });
        }
    });
    fs::remove_file(&filler).expect("a file to remove");
    let recorded = recorded.into_inner();
    assert!(recorded > 0);
    assert_eq!(server.client().visit(), recorded + 1, "a visit without an answer counted");
    assert_eq!(audit(&server), recorded + 1);
}

#[test]
fn a_disk_that_is_full_from_the_start_is_unavailable_until_there_is_room() {
    let Some(server) = start_on_a_disk_of("256k") else { return };
    let filler = seen_by(&server, &server.volume().data().join("filler"));
    fill(&filler);
    assert_unavailable(&server, "footfall: ");
    // Room for a part of what it takes to begin.
    let file = File::options().write(true).open(&filler).expect("a file");
    for room in [8, 24, 40, 56] {
        file.set_len((256 - room) << 10).expect("a shorter file");
        let answer = server.client().get("/");
        assert!([200, 503].contains(&answer.status), "{}", answer.status);
    }
    drop(file);
    fs::remove_file(&filler).expect("a file to remove");
    assert_eq!(server.client().visit(), audit(&server));
}
