//! What takes longer than `make kubernetes` should: `make kubernetes-long`.

mod ipv6;
mod local_volumes;
mod memory;
mod other_kinds;
mod readme;
mod services;
mod upgrades;

use crate::release::{NAME, Release, stdout, try_stdout};

/// The status of a replica's container, where its pod may just be made anew.
fn container(release: &Release, replica: usize) -> Option<serde_json::Value> {
    let pod = try_stdout(&mut release.kubectl(&["get", &format!("pod/{NAME}-{replica}"), "--output", "json"])).ok()?;
    Some(crate::release::parse(&pod)["status"]["containerStatuses"][0].clone())
}

/// What `kubectl logs` has of a replica, in this container or in the one before it.
fn log(release: &Release, replica: usize, options: &[&str]) -> String {
    stdout(release.kubectl(&["logs", &format!("{NAME}-{replica}")]).args(options))
}
