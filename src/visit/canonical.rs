//! The one name of a page that several addresses have.

use super::Page;

/// What advertisers and newsletters add to addresses to tell from where visitors come, not what they visit: the ids of
/// clicks, and the names of campaigns. A star at the end stands for anything.
const TRACKING: [&str; 57] = [
    "__hsfp",
    "__hssc",
    "__hstc",
    "__s",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "_openstat",
    "dclid",
    "epik",
    "fbclid",
    "gad_campaignid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "hsCtaTracking",
    "igsh",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "msclkid",
    "mtm_*",
    "oft_c",
    "oft_ck",
    "oft_d",
    "oft_id",
    "oft_ids",
    "oft_k",
    "oft_lk",
    "oft_sid",
    "oly_anon_id",
    "oly_enc_id",
    "rb_clickid",
    "s_cid",
    "sc_customer",
    "sc_eh",
    "sc_uid",
    "srsltid",
    "ss_email_id",
    "ttclid",
    "twclid",
    "unicorn_click_id",
    "utm_*",
    "vero_conv",
    "vero_id",
    "vgo_ee",
    "wbraid",
    "wickedid",
    "yclid",
    "ymclid",
    "ysclid",
];

impl Page {
    /// The page of an address, a path that may have a query. What is the same page has the same name: slashes and
    /// `/index.html` at the end of the path are dropped, and so are tracking parameters, and those in `strip_parameters`.
    pub fn canonical(address: &str, strip_parameters: &[String]) -> Option<Self> {
        Self::named(address, |parameter| !is_stripped(parameter, strip_parameters))
    }

    /// The same with all parameters, as for a page that was recorded before one of them was dropped.
    pub fn with_all_parameters(address: &str) -> Option<Self> {
        Self::named(address, |_| true)
    }

    fn named(address: &str, is_kept: impl Fn(&str) -> bool) -> Option<Self> {
        if address == Self::OTHER {
            return Self::parse(address);
        }
        if !address.starts_with('/') {
            return None;
        }
        let (mut path, query) = address.split_once('?').unwrap_or((address, ""));
        while let Some(shorter) = path.strip_suffix('/').or_else(|| path.strip_suffix("/index.html")) {
            path = shorter;
        }
        let mut name = if path.is_empty() { "/".to_owned() } else { path.to_owned() };
        let kept = query.split('&').filter(|parameter| !parameter.is_empty() && is_kept(parameter));
        for (index, parameter) in kept.enumerate() {
            name.push(if index == 0 { '?' } else { '&' });
            name.push_str(parameter);
        }
        Self::parse(&name)
    }
}

/// Whether a parameter says nothing about what is visited.
fn is_stripped(parameter: &str, strip_parameters: &[String]) -> bool {
    let name = parameter.split_once('=').map_or(parameter, |(name, _)| name);
    let mut patterns = TRACKING.into_iter().chain(strip_parameters.iter().map(String::as_str));
    patterns.any(|pattern| match pattern.strip_suffix('*') {
        Some(prefix) => {
            name.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
        }
        None => name.eq_ignore_ascii_case(pattern),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(address: &str) -> Option<String> {
        Page::canonical(address, &["ref".to_owned(), "session_*".to_owned()]).map(|page| page.as_str().to_owned())
    }

    #[test]
    fn addresses_of_one_page_have_one_name() {
        for (name, addresses) in [
            ("/", &["/", "//", "/index.html", "/index.html/", "/?", "/?&", "/?utm_source=x&utm_medium=y"][..]),
            ("/a", &["/a", "/a/", "/a//", "/a/index.html", "/a/index.html/index.html", "/a/?fbclid=x", "/a?GCLID=x&"]),
            ("/a?id=1&x", &["/a?id=1&x", "/a/?id=1&x", "/a?utm_id=2&id=1&gclid&x&ref=y&Session_id=z"]),
            ("/a?id=/b/", &["/a/?id=/b/"]),
            ("/a?reference=1&utm=2", &["/a?reference=1&utm=2"]),
            ("/index.htm", &["/index.htm"]),
            ("/index.html5", &["/index.html5"]),
            ("/c++", &["/c++"]),
            ("(other)", &["(other)"]),
        ] {
            for address in addresses {
                assert_eq!(canonical(address).as_deref(), Some(name), "{address}");
            }
        }
    }

    #[test]
    fn what_is_no_path_is_no_page() {
        for address in ["", "a", "a/", "index.html", "?/a", "(others)", "/a\n", "http://x/"] {
            assert_eq!(canonical(address), None, "{address:?}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_name_is_its_own(address in "/(a|/|index\\.html|\\?|&|=|utm_x|ref|\u{e9}){0,12}") {
            let name = canonical(&address).expect("a page");
            prop_assert_eq!(canonical(&name), Some(name.clone()), "{}", address);
            let query = name.split_once('?').map_or("", |(_, query)| query);
            prop_assert!(query.split('&').all(|parameter| !parameter.starts_with("utm_x")), "{}", name);
        }
    }
}
