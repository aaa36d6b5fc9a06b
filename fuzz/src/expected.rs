//! The expected answer to a request, as the interface describes it. This shares no code with the app.
//!
//! There is no database, so that whatever needs it is a 503.

use http::Method;
use http::request::Parts;
use percent_encoding::percent_decode_str;

/// The configuration of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// With a token.
    Export,
    /// Without one.
    Plain,
    /// With an invalid variable.
    Misconfigured,
}

/// The prefixes of `User-Agent` whose requests are not visits.
pub const AGENTS: [&str; 2] = ["kube-probe/", "GoogleHC/"];

/// The formats of a resource; `None` where there is no resource.
pub fn formats(path: &str) -> Option<&'static [&'static str]> {
    Some(match path {
        "/" => &["text/plain; charset=utf-8", "text/html; charset=utf-8", "application/json"],
        "/footfall.gif" => &["image/gif"],
        "/badge.svg" => &["image/svg+xml"],
        "/healthz" => &["text/plain; charset=utf-8"],
        "/version" => &["application/json"],
        "/openapi.yaml" => &["application/yaml"],
        "/readyz"
        | "/drain"
        | "/replica"
        | "/replica/ask"
        | "/visits/histogram"
        | "/metrics"
        | "/visits"
        | "/visits/count"
        | "/visits/summary"
        | "/pages"
        | "/backup"
        | "/import"
        | "/visits/export.ndjson"
        | "/visits/export.csv" => &[],
        _ => return None,
    })
}

/// The statuses that a request may be answered with.
pub fn statuses(request: &Parts, setup: Setup) -> &'static [u16] {
    let path = request.uri.path();
    if request.uri.path_and_query().is_some_and(|text| text.as_str().len() > 8000) {
        &[414]
    } else if formats(path).is_none() || wants_token(path) && setup == Setup::Plain {
        &[404]
    } else if !methods(path).contains(&request.method) {
        &[405]
    } else if path == "/healthz" {
        &[200, 406]
    } else if setup == Setup::Misconfigured {
        &[500, 406]
    } else {
        match path {
            "/footfall.gif" if !is_page(request.uri.query()) => &[400, 406],
            "/footfall.gif" if reason(request).is_some() => &[200, 406],
            "/version" | "/openapi.yaml" => &[200, 406],
            "/" | "/footfall.gif" | "/readyz" | "/drain" | "/metrics" => &[503, 406],
            _ if wants_token(path) => &[503, 400, 401, 406],
            _ => &[503, 400, 406],
        }
    }
}

/// Whether a resource is only for those who have the token.
pub fn wants_token(path: &str) -> bool {
    path.starts_with("/visits/export") || ["/pages", "/backup", "/import"].contains(&path)
}

fn methods(path: &str) -> &'static [Method] {
    match path {
        "/pages" => &[Method::DELETE],
        "/import" => &[Method::POST],
        "/drain" | "/replica/ask" => &[Method::GET],
        _ => &[Method::GET, Method::HEAD],
    }
}

/// Why a request is not a visit; `None` if it is one.
pub fn reason(request: &Parts) -> Option<&'static str> {
    let has_prefix = |name: &str, prefix: &str| {
        request.headers.get_all(name).iter().any(|value| value.as_bytes().starts_with(prefix.as_bytes()))
    };
    if request.method == Method::HEAD {
        Some("head")
    } else if AGENTS.iter().any(|agent| has_prefix("user-agent", agent)) {
        Some("agent")
    } else if ["sec-purpose", "purpose", "x-moz"].iter().any(|name| has_prefix(name, "prefetch")) {
        Some("prefetch")
    } else {
        None
    }
}

/// Whether the query has a page that can be visited, or no page. Anything else must not be recorded.
fn is_page(query: Option<&str>) -> bool {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).collect::<Vec<_>>();
    let pairs = query.unwrap_or_default().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let pages: Vec<_> = pairs.filter(|(name, _)| decode(name) == b"page").map(|(_, value)| decode(value)).collect();
    let [page] = pages.as_slice() else { return pages.is_empty() };
    let printable =
        |text: &str| !text.chars().any(|character| character.is_control() || "\u{fffe}\u{ffff}".contains(character));
    page.len() <= 512 && page.starts_with(b"/") && str::from_utf8(page).is_ok_and(printable)
}
