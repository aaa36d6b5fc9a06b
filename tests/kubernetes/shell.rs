//! The shell of somebody who follows a document.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::release::{ROOT, Release, kubectl, stdout};

/// A shell in a directory of its own, for which a namespace is the one of the current context.
pub struct Shell {
    directory: tempfile::TempDir,
}

impl Shell {
    pub fn of(release: &Release) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let config = directory.path().join("kubeconfig");
        std::fs::copy(env::var_os("KUBECONFIG").expect("a kubeconfig"), &config).expect("a copy");
        let context = ["config", "set-context", "--current", "--namespace", &release.namespace];
        stdout(kubectl(&context).env("KUBECONFIG", &config));
        for name in ["deploy", "target"] {
            std::os::unix::fs::symlink(Path::new(ROOT).join(name), directory.path().join(name)).expect("a link");
        }
        Self { directory }
    }

    /// Runs commands, of which none may fail: what they write.
    pub fn run(&self, commands: &str) -> String {
        let path = format!("{ROOT}/target/tools:{}", env::var("PATH").expect("a path"));
        let mut bash = Command::new("bash");
        bash.args(["-c", &format!("set -euo pipefail\n{commands}")]);
        bash.current_dir(self.directory.path()).env("PATH", path);
        stdout(bash.env("KUBECONFIG", self.directory.path().join("kubeconfig")))
    }
}
