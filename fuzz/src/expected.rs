//! What is answered to which request, as the interface describes it: a second opinion, which shares no code with the app.
//!
//! There is no database, so that what needs one is a 503.

use http::Method;
use http::request::Parts;
use percent_encoding::percent_decode_str;

/// How the app is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// With a token for the export.
    Export,
    /// Without one.
    Plain,
    /// With a variable that has a bad value.
    Misconfigured,
}

/// The `User-Agent`s of those who are no visitors.
pub const AGENTS: [&str; 2] = ["kube-probe/", "GoogleHC/"];

/// The formats in which a resource answers; `None` where there is no resource.
pub fn formats(path: &str) -> Option<&'static [&'static str]> {
    Some(match path {
        "/" => &["text/plain; charset=utf-8", "text/html; charset=utf-8", "application/json"],
        "/count.gif" => &["image/gif"],
        "/badge.svg" => &["image/svg+xml"],
        "/healthz" => &["text/plain; charset=utf-8"],
        "/version" => &["application/json"],
        "/openapi.yaml" => &["application/yaml"],
        // No minutes at all are counted without the database.
        "/visits/histogram" => &["application/json", "text/plain; charset=utf-8", "image/svg+xml"],
        "/readyz"
        | "/metrics"
        | "/visits"
        | "/visits/count"
        | "/visits/summary"
        | "/visits/export.ndjson"
        | "/visits/export.csv" => &[],
        _ => return None,
    })
}

/// The statuses that a request may be answered with.
pub fn statuses(request: &Parts, setup: Setup) -> &'static [u16] {
    let path = request.uri.path();
    let export = path.starts_with("/visits/export");
    if request.uri.path_and_query().is_some_and(|target| target.as_str().len() > 8000) {
        &[414]
    } else if formats(path).is_none() || export && setup == Setup::Plain {
        &[404]
    } else if request.method != Method::GET && request.method != Method::HEAD {
        &[405]
    } else if path == "/healthz" {
        &[200, 406]
    } else if setup == Setup::Misconfigured {
        &[500, 406]
    } else {
        match path {
            "/count.gif" if !is_page(request.uri.query()) => &[400, 406],
            "/count.gif" if reason(request).is_some() => &[200, 406],
            "/version" | "/openapi.yaml" => &[200, 406],
            "/" | "/count.gif" | "/readyz" | "/metrics" => &[503, 406],
            // There is nothing to count where the range is empty.
            "/visits/histogram" => &[503, 200, 400, 406],
            _ if export => &[503, 400, 401, 406],
            _ => &[503, 400, 406],
        }
    }
}

/// Why a request is no visit; `None` if it is one.
pub fn reason(request: &Parts) -> Option<&'static str> {
    let begins = |name: &str, with: &str| {
        request.headers.get_all(name).iter().any(|value| value.as_bytes().starts_with(with.as_bytes()))
    };
    if request.method == Method::HEAD {
        Some("head")
    } else if AGENTS.iter().any(|agent| begins("user-agent", agent)) {
        Some("agent")
    } else if ["sec-purpose", "purpose", "x-moz"].iter().any(|name| begins(name, "prefetch")) {
        Some("prefetch")
    } else {
        None
    }
}

/// Whether the query names a page that can be visited, or none: anything else must never be stored.
fn is_page(query: Option<&str>) -> bool {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).collect::<Vec<_>>();
    let pairs = query.unwrap_or_default().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let pages: Vec<_> = pairs.filter(|(name, _)| decode(name) == b"page").map(|(_, value)| decode(value)).collect();
    let [page] = pages.as_slice() else { return pages.is_empty() };
    let plain =
        |text: &str| !text.chars().any(|character| character.is_control() || "\u{fffe}\u{ffff}".contains(character));
    page.len() <= 512 && page.starts_with(b"/") && str::from_utf8(page).is_ok_and(plain)
}
