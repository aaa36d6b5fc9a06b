//! The parameters of a request, each read and checked in one place.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use percent_encoding::percent_decode_str;

use super::problem::Problem;
use crate::store::Range;
use crate::visit::Page;
use crate::zone;

/// How many visits a tail has when nothing else is asked for.
const DEFAULT_TAIL: u32 = 20;
/// How many it has at most.
const MAX_TAIL: u32 = 1000;

/// The query of a request, decoded.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes a query, in which each name must be one of `known` and may stand once.
    pub fn parse(query: Option<&str>, known: &'static [&'static str]) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name =
                decode(name).filter(|name| known.contains(&name.as_str())).ok_or(Problem::UnknownParameter(known))?;
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
        self.read("tail", "a number from 1 to 1000", |value| {
            value.parse().ok().filter(|tail| (1..=MAX_TAIL).contains(tail))
        })
        .map(|tail| tail.unwrap_or(DEFAULT_TAIL))
    }

    /// `before`: the id before which to look.
    pub fn before(&self) -> Result<Option<i64>, Problem> {
        self.read("before", "the id of a visit, a number from 1", |value| value.parse().ok().filter(|id| *id >= 1))
    }

    /// `page`: which page alone.
    pub fn page(&self) -> Result<Option<Page>, Problem> {
        self.read("page", "a path of at most 512 bytes that begins with a slash", Page::parse)
    }

    /// `tz`: the zone to show times in.
    pub fn tz(&self) -> Result<Option<Tz>, Problem> {
        self.read("tz", "an IANA time zone such as UTC or Europe/Moscow", zone::parse_zone)
    }

    /// `scope`: whose visits.
    pub fn scope(&self) -> Result<(), Problem> {
        self.read("scope", "replica", |value| (value == "replica").then_some(())).map(drop)
    }

    /// `since` and `until`: from when until when.
    pub fn range(&self, now: DateTime<Utc>) -> Result<Range, Problem> {
        let expected = "a time in RFC 3339 such as 2026-03-29T12:00:00Z, or an age such as 90m, 24h or 7d";
        let time =
            |value: &str| zone::parse_time(value, now).or_else(|| zone::parse_time(&value.replace(' ', "+"), now));
        let range = Range { since: self.read("since", expected, time)?, until: self.read("until", expected, time)? };
        match range {
            Range { since: Some(since), until: Some(until) } if since > until => {
                Err(Problem::BadParameter { parameter: "since", expected: "no later than until" })
            }
            range => Ok(range),
        }
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
