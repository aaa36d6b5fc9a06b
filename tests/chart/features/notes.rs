//! What Helm tells whoever has installed the chart.

use crate::chart::{Chart, NAMESPACE};
use crate::tools;

fn notes(file: &str) -> String {
    let chart = Chart::new();
    let mut helm = chart.helm("install", "my-release");
    let text = tools::stdout(helm.arg("--dry-run=client").arg("--values").arg(chart.ci(file)));
    text.split_once("\nNOTES:\n").expect("notes").1.to_owned()
}

#[test]
fn the_notes_name_what_is_there() {
    let objects = Chart::new().render_ci("my-release", "defaults.yaml");
    let notes = notes("defaults.yaml");
    let (name, port) = (objects.name(), objects.port());
    assert!(notes.contains(&format!("kubectl -n {NAMESPACE} rollout status statefulset/{name}\n")), "{notes}");
    assert!(notes.contains(&format!("/pods/{name}-0:{port}/proxy/visits?tail=5'")), "{notes}");
    assert!(notes.contains(&format!("/pods/{name}-0:{port}/proxy/visits/count?scope=cluster'\n")), "{notes}");
    assert!(notes.contains("/visits is a dashboard"), "{notes}");
    assert!(notes.contains(&format!("helm -n {NAMESPACE} test my-release\n")), "{notes}");
    // Kubernetes labels the claims with the selector.
    let labels: Vec<_> = objects.selector().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let selector = notes.lines().find_map(|line| line.split_once("delete pvc -l ")).expect("a command").1;
    let mut named: Vec<_> = selector.split(',').collect();
    named.sort_unstable();
    assert_eq!(named, labels);
}

#[test]
fn the_notes_say_how_to_get_to_each_kind_of_service() {
    assert!(notes("defaults.yaml").contains(".status.loadBalancer.ingress[0].ip"));
    assert!(notes("node-port.yaml").contains(".spec.ports[0].nodePort"));
    assert!(notes("cluster-ip.yaml").contains("port-forward service/my-release-footfall 80 &"));
}

#[test]
fn the_notes_name_the_spin_that_the_image_wants_and_what_another_looks_like() {
    assert!(notes("defaults.yaml").contains("Spin 4.0 or newer, such as containerd-shim-spin 0.25.1"));
    assert!(notes("final.yaml").contains("Spin 4.1 or newer"));
    assert!(notes("final.yaml").contains("CrashLoopBackOff and their logs are empty"));
}

#[test]
fn the_notes_do_not_tell_to_delete_claims_that_go_by_themselves() {
    assert!(!notes("ten-replicas.yaml").contains("delete pvc"));
}
