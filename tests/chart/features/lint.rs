//! What Helm itself thinks of the chart.

use crate::chart::Chart;
use crate::tools;

#[test]
fn helm_finds_no_fault_with_any_values() {
    let chart = Chart::new();
    for file in chart.ci_files() {
        println!("{file}");
        tools::stdout(chart.lint().arg("--values").arg(chart.ci(&file)));
    }
}

#[test]
fn a_cluster_that_is_too_old_is_refused() {
    let chart = Chart::new();
    let refusal = chart.refusal(&["--kube-version", "1.29.0"]);
    assert!(refusal.contains("kubeVersion"), "{refusal}");
    // Managed clusters have versions like these.
    tools::stdout(chart.helm("template", "footfall").args(["--kube-version", "1.30.4-gke.100"]));
}
