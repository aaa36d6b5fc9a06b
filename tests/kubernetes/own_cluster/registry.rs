//! The chart and its images as users get them: out of a registry, signed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::project::{Project, tamper};
use crate::registry::{Registry, tool};
use crate::release::{NAME, ROOT, apply, eventually, kubectl, parse, stdout, try_stdout};

/// The address outside the cluster.
const OUTSIDE: &str = "198.18.0.2";

/// A package in a registry that the node trusts.
struct Published {
    registry: Registry,
    project: Project,
    /// What `scripts/publish` says of it.
    outputs: BTreeMap<String, String>,
    /// A home for cosign, with a key.
    home: TempDir,
}

impl Published {
    fn new() -> Self {
        let (registry, project) = (Registry::start(OUTSIDE), Project::new());
        let address = &registry.address;
        for component in ["footfall.wasm", "footfall-final.wasm"] {
            mark(&project.path("target").join(component), address);
        }
        project.package(&format!("{address}/owner/footfall"));
        let outputs = stdout(registry.trusted_by(&mut project.command("scripts/publish", &[])));
        let outputs = outputs.lines().filter_map(|line| line.split_once('='));
        let outputs = outputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let hosts = Path::new("/run/containerd/certs.d").join(address);
        fs::create_dir_all(&hosts).expect("a directory");
        let trust = format!("[host.\"https://{address}\"]\nca = \"{}\"\n", registry.certificate().display());
        fs::write(hosts.join("hosts.toml"), trust).expect("written");
        Self { registry, project, outputs, home: TempDir::new().expect("a directory") }
    }

    /// The reference of one of the images.
    fn image(&self, variant: &str) -> String {
        format!("{}@{}", self.outputs["repository"], self.outputs[variant])
    }

    fn home(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A command that has cosign.
    fn cosign(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = self.project.command(program, arguments);
        self.registry.trusted_by(&mut command);
        let path = format!("{}:{}", self.home.path().display(), std::env::var("PATH").expect("a path"));
        command.env("PATH", path).env("HOME", self.home.path()).env("COSIGN_PASSWORD", "");
        command
    }

    /// Signs it by `scripts/sign`, with a new key and without the services of Sigstore.
    fn sign(&self) {
        symlink(tool("cosign"), self.home("cosign")).expect("a link");
        stdout(self.cosign("cosign", &["generate-key-pair"]).current_dir(self.home.path()));
        stdout(self.cosign("cosign", &["signing-config", "create", "--out"]).arg(self.home("services.json")));
        let mut sign = self.cosign("scripts/sign", &["--key"]);
        stdout(sign.arg(self.home("cosign.key")).arg("--signing-config").arg(self.home("services.json")));
    }

    fn verify(&self, command: &str, arguments: &[&str]) -> Result<String, String> {
        let mut verify = self.cosign("cosign", &[command, "--insecure-ignore-tlog", "--key"]);
        try_stdout(verify.arg(self.home("cosign.pub")).args(arguments).current_dir(self.project.path("target/package")))
    }
}

/// Appends a custom section to a component, which no runtime reads. The node has layers that it was given already, and would
/// not pull them.
fn mark(component: &Path, text: &str) {
    let length = |bytes: usize| u8::try_from(bytes).expect("a short text");
    let mut section = vec![0, length(text.len() + 1), length(text.len())];
    section.extend(text.as_bytes());
    let mut bytes = fs::read(component).expect("a component");
    bytes.extend(section);
    fs::write(component, bytes).expect("written");
}

/// The lines of the README that put it on Kubernetes.
fn lines() -> Vec<String> {
    let readme = fs::read_to_string(format!("{ROOT}/README.md")).expect("a document");
    let (_, section) = readme.split_once("## Put it on Kubernetes").expect("a section");
    let block = section.split("```").nth(1).expect("a block");
    block.lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect()
}

#[test]
fn three_lines_of_the_readme_install_from_a_registry_what_runs_the_images_that_were_pushed() {
    let published = Published::new();
    let namespace = "published";
    let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
    apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}));
    let kubeconfig = published.home("kubeconfig");
    fs::copy(std::env::var_os("KUBECONFIG").expect("a cluster"), &kubeconfig).expect("a copy");
    let ask = |arguments: &[&str]| {
        let mut kubectl = kubectl(arguments);
        kubectl.env("KUBECONFIG", &kubeconfig);
        stdout(&mut kubectl)
    };
    ask(&["config", "set-context", "--current", "--namespace", namespace]);
    // Of the images, `helm test` has the one that is not ours: there is no other registry here.
    let busybox = ["localhost/footfall-busybox:1", "docker.io/library/busybox:1.37"];
    stdout(Command::new("ctr").args(["--namespace", "k8s.io", "images", "tag", "--force"]).args(busybox));

    let lines = lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for line in lines {
        let line = line.replace("ghcr.io/OWNER", &format!("{}/owner", published.registry.address));
        let mut bash = Command::new("bash");
        let path = format!("{ROOT}/target/tools:{}", std::env::var("PATH").expect("a path"));
        bash.args(["-c", &line]).env("PATH", path).env("KUBECONFIG", &kubeconfig);
        stdout(published.registry.trusted_by(&mut bash));
    }
    for replica in 0..3 {
        let pod = parse(&ask(&["get", &format!("pod/{NAME}-{replica}"), "--output", "json"]));
        assert_eq!(pod["spec"]["containers"][0]["image"], published.image("rc"));
        let status = &pod["status"]["containerStatuses"][0];
        assert_eq!(status["imageID"], published.image("rc"), "{status}");
        assert_eq!(status["ready"], true, "{status}");
    }
    ask(&["delete", "namespace", namespace, "--timeout", "180s"]);
}

