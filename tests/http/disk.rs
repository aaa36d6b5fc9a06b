//! A volume that can be full: a small file system, which only the host sees.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::{Server, Setup, eventually};
use crate::volume::Volume;

const UNSHARE: [&str; 4] = ["unshare", "--user", "--map-root-user", "--mount"];

/// A host whose data directory is a file system of this size, with a clock of its own, and the token `secret`.
pub fn start(size: &str) -> Server {
    let volume = Volume::new();
    fs::create_dir(volume.data()).expect("a directory");
    let data = volume.data();
    let data = data.to_str().expect("a path");
    let mount = Command::new(UNSHARE[0]).args(&UNSHARE[1..]).args(["mount", "-t", "tmpfs", "tmpfs", data]).output();
    let works = mount.as_ref().is_ok_and(|output| output.status.success());
    assert!(works, "`unshare` cannot mount a disk; without it, leave these tests out by `--skip full_disk`: {mount:?}");
    let script = "mount -t tmpfs -o size=\"$1\" tmpfs \"$2\" && shift 2 && exec \"$@\"";
    Setup::on(&volume)
        .through(UNSHARE)
        .through(["sh", "-c", script, "sh", size, data])
        .at("2026-03-29T01:00:00Z")
        .variable("export_token", "secret")
        .start()
}

/// The path by which the host's own file system is reached.
pub fn seen_by(server: &Server, path: &Path) -> PathBuf {
    let path = path.strip_prefix("/").expect("an absolute path");
    Path::new("/proc").join(server.pid().to_string()).join("root").join(path)
}

/// What takes the room.
pub fn filler(server: &Server) -> PathBuf {
    seen_by(server, &server.volume().data().join("filler"))
}

/// Writes until nothing more fits.
pub fn fill(server: &Server) {
    let mut filler = OpenOptions::new().create(true).append(true).open(filler(server)).expect("a file");
    // What is yet to be written may have more room reserved than it takes.
    for _ in 0..3 {
        for size in [4096, 1] {
            while filler.write_all(&vec![b'x'; size]).is_ok() {}
        }
        filler.sync_all().expect("all is written");
    }
}

/// Gives the room back.
pub fn free(server: &Server) {
    fs::remove_file(filler(server)).expect("a file to remove");
}

/// Copies what is on the server's disk to the same place on ours, and gives that.
pub fn copy(server: &Server) -> &Volume {
    let wal = seen_by(server, &server.volume().wal());
    eventually("all that is written to be in the database", || (!wal.exists()).then_some(()));
    let database = server.volume().database();
    fs::copy(seen_by(server, &database), &database).expect("a copy");
    server.volume()
}
