//! What the chart promises, asked through the API server alone.

mod changes;
mod install;
mod replicas;
mod visits;
