//! How the replicas find each other.

use http::Uri;

use super::variables::MANIFEST;
use crate::allowed_hosts::AllowedHost;
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

#[test]
fn the_app_can_reach_every_peer_and_nothing_else_but_its_own_machine() {
    let hosts = &MANIFEST["component"]["footfall"]["allowed_outbound_hosts"];
    let hosts: Vec<_> = hosts.as_array().expect("a list").iter().map(|host| host.as_str().expect("a text")).collect();
    everywhere(|case| {
        let domain = case.objects.env_text("SPIN_VARIABLE_PEER_DOMAIN");
        let expand = |host: &&str| AllowedHost::parse(&host.replace("{{ peer_domain }}", &domain)).expect("a host");
        let allowed: Vec<_> = hosts.iter().map(expand).collect();
        let allows = |url: &str| {
            let uri: Uri = url.parse().expect("a URL");
            allowed.iter().any(|host| host.allows(&uri))
        };
        for peer in case.objects.env_text("SPIN_VARIABLE_PEERS").split(',') {
            assert!(allows(peer), "{peer}");
            let other = peer.replace(&domain, &format!("{domain}.example"));
            assert!(!allows(&other), "{other}");
            assert!(!allows(&peer.replace("http:", "https:")), "{peer} by HTTPS");
        }
        assert!(allows("http://127.0.0.1:3000"));
        let outside = ["example.com", "localhost", "10.0.0.1", "169.254.169.254", "kubernetes.default.svc", "[::1]"];
        for host in outside.into_iter().chain([domain.as_str()]) {
            assert!(!allows(&format!("http://{host}:5000/")), "{host}");
        }
    });
}
