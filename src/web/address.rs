//! At which address clients see this server.

use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;

/// The URL of this server, which ends in a slash. Proxies tell what they changed by `X-Forwarded-Proto`,
/// `X-Forwarded-Host` and `X-Forwarded-Prefix`.
pub fn address(request: &Parts) -> String {
    let header = |name: &str| {
        let first = request.headers.get(name)?.to_str().ok()?.split(',').next()?;
        Some(first.trim()).filter(|value| !value.is_empty())
    };
    let is_scheme = |scheme: &&str| ["http", "https"].contains(scheme);
    let scheme = header("x-forwarded-proto").filter(is_scheme).or(request.uri.scheme_str()).unwrap_or("http");
    let authority = request.uri.authority().map(Authority::as_str);
    let hosts = [header("x-forwarded-host"), authority, header(HOST.as_str())];
    let host = hosts.into_iter().flatten().find(|host| is_host(host)).unwrap_or("localhost");
    let prefix = header("x-forwarded-prefix").filter(|prefix| is_path(prefix)).unwrap_or_default();
    format!("{scheme}://{host}{}/", prefix.trim_end_matches('/'))
}

/// Whether a text is a host that may have a port.
fn is_host(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    text.bytes().all(is_plain) && text.parse::<Authority>().is_ok()
}

/// Whether a text is a path that needs no encoding.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn the_address_is_that_which_the_client_used() {
        for (uri, headers, expected) in [
            ("/", &[("host", "localhost:3000")][..], "http://localhost:3000/"),
            ("/visits", &[("host", "[::1]:80")], "http://[::1]:80/"),
            ("https://a.test/visits?x", &[("host", "b")], "https://a.test/"),
            (
                "/",
                &[("host", "a"), ("x-forwarded-proto", "https, http"), ("x-forwarded-host", "b:1 , c")],
                "https://b:1/",
            ),
            ("/", &[("host", "a"), ("x-forwarded-prefix", "/stats/")], "http://a/stats/"),
            (
                "/",
                &[("host", "a"), ("x-forwarded-proto", "javascript"), ("x-forwarded-host", "\"><script>")],
                "http://a/",
            ),
            ("/", &[("host", "a"), ("x-forwarded-host", ""), ("x-forwarded-prefix", "\"><script>")], "http://a/"),
            ("/", &[("host", "user@a")], "http://localhost/"),
            ("/", &[], "http://localhost/"),
        ] {
            let request = headers
                .iter()
                .fold(Request::builder().uri(uri), |request, (name, value)| request.header(*name, *value));
            assert_eq!(address(&request.body(()).expect("a request").into_parts().0), expected, "{uri} {headers:?}");
        }
    }
}
