//! The images of `make image`, one for each runtime: what is in them, and that one commit makes the same ones.

// Of the tests over HTTP.
#[allow(dead_code)]
#[path = "../http/runtime.rs"]
mod runtime;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use runtime::Runtime;
use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The images, built twice, one time after the other; `None` where there is nothing to build them with.
static BUILT: LazyLock<Option<[Vec<Archive>; 2]>> = LazyLock::new(|| Some([build()?, build()?]));

/// The images, by the runtime that each is for.
fn built() -> impl Iterator<Item = (Runtime, &'static Archive)> {
    if BUILT.is_none() {
        eprintln!("not tested: there is neither buildah nor podman nor a running docker");
    }
    BUILT.iter().flat_map(|[images, _]| Runtime::ALL.into_iter().zip(images))
}

fn build() -> Option<Vec<Archive>> {
    let output = Command::new("scripts/image").current_dir(ROOT).output().expect("scripts/image");
    if output.status.code() == Some(2) {
        return None;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = String::from_utf8(output.stdout).expect("UTF-8");
    Some(output.lines().map(|line| Archive::unpack(line.split(' ').next().expect("the path of an archive"))).collect())
}

/// An OCI archive, unpacked: JSON documents and layers, each in a file named by its digest.
struct Archive {
    directory: TempDir,
    bytes: u64,
}

impl Archive {
    fn unpack(path: &str) -> Self {
        let path = Path::new(ROOT).join(path);
        // Not in /tmp: what is static is never dropped.
        let directory = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        run(Command::new("tar").arg("xf").arg(&path).arg("-C").arg(directory.path()));
        Self { directory, bytes: fs::metadata(path).expect("the archive").len() }
    }

    fn index(&self) -> Value {
        json(&fs::read_to_string(self.directory.path().join("index.json")).expect("an index"))
    }

    fn blob(&self, digest: &Value) -> std::path::PathBuf {
        let digest = digest.as_str().expect("a digest").replace(':', "/");
        self.directory.path().join("blobs").join(digest)
    }

    fn document(&self, digest: &Value) -> Value {
        json(&fs::read_to_string(self.blob(digest)).expect("a document"))
    }

    fn manifest(&self) -> Value {
        self.document(&self.index()["manifests"][0]["digest"])
    }

    fn config(&self) -> Value {
        self.document(&self.manifest()["config"]["digest"])["config"].clone()
    }

    /// What a container has for its root: the files of all layers.
    fn root(&self) -> TempDir {
        let files = tempfile::tempdir().expect("a directory");
        for layer in self.manifest()["layers"].as_array().expect("layers") {
            run(Command::new("tar").arg("xf").arg(self.blob(&layer["digest"])).arg("-C").arg(files.path()));
        }
        files
    }

    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.root();
        let listed = run(Command::new("find").current_dir(root.path()).args([".", "-type", "f"]));
        let content = |path: &str| fs::read(root.path().join(path)).expect("a file");
        listed.lines().map(|path| (path.trim_start_matches("./").to_owned(), content(path))).collect()
    }
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("a command that can be run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn it_has_the_manifest_and_the_component_where_the_manifest_says() {
    for (runtime, image) in built() {
        let wanted = BTreeMap::from([
            ("spin.toml".to_owned(), fs::read(Path::new(ROOT).join("spin.toml")).expect("a manifest")),
            ("target/footfall.wasm".to_owned(), fs::read(runtime.component()).expect("a component")),
        ]);
        assert!(image.files() == wanted, "{:?} for {runtime:?}", image.files().keys());
    }
}

#[test]
fn it_starts_on_its_runtime_and_the_other_refuses_it() {
    for (runtime, image) in built() {
        for host in Runtime::ALL {
            let root = image.root();
            let mut command = Command::new(host.host());
            command.current_dir(&root).args(["--from", "spin.toml", "--listen", "127.0.0.1:0"]);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a host");
            let mut line = String::new();
            BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("text");
            _ = child.kill();
            let (mut log, served) = (String::new(), host == runtime);
            child.stderr.take().expect("its errors").read_to_string(&mut log).expect("text");
            child.wait().expect("its end");
            assert_eq!(line.starts_with("Serving http://"), served, "{runtime:?} on {host:?}: {log}");
            assert!(served || log.contains("footfall-host: ") && log.lines().count() == 1, "{log}");
        }
    }
}

#[test]
fn it_runs_as_somebody_who_is_not_root() {
    for (_, image) in built() {
        assert_eq!(image.config()["User"], "65532:65532");
    }
}

#[test]
fn its_labels_and_its_tag_say_what_it_is() {
    for ((_, image), suffix) in built().zip(["", "-final"]) {
        let config = image.config();
        let label =
            |name: &str| config["Labels"][format!("org.opencontainers.image.{name}")].as_str().map(str::to_owned);
        let revision = run(Command::new("git").current_dir(ROOT).args(["rev-parse", "HEAD"]));
        assert_eq!(label("title").as_deref(), Some("Footfall"));
        assert_eq!(label("licenses").as_deref(), Some("Apache-2.0"));
        assert_eq!(label("revision").as_deref(), Some(revision.trim()));
        assert!(label("description").is_some_and(|text| text.contains("visit counter")));
        assert!(label("source").is_some());
        let version = label("version").expect("a version");
        let cargo = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).expect("Cargo.toml");
        assert!(cargo.contains(&format!("\nversion = \"{version}\"\n")), "{version}");
        let name = format!("docker.io/library/footfall:{version}{suffix}");
        assert_eq!(image.index()["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], name.as_str());
    }
}

#[test]
fn it_is_smaller_than_a_megabyte() {
    for (_, image) in built() {
        assert!(image.bytes < 1_000_000, "{} bytes", image.bytes);
    }
}

#[test]
fn the_same_commit_makes_the_same_images() {
    for [one, other] in BUILT.iter() {
        let digests = |images: &[Archive]| -> Vec<Value> {
            images.iter().map(|image| image.index()["manifests"][0]["digest"].clone()).collect()
        };
        assert_eq!(digests(one), digests(other));
        assert_ne!(digests(one)[0], digests(one)[1], "both images have the same component");
    }
}
