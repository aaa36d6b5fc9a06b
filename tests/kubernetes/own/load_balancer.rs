//! Visitors from outside the cluster.

use std::collections::BTreeSet;

use crate::client::Client;
use crate::release::Release;
use crate::tools::eventually;

#[test]
fn visits_from_outside_reach_every_replica_and_are_counted_once() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    release.visitor();
    let (before, url) = (release.sum(), release.url());
    let (mut visits, mut replicas) = (0, BTreeSet::new());
    eventually("every replica is reached", || {
        // Over a connection of its own, for a connection stays with its replica.
        let answer = Client::new(&url).json("/");
        visits += 1;
        replicas.insert(answer["replica"].to_string());
        (replicas.len() == 3).then_some(())
    });
    assert_eq!(release.sum(), before + visits);
}

#[test]
fn the_whole_cluster_is_known_outside() {
    let Some(release) = Release::shared_on_own_cluster() else { return };
    let answer = release.visitor().json("/visits/count?scope=cluster");
    assert_eq!(answer["complete"], true, "{answer}");
    assert_eq!(answer["total"], release.sum());
}
