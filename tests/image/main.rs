//! The image of `make image`: what is in it, and that one commit makes one image.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Two archives, built one after the other; `None` where there is nothing to build them with.
static BUILT: LazyLock<Option<[Archive; 2]>> = LazyLock::new(|| Some([Archive::build()?, Archive::build()?]));

fn built() -> Option<&'static [Archive; 2]> {
    if BUILT.is_none() {
        eprintln!("not tested: there is neither buildah nor podman nor a running docker");
    }
    BUILT.as_ref()
}

/// An OCI archive, unpacked: JSON documents and layers, each in a file named by its digest.
struct Archive {
    directory: TempDir,
    bytes: u64,
}

impl Archive {
    fn build() -> Option<Self> {
        let mut command = Command::new("scripts/image");
        let output = command.current_dir(ROOT).output().expect("scripts/image");
        if output.status.code() == Some(2) {
            return None;
        }
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let output = String::from_utf8(output.stdout).expect("UTF-8");
        let path = Path::new(ROOT).join(output.split(' ').next().expect("the path of the archive"));
        // Not in /tmp: what is static is never dropped.
        let directory = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        run(Command::new("tar").arg("xf").arg(&path).arg("-C").arg(directory.path()));
        Some(Self { directory, bytes: fs::metadata(path).expect("the archive").len() })
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

    /// The files of all layers: their paths and what is in them.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let files = tempfile::tempdir().expect("a directory");
        for layer in self.manifest()["layers"].as_array().expect("layers") {
            run(Command::new("tar").arg("xf").arg(self.blob(&layer["digest"])).arg("-C").arg(files.path()));
        }
        let listed = run(Command::new("find").current_dir(files.path()).args([".", "-type", "f"]));
        let content = |path: &str| fs::read(files.path().join(path)).expect("a file");
        listed.lines().map(|path| (path.trim_start_matches('.').to_owned(), content(path))).collect()
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

fn component() -> String {
    let manifest = fs::read_to_string(Path::new(ROOT).join("spin.toml")).expect("spin.toml");
    let source = manifest.lines().find_map(|line| line.strip_prefix("source = ")).expect("a source");
    source.trim_matches('"').to_owned()
}

#[test]
fn it_has_the_manifest_and_the_component_where_the_manifest_says() {
    let Some([image, _]) = built() else { return };
    let files = image.files();
    let wanted = ["spin.toml".to_owned(), component()];
    assert_eq!(files.len(), wanted.len(), "{:?}", files.keys());
    for path in wanted {
        let here = fs::read(Path::new(ROOT).join(&path)).expect("a file");
        assert!(files.get(&format!("/{path}")).is_some_and(|file| *file == here), "{path} is another, or missing");
    }
}

#[test]
fn it_runs_as_somebody_who_is_not_root() {
    let Some([image, _]) = built() else { return };
    assert_eq!(image.config()["User"], "65532:65532");
}

#[test]
fn its_labels_say_what_it_is() {
    let Some([image, _]) = built() else { return };
    let config = image.config();
    let label = |name: &str| config["Labels"][format!("org.opencontainers.image.{name}")].as_str().map(str::to_owned);
    let revision = run(Command::new("git").current_dir(ROOT).args(["rev-parse", "HEAD"]));
    assert_eq!(label("title").as_deref(), Some("Footfall"));
    assert_eq!(label("licenses").as_deref(), Some("Apache-2.0"));
    assert_eq!(label("revision").as_deref(), Some(revision.trim()));
    assert!(label("description").is_some_and(|text| text.contains("visit counter")));
    assert!(label("source").is_some());
    let version = label("version").expect("a version");
    let cargo = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).expect("Cargo.toml");
    assert!(cargo.contains(&format!("\nversion = \"{version}\"\n")), "{version}");
    let name = format!("docker.io/library/footfall:{version}");
    assert_eq!(image.index()["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], name.as_str());
}

#[test]
fn it_is_smaller_than_a_megabyte() {
    let Some([image, _]) = built() else { return };
    assert!(image.bytes < 1_000_000, "{} bytes", image.bytes);
}

#[test]
fn the_same_commit_makes_the_same_image() {
    let Some([one, other]) = built() else { return };
    assert_eq!(one.index()["manifests"][0]["digest"], other.index()["manifests"][0]["digest"]);
}
