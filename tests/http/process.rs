//! What a server takes of its machine.

use std::fs;
use std::process::Command;

use crate::server::{Server, eventually};

impl Server {
    /// The memory it has, in bytes.
    pub fn memory(&self) -> usize {
        self.status("VmRSS:")
    }

    /// The most memory that it ever had, in bytes.
    pub fn peak_memory(&self) -> usize {
        self.status("VmHWM:")
    }

    /// How many files and connections it has open.
    pub fn open_files(&self) -> usize {
        self.files().count()
    }

    /// Waits until no instance is left that has the database open, as happens after a second without a request.
    pub fn wait_for_rest(&self) {
        // A file may be closed between the two looks at it.
        let open =
            |file: fs::DirEntry| fs::read_link(file.path()).is_ok_and(|path| path.starts_with(self.volume().data()));
        eventually("the end of the instances", || (!self.files().any(open)).then_some(()));
    }

    fn files(&self) -> impl Iterator<Item = fs::DirEntry> {
        fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("its files").map_while(Result::ok)
    }

    fn status(&self, name: &str) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect(name);
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
    }
}

/// Allows this process, and those that it starts, to have so many files open, as far as that goes. Gives how many they
/// may have.
pub fn allow_files(wanted: usize) -> usize {
    let (soft, hard) = files_limit();
    if soft >= wanted {
        return soft;
    }
    let limit = format!("--nofile={}:{hard}", wanted.min(hard));
    let own = std::process::id().to_string();
    match Command::new("prlimit").args(["--pid", &own, &limit]).status() {
        Ok(status) if status.success() => {}
        failed => eprintln!("the limit of open files stays {soft}: prlimit: {failed:?}"),
    }
    files_limit().0
}

fn files_limit() -> (usize, usize) {
    let limits = fs::read_to_string("/proc/self/limits").expect("limits");
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).expect("a limit of open files");
    let mut numbers = line.split_whitespace().map(|number| number.parse().unwrap_or(usize::MAX));
    (numbers.next().expect("a soft limit"), numbers.next().expect("a hard limit"))
}
