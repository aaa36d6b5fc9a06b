//! What the chart promises, asked of Helm and of what it renders; no cluster is needed. `scripts/chart-tools` installs
//! Helm and the schemas of Kubernetes.
//!
//! ```text
//! chart      the chart, or an edited copy of it, and how to render it
//! cases      every file in deploy/chart/ci under every name of a release
//!
//! snapshots  what the defaults give, and what every file in deploy/chart/ci changes in it
//! rules      what holds in every case
//! storage    how much of its volume the database of a replica may use
//! network    ports, names and selectors fit together in every case
//! refusals   values that are a mistake
//! upgrades   what may change from version to version, and what may not
//! umbrella   the chart as a part of another one
//! options    what can be added, changed or emptied
//! readme     what the documents say of values: the table of all, and examples
//! schemas    every object against the schemas of Kubernetes
//! grafana    the dashboard for Grafana
//! ```

// The hosts' own, and its tests, which run here.
#[path = "../../host/src/allowed_hosts.rs"]
mod allowed_hosts;
mod cases;
mod chart;
mod grafana;
mod network;
mod options;
mod readme;
mod refusals;
mod rules;
mod schemas;
mod snapshots;
mod storage;
mod umbrella;
mod upgrades;
