//! The page for a visitor.

use maud::html;

use super::page;
use crate::render::grouped;
use crate::report::Home;
use crate::zone;

/// The number of the visit, the time and the replica.
pub fn home(home: &Home) -> String {
    let body = html! {
        body class="home" {
            main {
                @if let Some(visit) = home.visit {
                    h1 { "Visit " strong { (grouped(visit)) } }
                } @else {
                    h1 { strong { (grouped(home.visits)) } " visits" }
                }
                dl {
                    dt { "Time" }
                    dd { time datetime=(zone::rfc3339(&home.time)) { (zone::human(&home.time, &home.timezone)) } }
                    dt { "Replica" }
                    dd { (super::name(&home.replica)) }
                    dt { "Recorded here" }
                    dd { (grouped(home.visits)) }
                }
                p { a href="/visits" { "All visits" } }
            }
        }
    };
    page("Footfall", &body)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn markup_in_a_name_is_text() {
        let replica = "<script>alert(1)</script>".to_owned();
        let (time, timezone) = (DateTime::UNIX_EPOCH.fixed_offset(), "UTC".to_owned());
        let page = home(&Home { time, timezone, replica, visit: Some(1), visits: 1 });
        assert!(page.contains("&lt;script&gt;"), "{page}");
        assert!(!page.contains("<script>"), "{page}");
    }
}
