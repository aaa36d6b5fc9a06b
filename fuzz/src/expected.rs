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

/// What a `User-Agent` may have in it whose requests are not visits.
pub const IGNORED: [&str; 2] = ["my, own", "Tester"];

/// The formats of a resource; `None` where there is no resource.
pub fn formats(path: &str) -> Option<&'static [&'static str]> {
    Some(match path {
        "/" => &["text/plain; charset=utf-8", "text/html; charset=utf-8", "application/json"],
        "/footfall.gif" => &["image/gif"],
        "/badge.svg" => &["image/svg+xml"],
        "/healthz" => &["text/plain; charset=utf-8"],
        "/version" => &["application/json"],
        "/openapi.yaml" => &["application/yaml"],
        "/footfall.js" => &["text/javascript; charset=utf-8"],
        "/robots.txt" => &["text/plain; charset=utf-8"],
        "/readyz"
        | "/drain"
        | "/replica"
        | "/replica/ask"
        | "/visit"
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
    } else if path.strip_suffix('/').is_some_and(|path| path != "/" && formats(path).is_some()) {
        &[308]
    } else if formats(path).is_none() || wants_token(request) && setup == Setup::Plain {
        &[404]
    } else if !methods(path).contains(&request.method) {
        &[405]
    } else if path == "/healthz" {
        &[200]
    } else if setup == Setup::Misconfigured {
        if ignores_accept(path) { &[500] } else { &[500, 406] }
    } else {
        let may_be_ignored = reasons(request).iter().any(Option::is_some);
        let may_be_recorded = reasons(request).contains(&None);
        match (path, is_page(request)) {
            ("/visit", _) if request.method == Method::OPTIONS => &[204],
            ("/footfall.gif" | "/visit", Some(false)) => &[400],
            ("/footfall.gif", Some(true)) if !may_be_recorded => &[200],
            ("/visit", Some(true)) if !may_be_recorded => &[204],
            ("/footfall.gif" | "/visit", Some(true)) if !may_be_ignored => &[503],
            ("/footfall.gif", _) => &[200, 400, 503],
            ("/visit", _) => &[204, 400, 503],
            _ if wants_token(request) => &[503, 400, 401, 406],
            _ => of_others(path),
        }
    }
}

fn of_others(path: &str) -> &'static [u16] {
    match path {
        "/footfall.js" | "/robots.txt" => &[200],
        "/version" | "/openapi.yaml" => &[200, 406],
        "/badge.svg" => &[503, 400],
        "/readyz" => &[503],
        "/" | "/drain" | "/metrics" => &[503, 406],
        _ => &[503, 400, 406],
    }
}

/// Whether a resource answers whatever the client accepts.
fn ignores_accept(path: &str) -> bool {
    ["/footfall.gif", "/badge.svg", "/visit", "/footfall.js", "/robots.txt", "/readyz"].contains(&path)
}

/// Whether a resource is only for those who have the token.
pub fn wants_token(request: &Parts) -> bool {
    let path = request.uri.path();
    let deletes = path == "/pages" && request.method == Method::DELETE;
    deletes || path.starts_with("/visits/export") || ["/backup", "/import"].contains(&path)
}

fn methods(path: &str) -> &'static [Method] {
    match path {
        "/pages" => &[Method::GET, Method::HEAD, Method::DELETE],
        "/import" => &[Method::POST],
        "/visit" => &[Method::POST, Method::OPTIONS],
        "/drain" | "/replica/ask" => &[Method::GET],
        _ => &[Method::GET, Method::HEAD],
    }
}

/// What may be the reason why a request is not a visit; `None` if it may be one. The app knows more health checkers and bots
/// than are known here.
pub fn reasons(request: &Parts) -> Vec<Option<&'static str>> {
    if request.method == Method::HEAD {
        return vec![Some("head")];
    }
    let agents = request.headers.get_all("user-agent").iter().map(|value| {
        let start = &value.as_bytes()[..value.len().min(1024)];
        String::from_utf8_lossy(start).to_ascii_lowercase()
    });
    let agents: Vec<_> = agents.collect();
    let has = |parts: &[&str]| parts.iter().any(|part| agents[0].contains(&part.to_ascii_lowercase()));
    match agents.len() {
        0 => vec![purpose(request)],
        1 if has(&IGNORED) || agents[0].starts_with("kube-probe/") => vec![Some("agent")],
        1 if has(&["crawl", "spider"]) => vec![Some("agent"), Some("bot")],
        _ => vec![Some("agent"), Some("bot"), purpose(request)],
    }
}

fn purpose(request: &Parts) -> Option<&'static str> {
    let names = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
    let values = names.iter().flat_map(|name| request.headers.get_all(*name));
    let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase()).collect();
    let is_end = |character: Option<char>| !character.is_some_and(|it| it.is_ascii_alphanumeric() || "-_".contains(it));
    let has_word = |value: &String, word: &str| {
        let mut places = value.match_indices(word).map(|(at, _)| value.split_at(at));
        places.any(|(before, rest)| is_end(before.chars().last()) && is_end(rest[word.len()..].chars().next()))
    };
    ["preview", "prerender", "prefetch"].into_iter().find(|word| values.iter().any(|value| has_word(value, word)))
}

/// Whether a request names a page that can be visited, or none. Anything else must not be recorded. `None` where that
/// depends on what of the address is dropped, or on the `Referer`.
fn is_page(request: &Parts) -> Option<bool> {
    let decode = |text: &str| percent_decode_str(text).collect::<Vec<_>>();
    let query = request.uri.query().unwrap_or_default();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let pages: Vec<_> = pairs.filter(|(name, _)| decode(name) == b"page").map(|(_, value)| decode(value)).collect();
    let [page] = pages.as_slice() else {
        let is_known = !pages.is_empty() || !request.headers.contains_key("referer");
        return is_known.then_some(pages.is_empty());
    };
    let Ok(page) = str::from_utf8(page) else { return Some(false) };
    let is_printable = !page.chars().any(|character| character.is_control() || "\u{fffe}\u{ffff}".contains(character));
    match page.starts_with('/') {
        true if page.len() <= 512 && is_printable => Some(true),
        true => None,
        false => Some(false),
    }
}
