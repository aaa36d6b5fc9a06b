//! Copies of the project, in which packages are made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// The root of the project.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The one that tests share which only read it.
pub static SHARED: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::with_components(fixed_directory("package"), None);
    project.package(REPOSITORY);
    project
});

/// Where its images would be.
pub const REPOSITORY: &str = "registry.example.com:5000/somebody/footfall";

/// A copy of the project: the same commit, with what is not committed yet.
pub struct Project {
    directory: PathBuf,
    /// Removes it in the end.
    _temporary: Option<TempDir>,
}

impl Project {
    /// One with the components as `make build` made them.
    pub fn new() -> Self {
        let temporary = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        Self::with_components(temporary.path().to_owned(), Some(temporary))
    }

    fn with_components(directory: PathBuf, temporary: Option<TempDir>) -> Self {
        let project = Self::copy(directory, temporary);
        let target = project.path("target");
        fs::create_dir_all(&target).expect("a directory");
        stdout(Command::new("cp").args(["target/footfall.wasm", "target/footfall-final.wasm"]).arg(&target));
        stdout(Command::new("ln").args(["-s", "-f", "-n"]).arg(format!("{ROOT}/target/tools")).arg(&target));
        project
    }

    /// One that builds everything itself, checked out by somebody whose files nobody else may read. It stays, so that dependencies
    /// are built once.
    pub fn elsewhere() -> Self {
        let project = Self::copy(fixed_directory("a longer path/elsewhere"), None);
        stdout(&mut project.command("chmod", &["-R", "go=", "spin.toml", "deploy"]));
        project
    }

    fn copy(directory: PathBuf, temporary: Option<TempDir>) -> Self {
        let copy = r#"git clone --quiet --no-checkout . "$0/.clone"
            mv "$0/.clone/.git" "$0"
            git ls-files -z --cached --others --exclude-standard |
                tar -c --null --files-from - --ignore-failed-read | tar -x -C "$0""#;
        stdout(Command::new("bash").args(["-e", "-o", "pipefail", "-c", copy]).arg(&directory));
        Self { directory, _temporary: temporary }
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// A command in it.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.directory).env("CARGO_TARGET_DIR", self.path("target")).args(arguments);
        command
    }

    /// Makes a package of it for a repository, and returns the two images: the reference of each, with its digest.
    pub fn package(&self, repository: &str) -> [String; 2] {
        let images = stdout(&mut self.command("scripts/package", &[repository]));
        let images: Vec<_> = images.lines().map(str::to_owned).collect();
        images.try_into().expect("two images")
    }

    /// A file of the package.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path("target/package").join(name)
    }

    /// What it is the package of, as its checksums say.
    pub fn sums(&self) -> String {
        fs::read_to_string(self.file("SHA256SUMS")).expect("checksums")
    }

    /// The version.
    pub fn version(&self) -> String {
        let cargo: toml::Table = fs::read_to_string(self.path("Cargo.toml")).expect("text").parse().expect("TOML");
        cargo["package"]["version"].as_str().expect("a version").to_owned()
    }
}

/// A directory that is the same in each run, with nothing in it but what was built.
fn fixed_directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).expect("a directory");
    let mut find = Command::new("find");
    find.arg(&directory).args(["-mindepth", "1", "-maxdepth", "1", "-not", "-name", "target"]);
    stdout(find.args(["-exec", "rm", "-r", "-f", "{}", "+"]));
    directory
}

/// What a command in the root of the project writes; it has to succeed.
pub fn stdout(command: &mut Command) -> String {
    attempt(command).unwrap_or_else(|error| panic!("{error}"))
}

/// The same, where it may fail: with what it said.
pub fn attempt(command: &mut Command) -> Result<String, String> {
    if command.get_current_dir().is_none() {
        command.current_dir(ROOT);
    }
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).expect("text"))
    } else {
        Err(format!("{command:?} failed: {said}"))
    }
}

/// A file as JSON.
pub fn parse(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a document")).expect("JSON")
}

/// Changes one bit in the middle of a file.
pub fn tamper(path: &Path) {
    let mut bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).expect("written");
}
