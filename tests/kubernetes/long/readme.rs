//! The chart's README and its NOTES, as they are written, followed by somebody who has nothing but them and a cluster.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::release::{NAME, Release, apply, kubectl, stdout};
use crate::shell::Shell;

const DOCUMENT: &str = include_str!("../../../deploy/chart/README.md");

/// Until it answers: a proxy or a load balancer takes a moment. `--fail` fails for a bad status, too.
const CURL: &str = "curl() { command curl --silent --fail --retry 60 --retry-delay 1 --retry-connrefused \"$@\"; }\n";

/// The blocks of a language in a section.
fn blocks(title: &str, language: &str) -> Vec<&'static str> {
    let section = DOCUMENT.split("\n#").find(|section| section.trim_start_matches(['#', ' ']).starts_with(title));
    let section = section.unwrap_or_else(|| panic!("no section {title}"));
    let fence = format!("```{language}\n");
    section.split(&fence).skip(1).filter_map(|block| block.split("```").next()).collect()
}

/// The commands of a section, without their prompts.
fn commands(title: &str) -> String {
    let block = blocks(title, "console").concat();
    assert!(!block.is_empty(), "no commands in {title}");
    block.lines().map(|line| line.strip_prefix("$ ").unwrap_or(line).to_owned() + "\n").collect()
}

/// Somebody with a cluster, of which nothing stays, whatever fails.
struct Stranger {
    release: Release,
    shell: Shell,
}

impl Stranger {
    fn new() -> Self {
        let release = Release::of_somebody_else();
        // What the registry of `test.image` would give, if there were one.
        let tag = ["--namespace", "k8s.io", "images", "tag", "--force"];
        stdout(Command::new("ctr").args(tag).args(["localhost/footfall-busybox:1", "docker.io/library/busybox:1.37"]));
        Self { shell: Shell::of(&release), release }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        stdout(&mut self.release.helm(&["uninstall", NAME, "--wait", "--ignore-not-found"]));
        stdout(&mut self.release.kubectl(&["delete", "pvc", "--all"]));
        make_runtime_class();
    }
}

/// The one that the cluster has.
fn make_runtime_class() {
    let metadata = json!({"name": "wasmtime-spin-v2"});
    apply(&json!({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": metadata, "handler": "spin"}));
}

/// Follows the NOTES, which end with how to delete the claims, and removes what they leave. Without `is_tested` they are
/// followed but for `helm test`.
fn follow_notes(release: &Release, shell: &Shell, is_tested: bool) {
    let notes = stdout(&mut release.helm(&["get", "notes", NAME]));
    let mut lines: Vec<_> = notes.lines().filter(|line| line.starts_with("  ")).collect();
    let delete = lines.pop().filter(|line| line.contains("delete pvc")).expect("how to delete the claims");
    // There is no controller for an Ingress.
    lines.retain(|line| !line.contains("visits.example.com") && (is_tested || !line.contains(" test ")));
    let said = shell.run(&format!("{CURL}trap 'kill $(jobs -p) || true' EXIT\n{}", lines.join("\n")));
    assert_eq!(said.contains("Phase:          Succeeded"), is_tested, "{said}");
    shell.run(&format!("helm uninstall {NAME} --wait\n{delete}"));
    assert_eq!(release.get("pvc")["items"], json!([]));
}

#[test]
fn the_commands_for_an_installation_give_a_release_that_answers() {
    let stranger = Stranger::new();
    let Stranger { release, shell } = &stranger;
    // own_cluster::registry installs from a registry. What follows that is for any way.
    let [published, built] = blocks("Install", "console")[..] else { panic!("two ways to install") };
    let run = |block: &str| block.lines().map(|line| line.trim_start_matches("$ ").to_owned()).collect::<Vec<_>>();
    // There is neither kind nor the source, so the image comes in the way for nodes without kind.
    let (image, mut install): (Vec<_>, Vec<_>) =
        run(built).into_iter().partition(|line| line.starts_with("make ") || line.starts_with("kind "));
    install.extend(run(published).into_iter().skip(1));
    let words: Vec<_> =
        image.iter().filter(|line| line.starts_with("kind ")).flat_map(|line| line.split(' ')).collect();
    let archive = words.iter().find(|word| word.starts_with("target/footfall-")).expect("an archive");
    let tag = archive.trim_start_matches("target/footfall-").trim_end_matches(".tar");
    assert!(DOCUMENT.contains("`ctr -n k8s.io images import`"));
    shell.run(&format!("ctr -n k8s.io images rm docker.io/library/footfall:{tag}"));
    shell.run(&format!("ctr -n k8s.io images import {archive}"));
    shell.run(&install.join("\n"));
    follow_notes(release, shell, true);
}

#[test]
fn each_block_of_values_gives_a_release_that_answers() {
    let stranger = Stranger::new();
    let Stranger { release, shell } = &stranger;
    apply(&json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "vultr-block-storage"},
        "provisioner": "rancher.io/local-path", "volumeBindingMode": "WaitForFirstConsumer",
    }));
    let all = DOCUMENT.split("```yaml\n").skip(1).filter_map(|block| block.split("```").next());
    let file = tempfile::NamedTempFile::new().expect("a file");
    for values in all {
        eprintln!("{values}");
        fs::write(file.path(), values).expect("written");
        shell.run(&format!("helm install {NAME} deploy/chart --values {}", file.path().display()));
        // OpenShift would choose a user for the pod of `helm test`, whose image has root.
        follow_notes(release, shell, !values.contains("runAsUser: null"));
    }
    stdout(&mut kubectl(&["delete", "storageclass", "vultr-block-storage"]));
}

