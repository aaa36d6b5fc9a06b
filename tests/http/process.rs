//! What a server takes of its machine.

use std::fs;

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

    /// Waits until no instance has the database open any more, as happens after a second without a request.
    pub fn wait_until_idle(&self) {
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
