//! The variables of the app, parsed and checked once an instance.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use futures::future::try_join_all;
use http::Uri;
use subtle::ConstantTimeEq;

use crate::zone::Zone;
use crate::{stderr, visit};

/// The variables of the app. `spin.toml` declares them, with their defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The zone in which times are shown.
    pub timezone: Zone,
    /// The name of this replica.
    pub replica: String,
    /// When a commit counts as durable.
    pub synchronous: Synchronous,
    /// How many of the latest visits the log keeps; `None` keeps all.
    pub retain_visits: Option<i64>,
    /// How many pages are told apart.
    pub max_pages: i64,
    /// What the `User-Agent` of a request that is not a visit begins with.
    pub ignore_agents: Vec<String>,
    /// The replicas of the cluster, by the URLs that their paths are added to. This one may be among them.
    pub peers: Vec<Uri>,
    /// How long a peer may take to answer.
    pub peer_timeout: Duration,
    /// What opens the export; `None` where nobody may.
    pub export_token: Option<Token>,
}

/// A secret that is compared in constant time and shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Whether somebody has the secret. How long that takes tells its length, and nothing else.
    pub fn is(&self, text: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(text).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("Token")
    }
}

/// How far a commit goes before it is answered: SQLite's `PRAGMA synchronous`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// To the operating system: it survives the end of the process, but maybe not a power cut.
    Normal,
    /// To the disk: it survives a power cut as well.
    Full,
}

/// A variable whose value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The variable `{variable}` must be {expected}.")]
pub struct Invalid {
    /// The name of the variable.
    pub variable: &'static str,
    /// What its value may be.
    pub expected: &'static str,
}

const NAMES: [&str; 9] = [
    "timezone",
    "replica",
    "synchronous",
    "retain_visits",
    "max_pages",
    "ignore_agents",
    "peers",
    "peer_timeout_ms",
    "export_token",
];

/// The longest name of a replica, in bytes: that of a name in DNS.
const MAX_REPLICA_BYTES: usize = 253;

impl Config {
    /// Reads the variables from Spin.
    ///
    /// # Errors
    /// The first variable that has no value, or one that cannot be used.
    pub async fn load() -> Result<Self, Invalid> {
        let values = try_join_all(NAMES.map(async |variable| match spin_sdk::variables::get(variable).await {
            Ok(value) => Ok((variable, value)),
            Err(error) => {
                stderr::line(format_args!("the variable {variable} could not be read: {error}"));
                Err(Invalid { variable, expected: "set, or have a default in the manifest" })
            }
        }));
        Self::parse(&values.await?.into_iter().collect())
    }

    /// Reads the variables from their values.
    ///
    /// # Errors
    /// The first variable whose value cannot be used.
    pub fn parse(values: &HashMap<&'static str, String>) -> Result<Self, Invalid> {
        let check = |variable, expected| Invalid { variable, expected };
        let value = |name| values.get(name).map_or("", |value| value.trim());
        let number = |name| value(name).parse::<i64>().ok().filter(|number| *number >= 0);
        Ok(Self {
            timezone: Zone::parse(value("timezone"))
                .ok_or(check("timezone", "an IANA time zone such as UTC or Europe/Moscow"))?,
            replica: Some(value("replica"))
                .filter(|name| is_replica(name))
                .ok_or(check("replica", "a name of 1 to 253 characters"))?
                .to_owned(),
            synchronous: match value("synchronous") {
                "normal" => Synchronous::Normal,
                "full" => Synchronous::Full,
                _ => return Err(check("synchronous", "`normal` or `full`")),
            },
            retain_visits: match number("retain_visits") {
                Some(0) => None,
                Some(number) => Some(number),
                None => return Err(check("retain_visits", "a number of visits, or 0 to keep them all")),
            },
            max_pages: number("max_pages").ok_or(check("max_pages", "a number of pages"))?,
            ignore_agents: list(value("ignore_agents")).map(str::to_owned).collect(),
            peers: list(value("peers")).map(parse_peer).collect::<Option<_>>().ok_or(check(
                "peers",
                "a comma-separated list of URLs such as http://footfall-1.footfall-headless:5000",
            ))?,
            peer_timeout: value("peer_timeout_ms")
                .parse()
                .ok()
                .filter(|timeout| (1..=60_000).contains(timeout))
                .map(Duration::from_millis)
                .ok_or(check("peer_timeout_ms", "a number of milliseconds from 1 to 60000"))?,
            export_token: match value("export_token") {
                "" => None,
                // As it has to fit into a header.
                token if token.bytes().all(|byte| byte.is_ascii_graphic()) => Some(Token(token.to_owned())),
                _ => return Err(check("export_token", "of visible ASCII characters without blanks, or empty")),
            },
        })
    }
}

