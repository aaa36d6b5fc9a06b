//! The page of an error.

use maud::html;

use super::layout::page;

/// What is wrong, and a sentence that says what to do.
pub fn error(title: &str, detail: &str) -> String {
    let body = html! {
        body class="home" {
            main {
                h1 { (title) }
                p { (detail) }
            }
        }
    };
    page(&format!("{title} – Footfall"), &body)
}