#[test]
fn each_kind_of_service_and_a_runtime_class_of_the_chart_give_a_release_that_answers() {
    let stranger = Stranger::new();
    let Stranger { release, shell } = &stranger;
    stdout(&mut kubectl(&["delete", "runtimeclass", "wasmtime-spin-v2"]));
    for values in
        ["runtimeClass.create=true", "runtimeClass.create=true,service.type=NodePort", "service.type=ClusterIP"]
    {
        if !values.contains("create") {
            make_runtime_class();
        }
        shell.run(&format!("helm install {NAME} deploy/chart --set {values}"));
        follow_notes(release, shell, true);
    }
}

#[test]
fn the_commands_for_a_release_that_runs_do_what_they_say() {
    let stranger = Stranger::new();
    let Stranger { release, shell } = &stranger;
    shell.run(&format!("helm install {NAME} deploy/chart\nkubectl rollout status statefulset/{NAME}"));
    for replica in 0..3 {
        release.ask(replica, "/");
    }
    let replicas = || release.get(&format!("statefulset/{NAME}"))["spec"]["replicas"].clone();

    let proxy = commands("Instead of `kubectl exec`");
    let said = shell.run(&format!("{CURL}trap 'kill $(jobs -p)' EXIT\n{proxy}"));
    let last = said.lines().last().expect("a line");
    assert!(last.len() == 8 && last.split(':').count() == 3, "no HH:MM:SS: {said}");

    shell.run(&commands("Scale"));
    release.wait_until_ready();
    release.total(4, 5);
    release.scale(3);

    // Nobody enlarges the volumes here, which is no matter to the chart.
    stdout(&mut kubectl(&["patch", "storageclass", "standard", "--patch", "{\"allowVolumeExpansion\": true}"]));
    let pods = || [0, 1, 2].map(|replica| release.pod(replica)["metadata"]["uid"].clone());
    let before = pods();
    let enlarge = commands("Upgrade");
    let upgrade = enlarge.find("helm upgrade").expect("an upgrade");
    shell.run(&enlarge[..upgrade]);
    assert_eq!(pods(), before);
    shell.run(&enlarge[upgrade..]);
    release.wait_until_ready();
    let claims = release.get(&format!("statefulset/{NAME}"))["spec"]["volumeClaimTemplates"].clone();
    assert_eq!(claims[0]["spec"]["resources"]["requests"]["storage"], "1G");
    assert_eq!(release.counts(), [1, 1, 1]);

    shell.run(&commands("Leave the number to others"));
    release.wait_until_ready();
    assert_eq!(replicas(), 3);
    let said = shell.run(&commands("A replica that is gone for ever"));
    assert!(said.contains("\"state\": \"answered\""), "{said}");
    release.wait_until_ready();
    assert_eq!(replicas(), 3);
    follow_notes(release, shell, true);
}
