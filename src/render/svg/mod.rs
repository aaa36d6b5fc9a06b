//! Drawings: the chart of a histogram, and the badge. Maud escapes text.

mod badge;
mod chart;
mod color;
mod document;
mod histogram;

pub use badge::{Look, Style, badge, error_badge};
pub use chart::chart;
pub use color::Color;
pub use document::{CONTENT_SECURITY_POLICY, STYLE};
pub use histogram::{histogram, merged_histogram};
