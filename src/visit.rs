//! What is recorded: visits to pages.

mod canonical;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::limits::MAX_PAGE_BYTES;

/// What was visited: a path such as `/` or `/blog/x`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Page(String);

impl Page {
    /// The page that stands for all the pages beyond the variable `max_pages`.
    pub const OTHER: &str = "(other)";

    /// The page `/`.
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// Parses the name of a page: a path without control characters of at most [`MAX_PAGE_BYTES`], or [`Page::OTHER`].
    pub fn parse(name: &str) -> Option<Self> {
        let path = name.starts_with('/') && name.len() <= MAX_PAGE_BYTES && is_printable(name);
        (path || name == Self::OTHER).then(|| Self(name.to_owned()))
    }

    /// The name of the page.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text can be written in any format: it has no control characters, and no characters that XML excludes.
pub fn is_printable(text: &str) -> bool {
    !text.contains(|character: char| character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}'))
}

impl TryFrom<String> for Page {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name).ok_or("no page")
    }
}

/// One recorded request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Its position in the log of the replica, from 1. An id is never assigned twice.
    pub id: i64,
    /// When the request came, in the zone that was asked for.
    #[serde(with = "crate::zone")]
    pub at: DateTime<FixedOffset>,
    /// What was visited.
    pub page: Page,
}

/// Why a request is not a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It comes from a health checker, or from what the variable `ignore_agents` lists.
    Agent,
    /// It comes from a crawler, or another program that no person sees a page with.
    Bot,
    /// It is a HEAD request.
    Head,
    /// The browser prefetches the page.
    Prefetch,
    /// The browser renders the page before somebody goes to it.
    Prerender,
    /// The browser shows what the page looks like.
    Preview,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Agent, Self::Bot, Self::Head, Self::Prefetch, Self::Prerender, Self::Preview];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::Head => "head",
            Self::Prefetch => "prefetch",
            Self::Prerender => "prerender",
            Self::Preview => "preview",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_a_path() {
        for name in ["/", "/blog/x", "/a b", "/مرحبا", "/<script>", "(other)"] {
            assert_eq!(Page::parse(name).map(|page| page.0).as_deref(), Some(name));
        }
        for name in ["", "blog", "(others)", "http://x/", "/a\nb", "/a\0", "/\u{fffe}"] {
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

    proptest! {
        #[test]
        fn a_page_is_short_and_printable(name in any::<String>(), path in "/\\PC{0,600}") {
            for name in [name, path] {
                if let Some(page) = Page::parse(&name) {
                    prop_assert!(page.as_str() == name && name.len() <= MAX_PAGE_BYTES && is_printable(&name));
                    prop_assert!(name.starts_with('/') || name == Page::OTHER);
                }
            }
        }

        #[test]
        fn a_page_is_deserialized_as_it_is_serialized(path in "/\\PC{0,200}") {
            if let Some(page) = Page::parse(&path) {
                let json = serde_json::to_string(&page).expect("JSON");
                prop_assert_eq!(serde_json::from_str::<Page>(&json).ok(), Some(page));
            }
        }

        #[test]
        fn a_printable_path_is_a_page_if_it_is_short_enough(path in "/[ -~\u{a1}-\u{2ff}\u{4e00}-\u{4e80}]{0,600}") {
            prop_assert_eq!(Page::parse(&path).is_some(), path.len() <= MAX_PAGE_BYTES);
        }
    }
}
