//! What all drawings have in common.

use maud::Markup;

/// What a browser may load and run for a drawing: the style below by its hash, and nothing else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'sha256-P945LdgNiBQWc+iH0WCJOCYNA3HrhEnSnF+eOi+uT7Q='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The style of a chart, in a drawing and in a page.
pub const STYLE: &str = include_str!("chart.css");

/// A drawing as a file.
pub fn document(svg: &Markup) -> String {
    format!("{}\n", svg.0)
}
