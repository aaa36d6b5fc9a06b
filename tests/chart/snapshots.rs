//! What Helm gives to whoever installs the chart: the objects and the notes. After a change, `INSTA_UPDATE=always` writes
//! the snapshots anew, and git shows what became different.

use std::fmt::Write;

use insta::assert_snapshot;
use similar::TextDiff;

use crate::chart::{Chart, stdout};

/// What Helm would install, without blank lines, and with the version as a word, so that a new one changes nothing here.
fn install(chart: &Chart, file: &str) -> String {
    let text = stdout(&mut chart.helm_with(&["install", "footfall", "--dry-run=client"], file));
    let (_, text) = text.split_once("HOOKS:\n").expect("hooks, the manifest and the notes");
    let version = chart.read_yaml("Chart.yaml");
    let text = text.replace(version["version"].as_str().expect("a version"), "VERSION");
    // It is as it is in its file, which another test says.
    let dashboard = chart.read("grafana.json").trim_end().replace('\n', "\n    ");
    let text = text.replace(&dashboard, "DASHBOARD");
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| line.to_owned() + "\n").collect()
}

/// The lines that differ, and one around them.
pub fn difference(old: &str, new: &str) -> String {
    let mut text = String::new();
    for hunk in TextDiff::from_lines(old, new).unified_diff().context_radius(1).iter_hunks() {
        for change in hunk.iter_changes() {
            write!(text, "{} {change}", change.tag()).expect("text");
        }
        text.push_str("  …\n");
    }
    text
}

#[test]
fn the_defaults_give_this() {
    let text = install(&Chart::new(), "ci/defaults.yaml");
    assert_snapshot!("defaults", text);
}

#[test]
fn every_file_of_values_changes_this() {
    let chart = Chart::new();
    let defaults = install(&chart, "ci/defaults.yaml");
    let mut text = String::new();
    for file in chart.ci_files() {
        let difference = difference(&defaults, &install(&chart, &file));
        writeln!(text, "=== {file}\n{difference}").expect("text");
    }
    assert_snapshot!("values", text);
}