#[test]
fn a_node_refuses_an_image_of_which_a_byte_was_changed() {
    let published = Published::new();
    let manifest = |digest: &str| parse(&fs::read_to_string(published.registry.blob(digest)).expect("a manifest"));
    let index = manifest(&published.outputs["final"]);
    let image = manifest(index["manifests"][0]["digest"].as_str().expect("a digest"));
    tamper(&published.registry.blob(image["layers"][0]["digest"].as_str().expect("a digest")));
    let containers = json!([{"name": "changed", "image": published.image("final"), "command": ["/"]}]);
    let spec = json!({"runtimeClassName": "wasmtime-spin-v2", "containers": containers});
    let metadata = json!({"name": "changed", "namespace": "default"});
    apply(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}));
    let refusal = eventually("the image is refused", || {
        let events = ["get", "events", "--namespace", "default", "--field-selector", "involvedObject.name=changed"];
        let events = stdout(&mut kubectl(&events));
        events.lines().find(|line| line.contains("Failed to pull image")).map(str::to_owned)
    });
    assert!(refusal.contains("unexpected commit digest"), "{refusal}");
    stdout(&mut kubectl(&["delete", "pod", "changed", "--namespace", "default", "--timeout", "60s"]));
}

#[test]
fn images_chart_and_checksums_are_signed_and_nothing_else_is_taken_for_them() {
    let published = Published::new();
    let (outputs, version) = (&published.outputs, published.project.version());
    let image = format!("{}:{version}", outputs["repository"]);
    let chart = format!("{}:{version}", outputs["chart_repository"]);
    let verify = |reference: &str| published.verify("verify", &[reference]);
    published.sign();
    for reference in [&image, &format!("{image}-final"), &chart] {
        verify(reference).expect("it is signed");
    }
    let sums = ["--bundle", "SHA256SUMS.sigstore.json", "SHA256SUMS"];
    published.verify("verify-blob", &sums).expect("they are signed");

    tamper(&published.project.file("SHA256SUMS"));
    published.verify("verify-blob", &sums).expect_err("changed checksums are taken");
    // Whoever may push moves the tags to something else: here one to a part of the image, which is not signed by itself.
    let index = fs::read_to_string(published.registry.blob(&outputs["rc"])).expect("an index");
    let part = parse(&index)["manifests"][0]["digest"].as_str().expect("a digest").to_owned();
    let part = format!("docker://{}@{part}", outputs["repository"]);
    let mut skopeo = Command::new("skopeo");
    stdout(published.registry.trusted_by(skopeo.args(["copy", &part, &format!("docker://{image}")])));
    verify(&image).expect_err("another image is taken");
    tamper(&published.registry.blob(&outputs["chart"]));
    verify(&chart).expect_err("a changed chart is taken");
}
