//! A kubelet that dies.

use crate::node::{kill, kubelet};
use crate::release::{NAME, Release};
use crate::tools::{eventually, stdout};

#[test]
fn a_kubelet_that_is_killed_finds_its_pods_again_and_nobody_notices() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    let visitor = release.visitor();
    let containers = |release: &Release| -> Vec<_> {
        (0..3).map(|replica| release.pod(replica)["status"]["containerStatuses"][0]["containerID"].clone()).collect()
    };
    let (before, total) = (containers(&release), release.total(0, 3));
    let killed = kubelet().expect("a kubelet");
    kill(std::slice::from_ref(&killed));
    let mut visits = 0;
    eventually("another kubelet runs", || {
        visitor.visit();
        visits += 1;
        kubelet().filter(|process| *process != killed)
    });
    // It works: it makes a pod again. The others it has left alone.
    stdout(release.kubectl().args(["delete", "pod", &format!("{NAME}-2")]));
    release.is_ready();
    let after = containers(&release);
    assert_eq!(after[..2], before[..2]);
    assert_ne!(after[2], before[2]);
    assert_eq!(release.total(0, 3), total + visits);
}
