//! What goes wrong, and who notices.

use crate::client::Client;
use crate::node::{kill, kubelet};
use crate::release::{NAME, Release, eventually, in_state, parse, stdout, try_stdout};

#[test]
fn a_kubelet_that_is_killed_finds_its_pods_again_and_nobody_notices() {
    let release = Release::shared();
    let visitor = Client::new(&release.url());
    let containers = || [0, 1, 2].map(|replica| release.container(replica)["containerID"].clone());
    let (before, total) = (containers(), release.total(0, 3));
    let killed = kubelet().expect("a kubelet");
    kill(std::slice::from_ref(&killed));
    let mut visits = 0;
    eventually("another kubelet runs", || {
        visitor.visit();
        visits += 1;
        kubelet().filter(|process| *process != killed)
    });
    // It works: it makes a pod again. The others it has left alone.
    stdout(&mut release.kubectl(&["delete", "pod", &format!("{NAME}-2")]));
    release.wait_until_ready();
    let after = containers();
    assert_eq!(after[..2], before[..2]);
    assert_ne!(after[2], before[2]);
    assert_eq!(release.total(0, 3), total + visits);
}

/// The image is the build for Spin 4.1, where Spin 4.0 runs.
#[test]
fn an_upgrade_to_the_wrong_image_costs_one_replica_until_it_is_rolled_back() {
    let release = Release::shared();
    let visitor = Client::new(&release.url());
    release.upgrade(&["image.variant=final"]);
    // What a user sees is this, and no word in the log under the shim.
    let status = eventually("the pod is in CrashLoopBackOff", || {
        // Between the old pod and the new one there is none.
        let pod = try_stdout(&mut release.kubectl(&["get", &format!("pod/{NAME}-2"), "--output", "json"])).ok()?;
        let status = parse(&pod)["status"]["containerStatuses"][0].clone();
        (status["state"]["waiting"]["reason"] == "CrashLoopBackOff").then_some(status)
    });
    assert_ne!(status["lastState"]["terminated"]["exitCode"], 0, "{status}");

    // The others stay as they were, and count it with its last number, for it ended in order.
    for _ in 0..10 {
        visitor.visit();
    }
    let answer = visitor.json("/visits/count?scope=cluster");
    assert_eq!((in_state(&answer, "answered"), in_state(&answer, "ended")), (2, 1), "{answer}");
    assert_eq!(answer["complete"], true, "{answer}");
    // What it recorded lately, only it has.
    let tail = visitor.json("/visits?scope=cluster");
    assert_eq!(tail["missing"][0], format!("{NAME}-2"), "{tail}");

    stdout(&mut release.helm(&["rollback", NAME]));
    release.wait_until_ready();
    release.total(0, 3);
}
