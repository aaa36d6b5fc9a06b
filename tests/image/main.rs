//! The images of `make image`, one for each runtime: what is in them, and that one commit makes the same ones.

// Of the tests over HTTP.
#[allow(dead_code)]
#[path = "../http/runtime.rs"]
mod runtime;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use runtime::Runtime;
use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The images for both runtimes, built twice, one time after the other.
static BUILT: LazyLock<[Vec<Image>; 2]> = LazyLock::new(|| [build(), build()]);

/// The images, by the runtime that each is for.
fn built() -> impl Iterator<Item = (Runtime, &'static Image)> {
    Runtime::ALL.into_iter().zip(&BUILT[0])
}

fn build() -> Vec<Image> {
    let output = run(&mut Command::new("scripts/image"));
    output.lines().map(|line| Image::unpack(line.split(' ').next().expect("the path of an archive"))).collect()
}

/// What a command in the root of the project writes; it has to succeed.
fn run(command: &mut Command) -> String {
    let output = command.current_dir(ROOT).output().expect("a command that can be run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn untar(archive: &Path, directory: &Path) {
    run(Command::new("tar").arg("xf").arg(archive).arg("-C").arg(directory));
}

/// An OCI archive, unpacked: JSON documents and layers, each in a file named by its digest.
struct Image {
    blobs: TempDir,
    bytes: u64,
    /// In the index: its digest, and its tag.
    descriptor: Value,
    manifest: Value,
}

impl Image {
    fn unpack(path: &str) -> Self {
        let path = Path::new(ROOT).join(path);
        // Not in /tmp: what is static is never dropped.
        let blobs = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        untar(&path, blobs.path());
        let index = parse(&blobs.path().join("index.json"));
        let bytes = fs::metadata(path).expect("the archive").len();
        let mut image = Self { blobs, bytes, descriptor: index["manifests"][0].clone(), manifest: Value::Null };
        image.manifest = parse(&image.blob(&image.descriptor));
        image
    }

    /// The file that a descriptor is of.
    fn blob(&self, descriptor: &Value) -> PathBuf {
        let digest = descriptor["digest"].as_str().expect("a digest");
        self.blobs.path().join("blobs").join(digest.replace(':', "/"))
    }

    /// What a container has for its root: the files of all layers.
    fn root(&self) -> TempDir {
        let root = tempfile::tempdir().expect("a directory");
        for layer in self.manifest["layers"].as_array().expect("layers") {
            untar(&self.blob(layer), root.path());
        }
        root
    }
}

fn parse(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a document")).expect("JSON")
}

#[test]
fn it_has_the_manifest_and_the_component_where_the_manifest_says() {
    for (runtime, image) in built() {
        let root = image.root();
        let found = run(Command::new("find").arg(root.path()).args(["-type", "f", "-printf", "%P\n"]));
        let files = found.lines().map(|path| (path, fs::read(root.path().join(path)).expect("a file")));
        let expected =
            [("spin.toml", Path::new(ROOT).join("spin.toml")), ("target/footfall.wasm", runtime.component().into())];
        let expected = expected.map(|(path, original)| (path, fs::read(original).expect("the original")));
        assert!(files.collect::<BTreeMap<_, _>>() == BTreeMap::from(expected), "{runtime:?}: {found}");
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
            let (mut line, mut log, served) = (String::new(), String::new(), host == runtime);
            BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("text");
            _ = child.kill();
            child.stderr.take().expect("its errors").read_to_string(&mut log).expect("text");
            child.wait().expect("its end");
            assert_eq!(line.starts_with("Serving http://"), served, "{runtime:?} on {host:?}: {log}");
            assert!(served || log.contains("footfall-host: ") && log.lines().count() == 1, "{log}");
        }
    }
}

#[test]
fn it_is_small_not_for_root_and_says_what_it_is() {
    let revision = run(Command::new("git").args(["rev-parse", "HEAD"]));
    let cargo: toml::Table = fs::read_to_string(format!("{ROOT}/Cargo.toml")).expect("text").parse().expect("TOML");
    let package = &cargo["package"];
    for ((_, image), suffix) in built().zip(["", "-final"]) {
        assert!(image.bytes < 1_000_000, "{} bytes", image.bytes);
        let config = &parse(&image.blob(&image.manifest["config"]))["config"];
        assert_eq!(config["User"], "65532:65532");
        let label = |name: &str| config["Labels"][format!("org.opencontainers.image.{name}")].as_str();
        assert_eq!(label("title"), Some("Footfall"));
        assert_eq!(label("licenses"), Some("Apache-2.0"));
        assert_eq!(label("revision"), Some(revision.trim()));
        assert_eq!(label("version"), package["version"].as_str());
        assert!(label("description").is_some_and(|text| text.contains("visit counter")) && label("source").is_some());
        let name = format!("docker.io/library/footfall:{}{suffix}", label("version").expect("a version"));
        assert_eq!(image.descriptor["annotations"]["org.opencontainers.image.ref.name"], name);
    }
}

#[test]
fn the_same_commit_makes_the_same_images() {
    let digests =
        BUILT.each_ref().map(|images| images.iter().map(|image| &image.descriptor["digest"]).collect::<Vec<_>>());
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[0][0], digests[0][1], "both images have the same component");
}
