//! What single values do.

mod defaults;
mod exposure;
mod lint;
mod notes;
mod refusals;
mod replicas;
