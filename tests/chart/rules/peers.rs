//! How the replicas find each other.

use crate::cases::everywhere;
use crate::chart::NAMESPACE;

#[test]
fn every_replica_is_a_peer_by_its_name_in_dns() {
    everywhere(|case| {
        let objects = &case.objects;
        let (name, port) = (objects.name(), objects.port());
        let headless = objects.headless().metadata.name.expect("a name");
        let replicas = objects.stateful_set().replicas.expect("a number");
        assert_eq!(case.value("/replicaCount"), replicas);

        let peer = |replica| format!("http://{name}-{replica}.{headless}.{NAMESPACE}.svc:{port}");
        let expected: Vec<String> = (0..replicas).map(peer).collect();
        assert_eq!(objects.env_text("SPIN_VARIABLE_PEERS"), expected.join(","));
    });
}

#[test]
fn every_peer_is_within_the_domain_that_may_be_asked() {
    everywhere(|case| {
        let domain = case.objects.env_text("SPIN_VARIABLE_PEER_DOMAIN");
        for peer in case.objects.env_text("SPIN_VARIABLE_PEERS").split(',') {
            // The manifest allows http://*.DOMAIN:*
            let authority = peer.strip_prefix("http://").expect("plain HTTP");
            let (host, _port) = authority.split_once(':').expect("a port");
            let pod = host.strip_suffix(&format!(".{domain}")).expect("a name in the domain");
            assert!(!pod.is_empty() && !pod.contains('.'), "{peer}");
            assert!(host.len() <= 253, "{peer}");
        }
    });
}
