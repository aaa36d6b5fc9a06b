//! What all pages have in common.

use chrono::{DateTime, FixedOffset};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::render::labels::coarse_label;
use crate::render::svg;
use crate::report::CoarseBefore;
use crate::zone;

/// What a browser may load and run: the styles below by their hashes, what else is given, and nothing more.
macro_rules! policy {
    ($more:literal) => {
        concat!(
            "default-src 'none'; \
             style-src 'sha256-C+YnJqHt1D2xLIwIlU8K8uinF2FhJrVcy98/hwHuzO8=' 'sha256-P945LdgNiBQWc+iH0WCJOCYNA3HrhEnSnF+eOi+uT7Q='; ",
            $more,
            "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
    };
}

/// What a browser may load and run for a page.
pub const CONTENT_SECURITY_POLICY: &str = policy!("");

/// The same for the dashboard, which has a script that asks for the dashboard.
pub const DASHBOARD_POLICY: &str =
    policy!("script-src 'sha256-nVg6vdat56XCF0GZzDX7vYzRTR11G0m6Gn4kPIN0q1U='; connect-src 'self'; ");

const STYLE: &str = include_str!("style.css");

/// A page with this `body` element.
pub fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                // An icon without a request.
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
                style { (PreEscaped(svg::STYLE)) }
            }
            (body)
        }
    };
    page.into_string()
}

/// A time, for people and for machines.
pub fn time(at: &DateTime<FixedOffset>) -> Markup {
    html! {
        // A line may break between the date and the time of day, and not within them.
        time datetime=(zone::rfc3339(at)) { span { (at.format("%Y-%m-%d")) } " " span { (at.format("%H:%M:%S")) } }
    }
}

/// Tells before which time numbers are coarse; `what` says where visits of such times are.
pub fn coarse(before: Option<CoarseBefore>, what: &str) -> Markup {
    html! {
        @if let Some(before @ CoarseBefore(at)) = before {
            p class="note" {
                "Before " time datetime=(zone::rfc3339(&at)) { (coarse_label(before)) }
                ", visits are counted by the day or longer, and " (what)
                " at the beginning of that day, month or year."
            }
        }
    }
}

/// A name, which may be written in any direction.
pub fn name(name: &str) -> Markup {
    html! { bdi { (name) } }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::render::html::dashboard::UPDATE;

    #[test]
    fn the_policies_allow_the_styles_and_the_script() {
        for (policy, text) in [
            (CONTENT_SECURITY_POLICY, STYLE),
            (CONTENT_SECURITY_POLICY, svg::STYLE),
            (DASHBOARD_POLICY, STYLE),
            (DASHBOARD_POLICY, UPDATE),
            (svg::CONTENT_SECURITY_POLICY, svg::STYLE),
        ] {
            let hash = STANDARD.encode(Sha256::digest(text));
            assert!(policy.contains(&format!("'sha256-{hash}'")), "no 'sha256-{hash}' in {policy}");
        }
    }
}
