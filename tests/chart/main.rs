//! What the chart promises, asked of `helm` and of what it renders; no cluster is needed.
//!
//! ```text
//! tools      helm, and Kubernetes' schemas: `scripts/chart-tools` brings both
//! chart      the chart, or a copy of it with something edited, and how to render it
//! objects    what was rendered, as Kubernetes' own types
//! cases      every file in deploy/chart/ci under every name of a release
//!
//! rules      what holds in every case
//! features   what single values do, and which are refused
//! upgrades   what may change from version to version, and what may not
//! schemas    every object against the schemas of Kubernetes
//! ```

// The hosts' own, and its tests, which run here.
#[path = "../../host/src/allowed_hosts.rs"]
mod allowed_hosts;
mod cases;
mod chart;
mod features;
mod objects;
mod rules;
mod schemas;
mod tools;
mod upgrades;
