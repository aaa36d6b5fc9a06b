//! An upgrade, and what it leaves alone.

use crate::release::Release;

#[test]
fn an_upgrade_changes_a_value_and_keeps_the_visits() {
    let Some(release) = Release::shared() else { return };
    let visits = release.count(1);
    release.upgrade(&["timezone=Asia/Kathmandu"]);
    release.is_ready();
    let said = release.ask(0, "/");
    assert!(said.contains("Asia/Kathmandu"), "{said}");
    assert_eq!(release.count(1), visits);
}
