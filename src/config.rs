//! The variables of the app, parsed and checked once an instance.

mod token;

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::try_join_all;
use http::Uri;

use crate::limits::{
    MAX_DRAIN_SECONDS, MAX_PAGE_BYTES, MAX_PEER_TIMEOUT_MS, MAX_REPLICA_BYTES, MIN_STORAGE, STORAGE_PER_PAGE,
};
use crate::report::Id;
use crate::zone::Zone;
use crate::{stderr, visit};
pub use token::Token;

/// The variables of the app. `spin.toml` declares them, with their defaults.
#[derive(Debug, Clone)]
pub struct Config {
    /// The zone in which times are shown.
    pub timezone: Zone,
    /// The name of this replica.
    pub replica: String,
    /// When a commit counts as durable.
    pub synchronous: Synchronous,
    /// How many of the latest visits the log keeps; `None` keeps all.
    pub retain_visits: Option<i64>,
    /// How much storage the database may use, in bytes.
    pub max_storage: i64,
    /// How many pages are counted separately: no more than `max_storage` has room for.
    pub max_pages: i64,
    /// What a `User-Agent` has in it whose requests are not visits, in lower case: beside those that `agent` knows.
    pub ignore_agents: Vec<String>,
    /// The parameters of a page that do not tell pages apart, beside those that never do. A star at the end of one stands
    /// for anything.
    pub strip_parameters: Vec<String>,
    /// The path of the picture that counts visits.
    pub pixel_path: String,
    /// The base URLs of the replicas of the cluster. This one may be among them.
    pub peers: Vec<Uri>,
    /// How many of them, from the first one on, are expected to answer; `None` expects all.
    pub replicas: Option<usize>,
    /// The ids of databases that do not come back.
    pub retired: Vec<Id>,
    /// How long a replica that is about to end waits before it tells its peers.
    pub drain: TimeDelta,
    /// How long a peer may take to answer.
    pub peer_timeout: Duration,
    /// The token for reading; `None` where anybody may read.
    pub read_token: Option<Token>,
    /// Whether the badge wants the token for reading.
    pub badge_is_private: bool,
    /// The token for the export; `None` where the export is off.
    pub export_token: Option<Token>,
}

/// When a commit counts as durable: SQLite's `PRAGMA synchronous`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// Once the operating system has it: it survives a crash of the process, but maybe not a power cut.
    Normal,
    /// Once the disk has it: it survives a power cut, too.
    Full,
}

/// A variable whose value is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The variable `{variable}` must be {expected}.")]
pub struct Invalid {
    /// The name of the variable.
    pub variable: &'static str,
    /// What its value may be.
    pub expected: &'static str,
}

/// The variable `pixel_path` has an invalid value.
pub const PIXEL_PATH: Invalid = Invalid {
    variable: "pixel_path",
    expected: "a path such as /footfall.gif, of letters, digits and -._~ between slashes, at which nothing else is",
};

const NAMES: [&str; 17] = [
    "timezone",
    "replica",
    "synchronous",
    "retain_visits",
    "max_storage",
    "max_pages",
    "ignore_agents",
    "strip_parameters",
    "pixel_path",
    "peers",
    "replicas",
    "retired",
    "drain_seconds",
    "peer_timeout_ms",
    "read_token",
    "badge",
    "export_token",
];

impl Config {
    /// Reads the variables from Spin.
    ///
    /// # Errors
    /// The first variable that has no value, or an invalid one.
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

