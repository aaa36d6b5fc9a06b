//! `allowed_outbound_hosts`: the hosts to which a component may send requests.

use anyhow::{Context, Result, bail, ensure};
use http::Uri;

/// One entry, `scheme://host:port`.
#[derive(Debug)]
pub struct AllowedHost {
    scheme: Option<String>,
    host: Host,
    port: Option<u16>,
}

#[derive(Debug)]
enum Host {
    Any,
    /// With its leading dot.
    Suffix(String),
    Exact(String),
}

impl AllowedHost {
    /// Parses an entry. Its templates are expanded already.
    pub fn parse(entry: &str) -> Result<Self> {
        Self::parse_parts(entry.trim()).with_context(|| format!("allowed_outbound_hosts: `{entry}`"))
    }

    fn parse_parts(entry: &str) -> Result<Self> {
        let (scheme, rest) = entry.split_once("://").context("has no scheme, such as http://")?;
        let scheme_port = match scheme {
            "http" => Some(80),
            "https" => Some(443),
            "*" => None,
            _ => bail!("has a scheme other than http, https and *"),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        ensure!(!rest.contains('/'), "has a path");
        // Spin 4.0 knows no IPv6 address without a port either.
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        let port = match port {
            Some("*") => None,
            Some(port) => Some(port.parse().context("has a port that is no number")?),
            None => Some(scheme_port.context("needs a port, or :* for any")?),
        };
        let host = host.to_ascii_lowercase();
        let host = match host.strip_prefix('*') {
            Some("") => Host::Any,
            Some(suffix) if suffix.starts_with('.') && !suffix.contains('*') => Host::Suffix(suffix.to_owned()),
            None if !host.is_empty() && !host.contains('*') => Host::Exact(host),
            _ => bail!("may have a wildcard only as its first label"),
        };
        ensure!(
            !matches!(&host, Host::Exact(host) if host == "self" || host == "self.alt"),
            "means the application itself, which this host does not support"
        );
        Ok(Self { scheme: (scheme != "*").then(|| scheme.to_owned()), host, port })
    }

    /// Whether a request may go to this URI.
    pub fn allows(&self, uri: &Uri) -> bool {
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return false;
        };
        let port = uri.port_u16().or(match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        });
        let host = host.to_ascii_lowercase();
        self.scheme.as_deref().is_none_or(|allowed| allowed == scheme)
            && (self.port.is_none() || self.port == port)
            && match &self.host {
                Host::Any => true,
                Host::Suffix(suffix) => host.ends_with(suffix),
                Host::Exact(allowed) => host == *allowed,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entry: &str, uri: &str) -> bool {
        let uri = uri.parse().expect("a URI");
        AllowedHost::parse(entry).expect("an entry").allows(&uri)
    }

    #[test]
    fn a_host_is_allowed_by_scheme_name_and_port() {
        assert!(allows("http://a.test", "http://a.test/x"));
        assert!(allows("http://a.test:80", "http://A.test"));
        assert!(allows("http://127.0.0.1:*", "http://127.0.0.1:5000"));
        assert!(allows("http://[::1]:81", "http://[::1]:81"));
        assert!(allows("*://*:*", "https://b.test:1"));
        assert!(!allows("http://a.test", "http://a.test:81"));
        assert!(!allows("http://a.test:*", "https://a.test"));
        assert!(!allows("http://a.test", "http://b.test"));
    }

    #[test]
    fn a_wildcard_matches_subdomains_and_not_the_domain_itself() {
        assert!(allows("http://*.a.test:*", "http://x.y.a.test:5000"));
        assert!(!allows("http://*.a.test", "http://a.test"));
        assert!(!allows("http://*.a.test", "http://ba.test"));
    }

    #[test]
    fn entries_that_spin_refuses_are_refused() {
        for entry in [
            "a.test",
            "*",
            "*://a.test",
            "http://a.*.test",
            "http://*a.test",
            "http://a.test/x",
            "http://a.test:x",
            "http://[::1]",
        ] {
            assert!(AllowedHost::parse(entry).is_err(), "{entry}");
        }
    }
}
