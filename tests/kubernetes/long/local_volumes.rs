//! `PersistentVolumes` of kind `local`, which an administrator makes by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::client::Client;
use crate::long::{container, log};
use crate::own_cluster::load::under_load_of;
use crate::release::{NAME, ROOT, Release, apply, eventually, kubectl, stdout, try_stdout};

/// A directory on the node, for everybody, as a volume of a class of its own.
fn volume(class: &str, name: &str, directory: &str) -> PathBuf {
    let path = Path::new("/run/by-hand").join(directory);
    fs::create_dir_all(&path).expect("a directory");
    stdout(Command::new("chmod").arg("0777").arg(&path));
    let terms =
        json!([{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node"]}]}]);
    apply(&json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "256M"}, "accessModes": ["ReadWriteOnce"], "storageClassName": class,
            "local": {"path": path},
            "nodeAffinity": {"required": {"nodeSelectorTerms": terms}},
        },
    }));
    path
}

fn class(name: &str) -> String {
    format!("statefulSet.volumeClaimTemplates.spec.storageClassName={name}")
}

#[test]
fn two_replicas_on_one_volume_lose_no_visit_and_helm_test_and_answers_under_load_say_so() {
    for name in ["shared-0", "shared-1"] {
        volume("shared", name, "shared");
    }
    let release = Release::install("-shared", &["replicaCount=2", &class("shared")]);
    let ask = || release.ask(0, "/visits/count?scope=cluster");
    let (answered, failed) = under_load_of(16, &release.url(), 20, || {
        let answer = eventually("an answer says so", || Some(ask()).filter(|answer| answer["complete"] == false));
        let reasons = answer["reasons"].to_string();
        assert!(reasons.contains("it has the same id as footfall-") && reasons.contains("is a copy"), "{answer}");
    });
    assert_eq!(failed, Vec::<String>::new());
    // Each visit is there once, in one log.
    assert_eq!([0, 1].map(|replica| release.count(replica)), [answered; 2]);
    let said = try_stdout(&mut release.helm(&["test", NAME, "--logs"])).expect_err("helm test fails");
    assert!(said.contains("Replicas with a log of their own: 1 of 2"), "{said}");

    // A volume of its own for the second one, in the way that the README says.
    let id = ask()["replicas"][0]["id"].as_str().expect("an id").to_owned();
    volume("shared", "own", "own");
    stdout(&mut release.kubectl(&["delete", &format!("pvc/visits-{NAME}-1"), &format!("pod/{NAME}-1")]));
    release.wait_until_ready();
    let retired = format!("retired=[\"{id}\"]");
    let upgrade =
        ["upgrade", NAME, &format!("{ROOT}/deploy/chart"), "--reset-then-reuse-values", "--set-json", &retired];
    stdout(&mut release.helm(&upgrade));
    release.wait_until_ready();
    for replica in [0, 1] {
        eventually("nothing is missing", || Some(ask()).filter(|answer| answer["complete"] == true));
        assert_eq!(release.total(replica, 2), answered);
    }
    stdout(&mut release.helm(&["test", NAME]));
    release.remove();
    stdout(&mut kubectl(&["delete", "pv", "shared-0", "shared-1", "own"]));
}

#[test]
fn a_full_volume_with_blocks_of_1_kib_loses_no_visit_and_is_back_by_itself_once_there_is_room() {
    let data = volume("small", "small", "small");
    let [image, path] = ["/run/by-hand/image", data.to_str().expect("a path")];
    fs::File::create(image).and_then(|file| file.set_len(40 << 20)).expect("a file");
    stdout(Command::new("mkfs.ext4").args(["-q", "-b", "1024", image]));
    stdout(Command::new("mount").args(["-o", "loop", image, path]));
    stdout(Command::new("chmod").args(["0777", path]));
    let release = Release::install("-small", &["replicaCount=1", &class("small")]);
    let others = data.join("of-others");
    let (mut answered, failed) = under_load_of(16, &release.url(), 20, || {
        release.wait_until_visited(0);
        // Root may have the reserve as well, so that not one block is left.
        let filled =
            try_stdout(Command::new("dd").args(["if=/dev/zero", "bs=64K", &format!("of={}", others.display())]));
        assert!(filled.is_err_and(|said| said.contains("No space left")));
        eventually("the replica is not ready", || container(&release, 0).filter(|status| status["ready"] == false));
    });
    assert!(!failed.is_empty(), "a full volume took every visit");
    let status = release.container(0);
    eprintln!("restarts: {}, the container before: {}", status["restartCount"], status["lastState"]);
    if status["restartCount"] == 0 {
        let log = log(&release, 0, &[]);
        assert!(log.contains("database or disk is full"), "{log}");
    } else {
        // SIGBUS.
        eprintln!("{}", log(&release, 0, &["--previous"]));
        assert_eq!(status["lastState"]["terminated"]["exitCode"], 135, "{status}");
    }

    fs::remove_file(others).expect("a file");
    eventually("it is ready by itself", || container(&release, 0).filter(|status| status["ready"] == true));
    let before = release.total(0, 1);
    let unanswered = usize::try_from(before - answered).expect("all are recorded");
    assert!(unanswered <= failed.len(), "{before} recorded, {answered} answered");
    let client = Client::new(&release.url());
    answered = before + 1;
    client.visit();
    assert_eq!(release.total(0, 1), answered);
    release.remove();
    stdout(&mut kubectl(&["delete", "pv", "small"]));
    stdout(Command::new("umount").arg(path));
}