    /// Parses the values of the variables.
    ///
    /// # Errors
    /// The first variable whose value is invalid.
    pub fn parse(values: &HashMap<&'static str, String>) -> Result<Self, Invalid> {
        let invalid = |variable, expected| Invalid { variable, expected };
        let value = |name| values.get(name).map_or("", |value| value.trim());
        let number = |name| value(name).parse::<i64>().ok().filter(|number| *number >= 0);
        let max_storage = parse_size(value("max_storage"))
            .filter(|bytes| *bytes >= MIN_STORAGE)
            .ok_or(invalid("max_storage", "a size such as 192M, 1Gi or a number of bytes, and at least 16Mi"))?;
        Ok(Self {
            timezone: Zone::parse(value("timezone"))
                .ok_or(invalid("timezone", "an IANA time zone such as UTC or Europe/Moscow"))?,
            replica: Some(value("replica"))
                .filter(|name| is_replica_name(name))
                .ok_or(invalid("replica", "a name of 1 to 253 characters"))?
                .to_owned(),
            synchronous: match value("synchronous") {
                "normal" => Synchronous::Normal,
                "full" => Synchronous::Full,
                _ => return Err(invalid("synchronous", "`normal` or `full`")),
            },
            retain_visits: match number("retain_visits") {
                Some(0) => None,
                Some(number) => Some(number),
                None => return Err(invalid("retain_visits", "a number of visits, or 0 to keep them all")),
            },
            max_storage,
            max_pages: number("max_pages")
                .map(|pages| pages.min(max_storage / STORAGE_PER_PAGE))
                .ok_or(invalid("max_pages", "a number of pages"))?,
            ignore_agents: split_lines(value("ignore_agents")).map(str::to_ascii_lowercase).collect(),
            strip_parameters: split_list(value("strip_parameters")).map(str::to_owned).collect(),
            pixel_path: Some(value("pixel_path")).filter(|path| is_plain_path(path)).ok_or(PIXEL_PATH)?.to_owned(),
            peers: split_list(value("peers")).map(parse_peer).collect::<Option<_>>().ok_or(invalid(
                "peers",
                "a comma-separated list of URLs such as http://footfall-1.footfall-headless:5000",
            ))?,
            replicas: match value("replicas") {
                "" => None,
                number => Some(number.parse().ok().ok_or(invalid("replicas", "a number of replicas, or empty"))?),
            },
            retired: split_list(value("retired"))
                .map(Id::parse)
                .collect::<Option<_>>()
                .ok_or(invalid("retired", "a comma-separated list of ids of 16 hexadecimal digits"))?,
            drain: number("drain_seconds")
                .filter(|seconds| *seconds <= MAX_DRAIN_SECONDS)
                .map(TimeDelta::seconds)
                .ok_or(invalid("drain_seconds", "a number of seconds up to 3600"))?,
            peer_timeout: value("peer_timeout_ms")
                .parse()
                .ok()
                .filter(|timeout| (1..=MAX_PEER_TIMEOUT_MS).contains(timeout))
                .map(Duration::from_millis)
                .ok_or(invalid("peer_timeout_ms", "a number of milliseconds from 1 to 60000"))?,
            read_token: parse_token(value("read_token")).map_err(|expected| invalid("read_token", expected))?,
            badge_is_private: match value("badge") {
                "public" => false,
                "private" => true,
                _ => return Err(invalid("badge", "`public` or `private`")),
            },
            export_token: parse_token(value("export_token")).map_err(|expected| invalid("export_token", expected))?,
        })
    }
}

/// Whether a text can be the name of a replica.
pub fn is_replica_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_REPLICA_BYTES && visit::is_printable(name)
}

/// Parses a token, which is sent in a header; an empty one is none. The error is what it must be.
fn parse_token(value: &str) -> Result<Option<Token>, &'static str> {
    match value {
        "" => Ok(None),
        token if token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Some(Token::new(token))),
        _ => Err("of visible ASCII characters without blanks, or empty"),
    }
}

/// Whether a text is a path that needs no encoding in a URL, a script or a page.
fn is_plain_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_segment = |segment: &str| !["", ".", ".."].contains(&segment) && segment.bytes().all(is_plain);
    path.len() <= MAX_PAGE_BYTES && path.strip_prefix('/').is_some_and(|path| path.split('/').all(is_segment))
}

fn split_list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn split_lines(value: &str) -> impl Iterator<Item = &str> {
    value.lines().map(str::trim).filter(|item| !item.is_empty())
}

/// Parses a size: a number of bytes, or a number with a suffix, as Kubernetes writes quantities.
fn parse_size(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "" => 1,
        "M" => 1_000_000,
        "Mi" => 1 << 20,
        "G" => 1_000_000_000,
        "Gi" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit).and_then(|bytes| i64::try_from(bytes).ok())
}

/// Parses the URL of a peer: `http`, a host and optionally a port, and nothing else.
fn parse_peer(url: &str) -> Option<Uri> {
    let url: Uri = url.parse().ok()?;
    let host = url.host().filter(|host| !host.is_empty())?;
    let authority = url.port_u16().map_or(host.to_owned(), |port| format!("{host}:{port}"));
    let plain = url.scheme_str() == Some("http") && url.authority().is_some_and(|given| *given == authority.as_str());
    (plain && url.path() == "/" && url.query().is_none()).then_some(url)
}

#[cfg(test)]
mod tests;
