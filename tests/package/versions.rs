//! How a version is cut.

use std::fs;

use crate::project::{Project, attempt, stdout};

/// What the changelog says, under a heading each.
fn changelog(project: &Project) -> Vec<String> {
    let text = fs::read_to_string(project.path("CHANGELOG.md")).expect("text");
    text.split("\n## ").skip(1).map(str::to_owned).collect()
}

#[test]
fn version_set_makes_a_section_of_what_is_unreleased_and_the_release_has_it_as_its_notes() {
    let project = Project::new();
    let path = project.path("CHANGELOG.md");
    let text = fs::read_to_string(&path).expect("text");
    fs::write(&path, text.replacen("## [Unreleased]\n", "## [Unreleased]\n\n- This is new,\n  and so is that.\n", 1))
        .expect("written");
    let unreleased = changelog(&project)[0].strip_prefix("[Unreleased]\n").expect("what is unreleased").to_owned();
    stdout(&mut project.command("make", &["version-set", "VERSION=7.8.9"]));
    assert_eq!(project.version(), "7.8.9");
    let sections = changelog(&project);
    assert_eq!(sections[0].trim(), "[Unreleased]");
    let (heading, section) = sections[1].split_once('\n').expect("a heading");
    assert!(heading.starts_with("[7.8.9] - 20"), "{heading}");
    assert_eq!(section, unreleased);
    let notes = stdout(&mut project.command("scripts/release-notes", &["v7.8.9"]));
    assert!(notes.split_whitespace().eq(unreleased.split_whitespace()), "{notes}");
    // GitHub shows each line as one.
    assert!(notes.starts_with("- This is new, and so is that.\n"), "{notes}");
    // Once it has a section, what is written afterwards is the next version's.
    stdout(&mut project.command("make", &["version-set", "VERSION=7.8.9"]));
    assert_eq!(changelog(&project), sections);
}

#[test]
fn a_tag_that_is_not_the_version_is_refused_and_so_is_a_version_that_nothing_is_said_of() {
    let project = Project::new();
    stdout(&mut project.command("make", &["version-set", "VERSION=7.8.9"]));
    for tag in ["v7.8.8", "7.8.9", "v7.8.9-rc.1", ""] {
        let refusal = attempt(&mut project.command("scripts/release-notes", &[tag])).expect_err(tag);
        assert!(refusal.contains("its tag v7.8.9"), "{refusal}");
    }
    let changelog = fs::read_to_string(project.path("CHANGELOG.md")).expect("text");
    fs::write(project.path("CHANGELOG.md"), changelog.replace("## [7.8.9]", "## [7.8.90]")).expect("written");
    let refusal = attempt(&mut project.command("scripts/release-notes", &["v7.8.9"])).expect_err("without a section");
    assert!(refusal.contains("has no section 7.8.9"), "{refusal}");
}

#[test]
fn the_documents_name_the_version() {
    let project = Project::new();
    stdout(&mut project.command("make", &["version-set", "VERSION=7.8.9"]));
    let readme = fs::read_to_string(project.path("README.md")).expect("text");
    assert!(readme.contains("--version 7.8.9"), "the README installs another version");
}
