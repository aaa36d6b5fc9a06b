//! Both families of addresses, or IPv6 alone.

use std::net::IpAddr;

use serde_json::Value;

use crate::client::Client;
use crate::release::{NAME, Release, eventually, stdout};

/// The addresses of the load balancer: so many.
fn addresses(release: &Release, number: usize) -> Vec<IpAddr> {
    eventually("the Service has its addresses", || {
        let service = release.get(&format!("service/{NAME}"));
        let ingress = service["status"]["loadBalancer"]["ingress"].as_array()?.clone();
        let addresses = ingress.iter().map(|one| one["ip"].as_str().expect("an address").parse().expect("an address"));
        (ingress.len() == number).then_some(addresses.collect())
    })
}

fn is_ipv6(address: &Value) -> bool {
    address.as_str().is_some_and(|address| address.contains(':'))
}

#[test]
fn with_both_families_visitors_and_peers_come_by_either() {
    let families = ["service.ipFamilyPolicy=RequireDualStack", "service.ipFamilies={IPv6,IPv4}"];
    let release = Release::install("-dual-stack", &families);
    let mut visits = 0;
    for address in addresses(&release, 2) {
        let host = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
        let client = Client::new(&format!("http://{host}:5000"));
        eventually("the LoadBalancer answers", || client.try_get("/version").ok());
        client.visit();
        visits += 1;
    }
    for replica in 0..3 {
        assert_eq!(release.total(replica, 3), visits);
    }
    stdout(&mut release.helm(&["test", NAME]));
    release.remove();

    // Peers have no other address than their names have.
    let release = Release::install("-ipv6", &["service.ipFamilyPolicy=SingleStack", "service.ipFamilies={IPv6}"]);
    let slices = release.get("endpointslices");
    let slices = slices["items"].as_array().expect("slices");
    assert!(slices.iter().all(|slice| slice["addressType"] == "IPv6"), "{slices:?}");
    Client::new(&release.url()).visit();
    for replica in 0..3 {
        assert_eq!(release.total(replica, 3), 1);
    }
    stdout(&mut release.helm(&["test", NAME]));
    release.remove();
}

#[test]
fn in_a_cluster_of_ipv6_alone_the_defaults_are_right() {
    let release = Release::install("-ipv6-alone", &[]);
    let pod = release.pod(0);
    assert_eq!(pod["status"]["podIPs"].as_array().map(Vec::len), Some(1));
    assert!(is_ipv6(&pod["status"]["podIP"]), "{pod}");
    assert!(addresses(&release, 1)[0].is_ipv6());
    let client = Client::new(&release.url());
    for _ in 0..10 {
        client.visit();
    }
    for replica in 0..3 {
        assert_eq!(release.total(replica, 3), 10);
    }
    stdout(&mut release.helm(&["test", NAME]));
    release.remove();
}
