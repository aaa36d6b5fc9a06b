//! Visitors from outside the cluster.

use crate::client::Client;
use crate::release::Release;

#[test]
fn visits_from_outside_are_counted_once_and_reach_every_replica() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    let before: Vec<_> = (0..3).map(|replica| release.count(replica)).collect();
    let url = release.url();
    release.visitor();
    // Each over a connection of its own, for a connection stays with its replica.
    for _ in 0..60 {
        assert!(Client::new(&url).get("/").recorded().is_some());
    }
    let more: Vec<_> = (0..3).map(|replica| release.count(replica) - before[replica]).collect();
    assert_eq!(more.iter().sum::<i64>(), 60, "{more:?}");
    // That one of three gets none of 60 happens once in ten billion times.
    assert!(more.iter().all(|&visits| visits > 0), "{more:?}");
}

#[test]
fn the_whole_cluster_is_known_outside() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    let answer = release.visitor().json("/visits/count?scope=cluster");
    assert_eq!(answer["complete"], true, "{answer}");
    assert_eq!(answer["total"], release.sum());
}
