//! What needs a hand on the node and on the network: a cluster of our own.

mod kubelet;
mod load_balancer;
mod policy;
mod restarts;
mod runtime;
mod wrong_image;
