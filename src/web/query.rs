//! The parameters of a request, each read and checked in one place.

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;

use super::problem::Problem;
use crate::bucket::Bucket;
use crate::render::svg;
use crate::store::Range;
use crate::visit::{self, Page};
use crate::zone::{self, Zone};

/// How many visits a tail has when nothing else is asked for.
const DEFAULT_TAIL: u32 = 20;
/// How many it has at most.
const MAX_TAIL: u32 = 1000;

/// The longest label of a badge, in characters.
const MAX_LABEL: usize = 64;

/// Whose visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those of the replica that is asked.
    Replica,
    /// Those of all replicas.
    Cluster,
}

/// The query of a request, decoded.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes a query, in which each name must be one of `known` and may stand once.
    pub fn parse(query: Option<&str>, known: &'static [&'static str]) -> Result<Self, Problem> {
        Self::read_all(query, known, true)
    }

    /// The same where other names do no harm.
    pub fn parse_known(query: Option<&str>, known: &'static [&'static str]) -> Result<Self, Problem> {
        Self::read_all(query, known, false)
    }

    fn read_all(query: Option<&str>, known: &'static [&'static str], strict: bool) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = decode(name).filter(|name| known.contains(&name.as_str())) else {
                if strict {
                    return Err(Problem::UnknownParameter(known));
                }
                continue;
            };
            if pairs.iter().any(|(earlier, _)| *earlier == name) {
                return Err(bad(known, &name, "given once"));
            }
            let value = decode(value).ok_or_else(|| bad(known, &name, "percent-encoded UTF-8"))?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// `tail`: how many visits.
    pub fn tail(&self) -> Result<u32, Problem> {
        self.given_tail().map(|tail| tail.unwrap_or(DEFAULT_TAIL))
    }

    /// The same without a default.
    pub fn given_tail(&self) -> Result<Option<u32>, Problem> {
        let within = |tail: &u32| (1..=MAX_TAIL).contains(tail);
        self.read("tail", "a number from 1 to 1000", |value| value.parse().ok().filter(within))
    }

    /// `before`: the id before which to look.
    pub fn before(&self) -> Result<Option<i64>, Problem> {
        self.read("before", "the id of a visit, a number from 1", |value| value.parse().ok().filter(|id| *id >= 1))
    }

    /// `page`: which page alone.
    pub fn page(&self) -> Result<Option<Page>, Problem> {
        self.read("page", "a path of at most 512 bytes that begins with a slash", Page::parse)
    }

    /// The same where a visit is recorded: nobody visits all the other pages.
    pub fn visited(&self) -> Result<Option<Page>, Problem> {
        let expected = "a path of at most 512 bytes that begins with a slash";
        self.read("page", expected, |value| Page::parse(value).filter(|page| page.as_str() != Page::OTHER))
    }

    /// `tz`: the zone to show times in.
    pub fn tz(&self) -> Result<Option<Zone>, Problem> {
        self.read("tz", "an IANA time zone such as UTC or Europe/Moscow", Zone::parse)
    }

    /// `scope`: whose visits; those of the replica where nothing else is asked for.
    pub fn scope(&self) -> Result<Scope, Problem> {
        self.scope_or(Scope::Replica)
    }

    /// The same with another default.
    pub fn scope_or(&self, default: Scope) -> Result<Scope, Problem> {
        let scope = self.read("scope", "replica or cluster", |value| match value {
            "replica" => Some(Scope::Replica),
            "cluster" => Some(Scope::Cluster),
            _ => None,
        })?;
        Ok(scope.unwrap_or(default))
    }

    /// `bucket`: how long the buckets of a histogram are.
    pub fn bucket(&self) -> Result<Option<Bucket>, Problem> {
        self.read("bucket", "hour, day or minute", Bucket::parse)
    }

    /// `now`: for when to answer.
    pub fn now(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
        Ok(self.time("now", now)?.unwrap_or(now))
    }

    /// `since` and `until`: from when until when.
    pub fn range(&self, now: DateTime<Utc>) -> Result<Range, Problem> {
        let range = Range { since: self.time("since", now)?, until: self.time("until", now)? };
        match range {
            Range { since: Some(since), until: Some(until) } if since > until => {
                Err(Problem::BadParameter { parameter: "since", expected: "no later than until" })
            }
            range => Ok(range),
        }
    }

    /// `label`: what a badge says before its number.
    pub fn label(&self) -> Result<Option<String>, Problem> {
        self.read("label", "a text of 1 to 64 characters without control characters", |value| {
            let length = value.chars().count();
            let fits = (1..=MAX_LABEL).contains(&length) && visit::is_plain(value);
            (fits && !value.trim().is_empty()).then(|| value.to_owned())
        })
    }

    /// `color`: behind the number of a badge.
    pub fn color(&self) -> Result<Option<svg::Color>, Problem> {
        let expected = "3 or 6 hexadecimal digits, or green, blue, red, orange, yellow or grey";
        self.read("color", expected, svg::Color::parse)
    }

    fn time(&self, parameter: &'static str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Problem> {
        let expected = "a time in RFC 3339 such as 2026-03-29T12:00:00Z, or an age such as 90m, 24h or 7d";
        // A plus sign that is not encoded has become a blank.
        let read =
            |value: &str| zone::parse_time(value, now).or_else(|| zone::parse_time(&value.replace(' ', "+"), now));
        self.read(parameter, expected, read)
    }

    fn read<T>(
        &self,
        parameter: &'static str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some((_, value)) = self.0.iter().find(|(name, _)| name == parameter) else { return Ok(None) };
        parse(value).map(Some).ok_or(Problem::BadParameter { parameter, expected })
    }
}

fn bad(known: &'static [&'static str], name: &str, expected: &'static str) -> Problem {
    match known.iter().find(|parameter| **parameter == name) {
        Some(parameter) => Problem::BadParameter { parameter, expected },
        None => Problem::UnknownParameter(known),
    }
}

/// Decodes as `application/x-www-form-urlencoded` does, but takes UTF-8 only.
fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests;
