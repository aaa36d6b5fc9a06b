//! The programs that the tests ask.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output};

/// The root of the project.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Helm, and nothing of this machine's clusters or settings.
pub fn helm() -> Command {
    let mut helm = Command::new(tool("helm"));
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("HELM_") || name == "KUBECONFIG" {
            helm.env_remove(name);
        }
    }
    helm
}

/// The check against the schemas of Kubernetes.
pub fn kubernetes_validate() -> Command {
    let mut validate = Command::new("python3");
    validate.env("PYTHONPATH", tool("python")).args(["-m", "kubernetes_validate", "--strict"]);
    validate
}

/// What a program said, once it has ended.
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

/// What a program wrote to standard output; it has to succeed.
pub fn stdout(command: &mut Command) -> String {
    let output = output(command);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{command:?} failed: {stderr}{stdout}");
    stdout
}

fn tool(name: &str) -> PathBuf {
    let path = PathBuf::from(ROOT).join("target/tools").join(name);
    assert!(path.exists(), "{} is missing: run `scripts/chart-tools` first", path.display());
    path
}
