//! Drawings: the bar chart of a histogram, and the badge. Maud escapes what is not markup.

mod badge;
mod chart;

use maud::{Markup, PreEscaped, html};

pub use badge::{Badge, Color, badge};
pub use chart::chart;

use super::grouped;
use crate::bucket::Bucket;
use crate::report::cluster::{Cluster, Histograms};
use crate::report::{Bar, Histogram};
use crate::visit::Page;

/// What a browser may load and run for a drawing: the style below by its hash, and nothing else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'sha256-P945LdgNiBQWc+iH0WCJOCYNA3HrhEnSnF+eOi+uT7Q='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How a chart looks, here and within a page.
pub const STYLE: &str = include_str!("chart.css");

/// A histogram by itself.
pub fn histogram(histogram: &Histogram, page: Option<&Page>) -> String {
    let title = format!("{} on {}", visits(histogram.visits, page), histogram.replica);
    drawing(histogram.bucket, &histogram.buckets, &title)
}

/// That of all replicas; the title says what is missing.
pub fn histograms(cluster: &Cluster<Histograms>, page: Option<&Page>) -> String {
    let missing = if cluster.complete { String::new() } else { format!(", without {}", cluster.missing.join(", ")) };
    let title = format!("{}{missing}", visits(cluster.whole.total, page));
    drawing(cluster.whole.bucket, &cluster.whole.buckets, &title)
}

fn visits(visits: i64, page: Option<&Page>) -> String {
    let to = page.map_or(String::new(), |page| format!(" to {}", page.as_str()));
    format!("{} visits{to}", grouped(visits))
}

fn drawing(bucket: Bucket, bars: &[Bar], title: &str) -> String {
    let style = html! { style { (PreEscaped(STYLE)) } };
    xml(&chart(bucket, bars, title, Some(&style)))
}

/// A whole document.
fn xml(svg: &Markup) -> String {
    format!("{}\n", svg.0)
}
