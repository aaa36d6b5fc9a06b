//! The pages for a browser. Maud escapes what is not markup.

use maud::{DOCTYPE, PreEscaped, html};

use crate::report::Home;
use crate::zone;

/// What a browser may load and run for a page: the style below by its hash, and nothing else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'sha256-sCPBeAV2LOo6wJkvDQm71VoXfHmzfSZCOebqlooCFQ0='; \
     img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = include_str!("style.css");

/// The page for a visitor: the number of the visit, the time and the replica.
pub fn home(home: &Home) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Footfall" }
                // An icon without a request.
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    @if let Some(visit) = home.visit {
                        h1 { "Visit " strong { (visit) } }
                    } @else {
                        h1 { strong { (home.visits) } " visits" }
                    }
                    dl {
                        dt { "Time" }
                        dd { time datetime=(zone::rfc3339(&home.time)) { (zone::human(&home.time)) } }
                        dt { "Replica" }
                        dd { (home.replica) }
                        dt { "Recorded here" }
                        dd { (home.visits) }
                    }
                    p { a href="/visits" { "The latest visits" } }
                }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use chrono::DateTime;
    use chrono_tz::Tz;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_allows_the_style() {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
        assert!(CONTENT_SECURITY_POLICY.contains(&format!("'sha256-{hash}'")), "the hash of style.css is {hash}");
    }

    #[test]
    fn markup_in_a_name_is_text() {
        let replica = "<script>alert(1)</script>".to_owned();
        let time = DateTime::UNIX_EPOCH.with_timezone(&Tz::UTC);
        let page = home(&Home { time, timezone: "UTC", replica, visit: Some(1), visits: 1 });
        assert!(page.contains("&lt;script&gt;"), "{page}");
        assert!(!page.contains("<script>"), "{page}");
    }
}
