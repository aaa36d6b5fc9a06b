//! What single values do.

mod defaults;
mod exposure;
mod grafana;
mod lint;
mod notes;
mod refusals;
mod replicas;
