//! Visits, and what is none.

use crate::release::{Release, json};
use crate::tools::{eventually, kubectl, stdout};

#[test]
fn a_visit_through_the_service_is_counted_once_on_some_replica() {
    let Some(release) = Release::shared() else { return };
    let before = release.sum();
    for _ in 0..10 {
        release.ask_service("/");
    }
    assert_eq!(release.sum(), before + 10);
}

/// How many times the kubelets have asked the replicas whether they are ready.
fn probes(release: &Release) -> f64 {
    let node = release.pod(0)["spec"]["nodeName"].as_str().expect("a node").to_owned();
    let metrics = stdout(kubectl().args(["get", "--raw", &format!("/api/v1/nodes/{node}/proxy/metrics/probes")]));
    let of_replica = |line: &&str| {
        line.starts_with("prober_probe_total")
            && line.contains(r#"pod="footfall-0""#)
            && line.contains(&format!(r#"namespace="{}""#, release.namespace()))
            && line.contains(r#"probe_type="Readiness""#)
            && line.contains(r#"result="successful""#)
    };
    let value = |line: &str| line.rsplit(' ').next().and_then(|number| number.parse::<f64>().ok());
    metrics.lines().filter(of_replica).filter_map(value).sum()
}

#[test]
fn probes_are_no_visits() {
    let Some(release) = Release::shared() else { return };
    let (visits, before) = (release.count(0), probes(&release));
    eventually("three rounds of the readiness probe", || (probes(&release) >= before + 3.0).then_some(()));
    assert_eq!(release.count(0), visits);
}

#[test]
fn each_replica_has_a_log_of_its_own() {
    let Some(release) = Release::shared() else { return };
    let before: Vec<_> = (0..3).map(|replica| release.count(replica)).collect();
    let said = json(&release.ask(1, "/"));
    assert_eq!(said["replica"], "footfall-1", "{said}");
    assert_eq!(release.count(0), before[0]);
    assert_eq!(release.count(1), before[1] + 1);
    assert_eq!(release.count(2), before[2]);

    let log = json(&release.ask(1, "/visits?tail=1&scope=replica"));
    assert_eq!(log["visits"][0]["id"], said["visit"], "{log}");
}

#[test]
fn a_day_in_the_histogram_adds_up_to_the_count() {
    let Some(release) = Release::shared() else { return };
    release.ask(0, "/");
    let histogram = json(&release.ask(0, "/visits/histogram?since=24h&scope=replica"));
    let count = json(&release.ask(0, "/visits/count?since=24h&scope=replica"));
    assert!(count["visits"].as_i64() > Some(0), "{count}");
    let buckets = histogram["buckets"].as_array().expect("buckets");
    let sum: i64 = buckets.iter().map(|bucket| bucket["visits"].as_i64().expect("a number")).sum();
    assert_eq!(Some(sum), count["visits"].as_i64(), "{histogram}");
}

#[test]
fn the_metrics_of_a_replica_are_its_own() {
    let Some(release) = Release::shared() else { return };
    for replica in 0..3 {
        let metrics = release.ask(replica, "/metrics");
        let visits = metrics.lines().find_map(|line| line.strip_prefix("footfall_visits_total ")).expect("a total");
        assert_eq!(visits.parse(), Ok(release.count(replica)));
    }
}
