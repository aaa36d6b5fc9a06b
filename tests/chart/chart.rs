//! The chart, and how to render it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::objects::Objects;
use crate::tools::{self, ROOT};

/// The namespace of every release here.
pub const NAMESPACE: &str = "web";

/// A chart in a directory.
pub struct Chart {
    path: PathBuf,
    /// Removes an edited copy in the end.
    _copy: Option<TempDir>,
}

impl Chart {
    /// The one of the project.
    pub fn new() -> Self {
        Self { path: Path::new(ROOT).join("deploy/chart"), _copy: None }
    }

    /// A copy of it, with every line of a file that starts so replaced by another.
    pub fn with_line(file: &str, start: &str, line: &str) -> Self {
        let copy = TempDir::new().expect("a directory");
        let original = Self::new();
        copy_dir(&original.path, copy.path());
        let chart = Self { path: copy.path().to_owned(), _copy: Some(copy) };
        chart.and_line(file, start, line)
    }

    /// With one more line replaced.
    pub fn and_line(self, file: &str, start: &str, line: &str) -> Self {
        let text = self.read(file);
        assert!(text.lines().any(|old| old.starts_with(start)), "{file} has no line {start}…");
        let lines: Vec<_> = text.lines().map(|old| if old.starts_with(start) { line } else { old }).collect();
        fs::write(self.path.join(file), lines.join("\n") + "\n").expect("written");
        self
    }

    /// The text of one of its files.
    pub fn read(&self, file: &str) -> String {
        let path = self.path.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The path of a file with values, by its name in `ci/`.
    pub fn ci(&self, file: &str) -> PathBuf {
        self.path.join("ci").join(file)
    }

    /// The names of all files with values in `ci/`.
    pub fn ci_files(&self) -> Vec<String> {
        let mut files: Vec<String> = fs::read_dir(self.path.join("ci"))
            .expect("a directory")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
            .collect();
        files.sort();
        files
    }

    /// A command of Helm that takes a release's name and a chart.
    pub fn helm(&self, command: &str, release: &str) -> Command {
        let mut helm = tools::helm();
        helm.args([command, release]).arg(&self.path).args(["--namespace", NAMESPACE]);
        helm
    }

    /// `helm lint`, which takes the chart alone.
    pub fn lint(&self) -> Command {
        let mut helm = tools::helm();
        helm.args(["lint", "--strict", "--namespace", NAMESPACE]).arg(&self.path);
        helm
    }

    /// The objects that a file of values in `ci/` gives.
    pub fn render_ci(&self, release: &str, file: &str) -> Objects {
        Objects::parse(&tools::stdout(self.helm("template", release).arg("--values").arg(self.ci(file))))
    }

    /// The objects that single values give, as after `--set`.
    pub fn render(&self, values: &[&str]) -> Objects {
        Objects::parse(&tools::stdout(self.helm("template", "footfall").args(sets(values))))
    }

    /// What Helm says of values that it refuses.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        let output = tools::output(self.helm("template", "footfall").args(arguments));
        assert!(!output.status.success(), "{arguments:?} was not refused");
        String::from_utf8(output.stderr).expect("text")
    }
}

/// The arguments that set values.
pub fn sets<'a>(values: &[&'a str]) -> Vec<&'a str> {
    values.iter().flat_map(|value| ["--set", value]).collect()
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_dir(&from, &to);
        } else {
            fs::copy(from, to).expect("copied");
        }
    }
}
