//! The processes of pods, where the tests run beside them.

use std::fs;
use std::process::Command;

use crate::release::{Release, stdout, try_stdout};

/// The address of the node.
pub const NODE: &str = "198.18.0.1";

/// The processes of a replica's container, known by its cgroup.
pub fn processes(release: &Release, replica: usize) -> Vec<String> {
    let id = release.container(replica)["containerID"].as_str().expect("a container").to_owned();
    let id = id.strip_prefix("containerd://").expect("a container of containerd");
    let found = stdout(Command::new("find").args(["/sys/fs/cgroup", "-path", &format!("*{id}/cgroup.procs")]));
    let lists = found.lines().filter_map(|file| fs::read_to_string(file).ok());
    let list = lists.into_iter().find(|list| !list.is_empty());
    list.unwrap_or_else(|| panic!("replica {replica} has no processes")).lines().map(str::to_owned).collect()
}

/// The process of the kubelet, if it runs.
pub fn kubelet() -> Option<String> {
    Some(try_stdout(Command::new("busybox").args(["pidof", "kubelet"])).ok()?.trim().to_owned())
}

/// `kill -9`.
pub fn kill(processes: &[String]) {
    stdout(Command::new("kill").arg("-9").args(processes));
}

/// Whether a port can be reached from the network of a replica, or of any other process.
pub fn reaches(process: &str, address: &str, port: u16) -> bool {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net=/proc/{process}/ns/net"));
    command.args(["timeout", "3", "bash", "-c", &format!("exec 3<>/dev/tcp/{address}/{port}")]);
    command.output().expect("nsenter").status.success()
}