/// Whether a replica may be called so.
pub fn is_replica(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_REPLICA_BYTES && visit::is_plain(name)
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// Reads the URL of a peer: plain HTTP, a host, maybe a port, and nothing else.
fn parse_peer(url: &str) -> Option<Uri> {
    let url: Uri = url.parse().ok()?;
    let host = url.host().filter(|host| !host.is_empty())?;
    let authority = url.port_u16().map_or(host.to_owned(), |port| format!("{host}:{port}"));
    let plain = url.scheme_str() == Some("http") && url.authority().is_some_and(|given| *given == authority.as_str());
    (plain && url.path() == "/" && url.query().is_none()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variable: &'static str, value: &str) -> Result<Config, Invalid> {
        let mut values = HashMap::from([
            ("timezone", "UTC".to_owned()),
            ("replica", "local".to_owned()),
            ("synchronous", "normal".to_owned()),
            ("retain_visits", "1000000".to_owned()),
            ("max_pages", "10000".to_owned()),
            ("ignore_agents", "kube-probe/, GoogleHC/".to_owned()),
            ("peers", String::new()),
            ("peer_timeout_ms", "500".to_owned()),
            ("export_token", String::new()),
        ]);
        values.insert(variable, value.to_owned());
        Config::parse(&values)
    }

    #[test]
    fn a_bad_value_names_its_variable() {
        for (variable, value) in [
            ("timezone", "Mars/Olympus"),
            ("timezone", ""),
            ("replica", ""),
            ("replica", "a\nb"),
            ("synchronous", "off"),
            ("retain_visits", "-1"),
            ("retain_visits", "1e6"),
            ("retain_visits", "99999999999999999999"),
            ("max_pages", "many"),
            ("peers", "footfall-1:5000"),
            ("peers", "https://footfall-1"),
            ("peers", "http://"),
            ("peers", "http://a/b"),
            ("peers", "http://a?b"),
            ("peers", "http://user@a"),
            ("peers", "http://a:99999"),
            ("peers", "http://a, b"),
            ("peer_timeout_ms", "0"),
            ("peer_timeout_ms", "60001"),
            ("peer_timeout_ms", "0.5s"),
            ("export_token", "two words"),
            ("export_token", "schlüssel"),
        ] {
            let error = with(variable, value).expect_err(value);
            assert_eq!(error.variable, variable);
            assert!(error.to_string().contains(&format!("`{variable}` must be ")), "{error}");
        }
    }

    #[test]
    fn zero_retained_visits_are_all_of_them() {
        assert_eq!(with("retain_visits", "0").map(|config| config.retain_visits), Ok(None));
        assert_eq!(with("retain_visits", "1").map(|config| config.retain_visits), Ok(Some(1)));
    }

    #[test]
    fn an_empty_list_ignores_no_agent() {
        assert_eq!(with("ignore_agents", " , ,").map(|config| config.ignore_agents), Ok(vec![]));
        let agents = with("ignore_agents", "kube-probe/,  GoogleHC/ ").map(|config| config.ignore_agents);
        assert_eq!(agents, Ok(vec!["kube-probe/".to_owned(), "GoogleHC/".to_owned()]));
    }

    #[test]
    fn peers_are_a_list() {
        let peers = with("peers", " http://a:5000 ,, http://[::1]:81/,").map(|config| config.peers);
        let peers = peers.expect("peers").iter().map(Uri::to_string).collect::<Vec<_>>();
        assert_eq!(peers, ["http://a:5000/", "http://[::1]:81/"]);
        assert_eq!(with("peers", "").map(|config| config.peers), Ok(vec![]));
    }

    #[test]
    fn a_token_is_shown_to_nobody() {
        let config = with("export_token", "xyzzy").expect("a token");
        assert!(!format!("{config:?}").contains("xyzzy"));
        let token = config.export_token.expect("a token");
        assert!(token.is(b"xyzzy") && !token.is(b"xyzz") && !token.is(b"xyzzy ") && !token.is(b""));
        assert_eq!(with("export_token", " ").map(|config| config.export_token), Ok(None));
    }
}
