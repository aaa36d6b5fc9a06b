//! What the workflows in .github may do. `make lint` checks how they are written.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::project::ROOT;

/// The workflows, each with its name.
fn workflows() -> Vec<(String, String)> {
    let files = fs::read_dir(format!("{ROOT}/.github/workflows")).expect("a directory");
    let files = files.map(|file| file.expect("a file").path());
    files.map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("text"))).collect()
}

/// A tag can be moved, a commit cannot.
#[test]
fn every_action_is_pinned_by_a_commit_with_its_version_behind_it() {
    let mut pinned = 0;
    for (name, text) in workflows() {
        let actions = text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
        for action in actions.filter(|action| !action.starts_with("./")) {
            let (_, commit) = action.split_once('@').unwrap_or_else(|| panic!("{name}: {action}"));
            let (commit, version) = commit.split_once(" # v").unwrap_or_else(|| panic!("{name}: {action}"));
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}: {action}");
            assert_eq!(
                version.split('.').filter_map(|number| number.parse::<u32>().ok()).count(),
                3,
                "{name}: {action}"
            );
            pinned += 1;
        }
    }
    assert!(pinned > 5, "only {pinned} actions were found");
}

#[test]
fn none_may_write_but_the_job_that_releases() {
    let mut writes = Vec::new();
    for (name, text) in workflows() {
        let workflow: Value = serde_yaml_ng::from_str(&text).expect("YAML");
        let all = &workflow["permissions"];
        assert!(*all == json!({}) || *all == json!({"contents": "read"}), "{name}: {all}");
        for (job, steps) in workflow["jobs"].as_object().expect("jobs") {
            let permissions = steps["permissions"].as_object().into_iter().flatten();
            writes
                .extend(permissions.filter(|(_, access)| *access == "write").map(|(what, _)| format!("{job}: {what}")));
        }
    }
    writes.sort();
    let expected = ["attestations", "contents", "id-token", "packages"].map(|what| format!("release: {what}"));
    assert_eq!(writes, expected);
}

/// The tests run them: these, and what the targets of make are.
#[test]
fn whatever_they_run_of_the_project_is_there() {
    let mut found = 0;
    for (name, text) in workflows() {
        for word in text.split(|character: char| character.is_whitespace() || "\"'".contains(character)) {
            if word.starts_with("scripts/") {
                assert!(Path::new(ROOT).join(word).exists(), "{name}: there is no {word}");
                found += 1;
            }
        }
    }
    assert!(found >= 3, "only {found} scripts were found");
}
