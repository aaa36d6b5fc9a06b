//! What needs access to the node and the network: a cluster that scripts/kubernetes starts.

mod faults;
pub mod load;
mod policy;
mod registry;
mod restarts;
mod runbooks;
mod runtime;
mod scaling;
