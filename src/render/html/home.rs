//! The page of `/`.

use maud::html;

use super::layout::{name, page};
use crate::render::labels::group_thousands;
use crate::report::Home;
use crate::zone;

/// The number of the visit, the time and the replica.
pub fn home(home: &Home) -> String {
    let body = html! {
        body class="home" {
            main {
                @if let Some(visit) = home.visit {
                    h1 { "Visit " strong { (group_thousands(visit)) } }
                } @else {
                    h1 { strong { (group_thousands(home.visits)) } " visits" }
                }
                dl {
                    dt { "Time" }
                    dd { time datetime=(zone::rfc3339(&home.time)) { (zone::human(&home.time, &home.timezone)) } }
                    dt { "Replica" }
                    dd { (name(&home.replica)) }
                    dt { "Visits in all" }
                    dd { (group_thousands(home.visits)) }
                }
                p { a href="visits" { "All visits" } }
            }
        }
    };
    page("Footfall", &body)
}
