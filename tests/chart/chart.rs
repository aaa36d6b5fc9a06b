//! The chart, and how to render it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The root of the project.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The namespace of every release.
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

    /// A copy of it, with each line of a file that has this start replaced.
    pub fn with_line(&self, file: &str, start: &str, line: &str) -> Self {
        let text = self.read(file);
        assert!(text.lines().any(|old| old.starts_with(start)), "{file} has no line {start}…");
        let lines: Vec<_> = text.lines().map(|old| if old.starts_with(start) { line } else { old }).collect();
        self.with_file(file, &(lines.join("\n") + "\n"))
    }

    /// A copy of it, with another text in a file.
    pub fn with_file(&self, file: &str, text: &str) -> Self {
        let copy = TempDir::new().expect("a directory");
        self.copy_to(copy.path());
        fs::write(copy.path().join(file), text).expect("written");
        Self { path: copy.path().to_owned(), _copy: Some(copy) }
    }

    /// A chart that has it as its only part, in the usual way.
    pub fn umbrella(&self) -> Self {
        let umbrella = TempDir::new().expect("a directory");
        let part = umbrella.path().join("charts/footfall");
        fs::create_dir_all(&part).expect("a directory");
        self.copy_to(&part);
        let dependencies = json!([{ "name": "footfall", "version": "*", "condition": "footfall.enabled" }]);
        let chart = json!({ "apiVersion": "v2", "name": "site", "version": "1.0.0", "dependencies": dependencies });
        fs::write(umbrella.path().join("Chart.yaml"), chart.to_string()).expect("written");
        Self { path: umbrella.path().to_owned(), _copy: Some(umbrella) }
    }

    fn copy_to(&self, directory: &Path) {
        stdout(Command::new("cp").arg("-r").arg(self.path.join(".")).arg(directory));
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of one of its files.
    pub fn read(&self, file: &str) -> String {
        let path = self.path.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// One of its files as JSON, which is YAML, too.
    pub fn read_yaml(&self, file: &str) -> Value {
        serde_yaml_ng::from_str(&self.read(file)).expect("YAML")
    }

    /// The names of all files with values, such as `ci/defaults.yaml`.
    pub fn ci_files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path.join("ci")).expect("a directory");
        let name = |entry: fs::DirEntry| format!("ci/{}", entry.file_name().into_string().expect("text"));
        let mut files: Vec<_> = entries.map(|entry| name(entry.expect("an entry"))).collect();
        files.sort();
        files
    }

    /// A command of Helm, such as `template footfall`, with nothing of this machine's settings.
    pub fn helm(&self, command: &[&str]) -> Command {
        let mut helm = Command::new(tool("helm"));
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("HELM_") || name == "KUBECONFIG" {
                helm.env_remove(name);
            }
        }
        helm.args(command).arg(&self.path).args(["--namespace", NAMESPACE]);
        helm
    }

    /// The same with the values of a file.
    pub fn helm_with(&self, command: &[&str], file: &str) -> Command {
        let mut helm = self.helm(command);
        helm.arg("--values").arg(self.path.join(file));
        helm
    }

    /// The objects that single values give, as after `--set`.
    pub fn render(&self, values: &[&str]) -> Objects {
        let values = values.iter().flat_map(|value| ["--set", value]);
        Objects::parse(&stdout(self.helm(&["template", "footfall"]).args(values)))
    }
}

/// Where `scripts/chart-tools` put a tool.
pub fn tool(name: &str) -> PathBuf {
    let path = Path::new(ROOT).join("target/tools").join(name);
    assert!(path.exists(), "{} is missing: run `scripts/chart-tools` first", path.display());
    path
}

/// What a program said, once it has ended.
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

/// What a program wrote to standard output; it has to succeed.
pub fn stdout(command: &mut Command) -> String {
    let output = output(command);
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// All objects of a release, as `schemas` has checked them.
#[derive(PartialEq)]
pub struct Objects(pub Vec<Value>);

impl Objects {
    /// Reads what `helm template` writes.
    pub fn parse(yaml: &str) -> Self {
        let documents = serde_yaml_ng::Deserializer::from_str(yaml)
            .map(|document| Value::deserialize(document).unwrap_or_else(|error| panic!("{error} in:\n{yaml}")));
        Self(documents.filter(|document| !document.is_null()).collect())
    }

    /// Every object of a kind.
    pub fn all(&self, kind: &str) -> Vec<&Value> {
        self.0.iter().filter(|object| object["kind"] == kind).collect()
    }

    /// The only object of a kind.
    pub fn only(&self, kind: &str) -> &Value {
        let [only] = self.all(kind)[..] else { panic!("not one {kind}") };
        only
    }

    /// The Service for visitors, and the headless one, which gives each replica a name.
    pub fn services(&self) -> [&Value; 2] {
        let (headless, others): (Vec<_>, Vec<_>) =
            self.all("Service").into_iter().partition(|service| service["spec"]["clusterIP"] == "None");
        let ([service], [headless]) = (&others[..], &headless[..]) else { panic!("not one Service of each kind") };
        [service, headless]
    }

    /// The name of the `StatefulSet`, which most objects have.
    pub fn name(&self) -> &str {
        self.only("StatefulSet")["metadata"]["name"].as_str().expect("a name")
    }

    /// The template of the replicas' pods: metadata and spec.
    pub fn template(&self) -> &Value {
        &self.only("StatefulSet")["spec"]["template"]
    }

    /// The one container of a replica.
    pub fn container(&self) -> &Value {
        let containers = &self.template()["spec"]["containers"];
        assert_eq!(list(containers).len(), 1, "a replica is one container");
        &containers[0]
    }

    /// An environment variable of a replica; `Null` where it has no text.
    pub fn env(&self, name: &str) -> &Value {
        let variable = list(&self.container()["env"]).iter().find(|variable| variable["name"] == name);
        &variable.unwrap_or_else(|| panic!("there is no {name}"))["value"]
    }
}

/// The elements of a list; none where it is missing.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
