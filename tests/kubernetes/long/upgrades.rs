//! An upgrade from the release that scripts/release-before builds, while visitors come.

use std::env;

use crate::own_cluster::load::under_load_of;
use crate::release::{NAME, ROOT, Release, stdout};

/// Installs that release, upgrades it under 64 clients whose every request has a connection of its own, and checks that each
/// was answered, and that all that was answered is counted by every replica.
fn upgrade(suffix: &str, options: &[&str]) {
    let release = Release::not_yet(suffix, &[]);
    let values: Vec<_> =
        env::var("FOOTFALL_VALUES").into_iter().flat_map(|values| ["--set".to_owned(), values]).collect();
    let before = format!("{ROOT}/target/kubernetes/before/deploy/chart");
    stdout(release.helm(&["install", NAME, &before]).args(&values));
    release.wait_until_ready();
    let [old, new] = [&before, &format!("{ROOT}/deploy/chart")].map(|chart| {
        let shown = stdout(&mut release.helm(&["show", "chart", chart]));
        shown.lines().find_map(|line| line.strip_prefix("appVersion: ")).expect("an appVersion").to_owned()
    });
    let image = |replica| release.pod(replica)["spec"]["containers"][0]["image"].clone();
    assert_eq!(image(0), format!("footfall:{old}"));

    let (answered, failed) = under_load_of(64, &release.url(), 1, || {
        for replica in 0..3 {
            release.wait_until_visited(replica);
        }
        stdout(release.helm(&["upgrade", NAME, &format!("{ROOT}/deploy/chart")]).args(options).args(&values));
        release.wait_until_ready();
        for replica in 0..3 {
            assert_eq!(image(replica), format!("footfall:{new}"));
            release.wait_until_visited(replica);
        }
    });
    assert_eq!(failed, Vec::<String>::new());
    for replica in 0..3 {
        assert_eq!(release.total(replica, 3), answered, "asked of replica {replica}");
    }
    stdout(&mut release.helm(&["test", NAME]));
    release.remove();
}

#[test]
fn an_upgrade_that_reuses_the_values_answers_every_request_and_counts_every_visit() {
    upgrade("-reused", &["--reuse-values"]);
}

#[test]
fn an_upgrade_to_the_values_of_the_new_chart_answers_every_request_and_counts_every_visit() {
    upgrade("-renewed", &[]);
}
