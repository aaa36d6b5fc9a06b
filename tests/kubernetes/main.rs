//! The chart and the image on a real Kubernetes.
//!
//! ```text
//! any_cluster  what the chart promises, on any cluster: asked through the API server alone
//! own_cluster  what needs access to the node and the network: a cluster that scripts/kubernetes starts
//! long         the same, where it takes longer
//!
//! release      the chart as it is installed, and what is asked of its replicas
//! shell        the shell of somebody who follows a document
//! node         the processes of pods
//! ```
//!
//! `make kubernetes` runs them all but `long`, which `make kubernetes-long` does; `make e2e` those in `any_cluster`, on the cluster of the current kube context.

mod any_cluster;
mod long;
mod node;
mod own_cluster;
mod release;
mod shell;

// That of the tests over HTTP, of which these need a part.
#[allow(dead_code)]
#[path = "../http/client.rs"]
mod client;

// Those of the tests of packages, likewise.
#[allow(dead_code)]
#[path = "../package/project.rs"]
mod project;
#[path = "../package/registry.rs"]
mod registry;
