//! What is recorded: visits to pages.

use chrono::DateTime;
use chrono_tz::Tz;
use serde::Serialize;

/// The longest name of a page, in bytes of UTF-8.
pub const MAX_PAGE_BYTES: usize = 512;

/// What was visited: a path such as `/` or `/blog/x`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Page(String);

impl Page {
    /// The page that stands for all the pages beyond the variable `max_pages`.
    pub const OTHER: &str = "(other)";

    /// The page `/`.
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// Takes a name that can be counted: a path of at most [`MAX_PAGE_BYTES`] without control characters,
    /// or [`Page::OTHER`]; `None` otherwise.
    pub fn parse(name: &str) -> Option<Self> {
        let path = name.starts_with('/') && name.len() <= MAX_PAGE_BYTES && !name.contains(char::is_control);
        (path || name == Self::OTHER).then(|| Self(name.to_owned()))
    }

    /// The name of the page.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One recorded request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Visit {
    /// Its place in the log of the replica, from 1; an id is never given twice.
    pub id: i64,
    /// When the request came, in the zone that the asker wants to see.
    #[serde(serialize_with = "crate::zone::serialize")]
    pub at: DateTime<Tz>,
    /// What was visited.
    pub page: Page,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_path() {
        for name in ["/", "/blog/x", "/a b", "/مرحبا", "/<script>", "(other)"] {
            assert_eq!(Page::parse(name).map(|page| page.0).as_deref(), Some(name));
        }
        for name in ["", "blog", "(others)", "http://x/", "/a\nb", "/a\0"] {
            assert_eq!(Page::parse(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_page_is_at_most_512_bytes() {
        let longest = format!("/{}", "x".repeat(MAX_PAGE_BYTES - 1));
        assert!(Page::parse(&longest).is_some());
        assert!(Page::parse(&format!("{longest}x")).is_none());
        assert!(Page::parse(&format!("/{}", "é".repeat(256))).is_none(), "bytes count, not characters");
    }
}
