//! Which requests are of visitors.

use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::agent::Agent;
use crate::visit::Reason;

/// The headers in which browsers say what a request is for, if nobody has gone to the page yet.
const PURPOSES: [HeaderName; 4] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-purpose"),
    HeaderName::from_static("x-moz"),
];

/// Why a request is not a visit; `None` if it is one. Who has a `User-Agent` with one of `ignored` is no visitor.
pub fn ignore_reason(ignored: &[String], request: &Parts) -> Option<Reason> {
    if request.method == Method::HEAD {
        return Some(Reason::Head);
    }
    let agents = request.headers.get_all(USER_AGENT);
    agents.iter().find_map(|agent| agent_reason(ignored, agent.as_bytes())).or_else(|| purpose(&request.headers))
}

fn agent_reason(ignored: &[String], header: &[u8]) -> Option<Reason> {
    let agent = Agent::new(header);
    if agent.is_health_checker() || ignored.iter().any(|text| agent.contains(text)) {
        Some(Reason::Agent)
    } else if agent.is_bot() {
        Some(Reason::Bot)
    } else {
        None
    }
}

/// What browsers call `prefetch`, `prefetch;prerender`, and maybe `prefetch;prerender;preview`: the last one says most.
fn purpose(headers: &HeaderMap) -> Option<Reason> {
    let values: Vec<&HeaderValue> = PURPOSES.into_iter().flat_map(|name| headers.get_all(name)).collect();
    [Reason::Preview, Reason::Prerender, Reason::Prefetch]
        .into_iter()
        .find(|reason| values.iter().any(|value| has_word(value.as_bytes(), reason.name().as_bytes())))
}

fn has_word(value: &[u8], word: &[u8]) -> bool {
    let mut words = value.split(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte));
    words.any(|other| other.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    const BROWSER: &[u8] = b"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

    fn reason(method: Method, headers: &[(&str, &[u8])]) -> Option<Reason> {
        let request = headers.iter().fold(Request::builder().method(method), |request, (name, value)| {
            request.header(*name, HeaderValue::from_bytes(value).expect("a header"))
        });
        ignore_reason(&["my, own".to_owned()], &request.body(()).expect("a request").into_parts().0)
    }

    fn reason_of_get(name: &str, value: &str) -> Option<Reason> {
        reason(Method::GET, &[(name, value.as_bytes())])
    }

    #[test]
    fn a_browser_is_a_visitor_and_so_is_who_says_nothing() {
        assert_eq!(reason(Method::GET, &[("user-agent", BROWSER), ("sec-fetch-dest", b"document")]), None);
        assert_eq!(reason(Method::GET, &[]), None);
        assert_eq!(reason_of_get("user-agent", ""), None);
    }

    #[test]
    fn who_sends_head_is_no_visitor() {
        assert_eq!(reason(Method::HEAD, &[("user-agent", BROWSER)]), Some(Reason::Head));
        assert_eq!(reason(Method::HEAD, &[("user-agent", b"kube-probe/1.37")]), Some(Reason::Head));
    }

    #[test]
    fn health_checkers_and_bots_are_told_apart() {
        assert_eq!(reason_of_get("user-agent", "kube-probe/1.37"), Some(Reason::Agent));
        assert_eq!(reason_of_get("user-agent", "Googlebot/2.1"), Some(Reason::Bot));
    }

    #[test]
    fn what_is_ignored_may_be_anywhere_in_any_case_and_comes_before_bots() {
        for agent in ["my, own", "A bot that is MY, OWN/1.0", "x(my, owner)"] {
            assert_eq!(reason_of_get("user-agent", agent), Some(Reason::Agent), "{agent}");
        }
        assert_eq!(reason_of_get("user-agent", "my,own"), None);
    }

    #[test]
    fn each_of_several_agents_counts() {
        assert_eq!(reason(Method::GET, &[("user-agent", BROWSER), ("user-agent", b"Googlebot")]), Some(Reason::Bot));
    }

    #[test]
    fn every_header_of_a_purpose_is_known() {
        for name in ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"] {
            for (value, reason) in
                [("prefetch", Reason::Prefetch), ("prerender", Reason::Prerender), ("preview", Reason::Preview)]
            {
                assert_eq!(reason_of_get(name, value), Some(reason), "{name}: {value}");
            }
        }
    }

    #[test]
    fn a_purpose_may_have_parameters_blanks_and_any_case() {
        for (value, expected) in [
            ("prefetch;anonymous-client-ip", Some(Reason::Prefetch)),
            ("prefetch;prerender", Some(Reason::Prerender)),
            ("Prefetch ; PreRender", Some(Reason::Prerender)),
            ("\tPREFETCH;\t", Some(Reason::Prefetch)),
            ("prefetch;prerender;preview", Some(Reason::Preview)),
            ("other, prefetch", Some(Reason::Prefetch)),
            ("\"prefetch\"", Some(Reason::Prefetch)),
            ("instant", None),
            ("no-prefetch", None),
            ("prefetched", None),
            ("", None),
        ] {
            assert_eq!(reason_of_get("sec-purpose", value), expected, "{value:?}");
        }
    }

    #[test]
    fn of_several_purposes_the_one_that_says_most_counts() {
        let both: [(&str, &[u8]); 2] = [("purpose", b"prefetch"), ("sec-purpose", b"prefetch;prerender")];
        assert_eq!(reason(Method::GET, &both), Some(Reason::Prerender));
        let twice: [(&str, &[u8]); 2] = [("x-moz", b"\xff"), ("x-moz", b"prefetch")];
        assert_eq!(reason(Method::GET, &twice), Some(Reason::Prefetch));
    }
}
