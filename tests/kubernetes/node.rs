//! The processes of pods, where the tests run beside them.

use std::fs;
use std::process::Command;

use crate::release::Release;
use crate::tools::stdout;

/// The processes of a replica's container, known by its cgroup.
pub fn processes(release: &Release, replica: usize) -> Vec<String> {
    let pod = release.pod(replica);
    let id = pod["status"]["containerStatuses"][0]["containerID"].as_str().expect("a container");
    let id = id.strip_prefix("containerd://").expect("a container of containerd");
    let found = stdout(Command::new("find").args(["/sys/fs/cgroup", "-path", &format!("*{id}/cgroup.procs")]));
    let processes = found.lines().find_map(|file| {
        let list = fs::read_to_string(file).ok().filter(|list| !list.is_empty())?;
        Some(list.lines().map(str::to_owned).collect())
    });
    processes.unwrap_or_else(|| panic!("replica {replica} has no processes"))
}

/// The process of the kubelet.
pub fn kubelet() -> Option<String> {
    let named = |pid: &str| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "kubelet\n");
    let entries = fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().into_string().ok()).find(|pid| named(pid))
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
