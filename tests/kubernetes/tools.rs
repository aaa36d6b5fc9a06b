//! The programs that ask the cluster.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The root of the project.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The address of the node of the cluster of our own.
pub const NODE: &str = "198.18.0.1";

/// How long anything may take that is only a matter of time.
pub const PATIENCE: Duration = Duration::from_mins(3);

/// The directory of the cluster of our own, where the tests are beside one.
pub fn own_cluster() -> Option<PathBuf> {
    there_is_a_cluster().then(|| env::var_os("FOOTFALL_CLUSTER").map(PathBuf::from))?.filter(|path| path.is_absolute())
}

/// Whether there is any; says so where there is none.
pub fn there_is_a_cluster() -> bool {
    let there = env::var_os("FOOTFALL_CLUSTER").is_some();
    if !there {
        eprintln!("not tested: there is no cluster; `make kubernetes` starts one");
    }
    there
}

/// kubectl, for the whole cluster.
pub fn kubectl() -> Command {
    Command::new("kubectl")
}

/// Helm, with nothing of this machine's settings.
pub fn helm() -> Command {
    let mut helm = Command::new(format!("{ROOT}/target/tools/helm"));
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HELM_")) {
        helm.env_remove(name);
    }
    helm
}

/// What a program wrote to standard output; it has to succeed.
pub fn stdout(command: &mut Command) -> String {
    tried(command).unwrap_or_else(|error| panic!("{error}"))
}

/// The same, where it may fail: with what it said.
pub fn tried(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let stdout = String::from_utf8(output.stdout).expect("text");
    if output.status.success() {
        return Ok(stdout);
    }
    Err(format!("{command:?} failed: {}{stdout}", String::from_utf8_lossy(&output.stderr)))
}

/// Applies objects, which may be there already.
pub fn apply(namespace: &str, objects: &serde_json::Value) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("objects.json");
    std::fs::write(&file, objects.to_string()).expect("a file");
    stdout(kubectl().args(["apply", "--namespace", namespace, "--filename"]).arg(file));
}

/// Tries until it is so.
pub fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        thread::sleep(Duration::from_millis(200));
    }
}
