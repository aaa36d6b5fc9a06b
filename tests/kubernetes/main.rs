//! The chart and the image on a real Kubernetes.
//!
//! ```text
//! anywhere   what the chart promises, on any cluster
//! own        what needs a hand on the node and on the network: a cluster that scripts/kubernetes starts
//!
//! release    the chart as it was installed, and what is asked of its replicas
//! load       clients that visit without pause
//! node       processes of pods
//! tools      kubectl and helm
//! ```
//!
//! `make kubernetes` runs them all; `make e2e` those in `anywhere`, on the cluster of the current kube context. Both say
//! by the variable `FOOTFALL_CLUSTER` that there is one. Without it the tests say so, and pass.

mod anywhere;
mod load;
mod node;
mod own;
mod release;
mod tools;

// That of the tests over HTTP, of which these need a part.
#[allow(dead_code)]
#[path = "../http/client.rs"]
mod client;
