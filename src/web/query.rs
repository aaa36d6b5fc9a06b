//! The parameters of a request, each parsed and checked in one place.

use percent_encoding::percent_decode_str;

use super::format::Format;
use super::problem::Problem;
use crate::bucket::Bucket;
use crate::config;
use crate::limits::{DEFAULT_TAIL, MAX_LABEL_CHARACTERS, MAX_LIST, MAX_SEARCH_CHARACTERS, MAX_TAIL};
use crate::render::svg;
use crate::report::{Id, Sort};
use crate::visit::{self, Page};
use crate::zone::Zone;

/// Which replicas an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The replica that answers.
    Replica,
    /// All replicas.
    Cluster,
}

/// What the value of `page` must be.
const PAGE: &str = "a path of at most 512 bytes that begins with a slash";

/// The parameters that forms send, which encode a blank as a plus.
const FORM_PARAMETERS: [&str; 2] = ["label", "search"];

/// The query of a request, decoded.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes a query whose parameters must all be among the `known`. Each may occur once.
    pub fn parse(query: Option<&str>, known: &'static [&'static str]) -> Result<Self, Problem> {
        Self::decode_all(query, known, true)
    }

    /// The same, but unknown parameters are ignored: others add them to the addresses of pages and pictures.
    pub fn parse_with_unknown(query: Option<&str>, known: &'static [&'static str]) -> Result<Self, Problem> {
        Self::decode_all(query, known, false)
    }

    /// The one or the other: that of an answer in this format.
    pub fn parse_for(format: Format, query: Option<&str>, known: &'static [&'static str]) -> Result<Self, Problem> {
        Self::decode_all(query, known, !matches!(format, Format::Html | Format::Svg | Format::Gif))
    }

    fn decode_all(query: Option<&str>, known: &'static [&'static str], strict: bool) -> Result<Self, Problem> {
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
                return Err(bad_parameter(known, &name, "given once"));
            }
            let value =
                if FORM_PARAMETERS.contains(&&*name) { decode(&value.replace('+', " ")) } else { decode(value) };
            let value = value.ok_or_else(|| bad_parameter(known, &name, "percent-encoded UTF-8"))?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// `tail`: the number of visits.
    pub fn tail(&self) -> Result<u32, Problem> {
        self.tail_if_given().map(|tail| tail.unwrap_or(DEFAULT_TAIL))
    }

    /// The same without a default.
    pub fn tail_if_given(&self) -> Result<Option<u32>, Problem> {
        let in_range = |tail: &u32| (1..=MAX_TAIL).contains(tail);
        self.parse_one("tail", "a number from 1 to 1000", |value| value.parse().ok().filter(in_range))
    }

    /// `before`: the id that all visits precede.
    pub fn before(&self) -> Result<Option<i64>, Problem> {
        self.parse_one("before", "the id of a visit, a number from 1", |value| value.parse().ok().filter(|id| *id >= 1))
    }

    /// `after`: the id that all visits follow; 0 for the first one.
    pub fn after(&self) -> Result<Option<i64>, Problem> {
        self.parse_one("after", "the id of a visit, or 0", |value| value.parse().ok().filter(|id| *id >= 0))
    }

    /// `page`: the only page to answer for.
    pub fn page(&self, strip_parameters: &[String]) -> Result<Option<Page>, Problem> {
        self.parse_one("page", PAGE, |address| Page::canonical(address, strip_parameters))
    }

    /// `page`: the page to delete, no parameter of which is dropped: they may be why it has to go.
    pub fn deleted_page(&self) -> Result<Page, Problem> {
        let page = self.parse_one("page", PAGE, Page::with_all_parameters)?;
        page.ok_or(Problem::BadParameter { parameter: "page", expected: "given: what to delete" })
    }

    /// `page`: the page that is visited, which cannot be [`Page::OTHER`].
    pub fn visited_page(&self, strip_parameters: &[String]) -> Result<Option<Page>, Problem> {
        let page = self.page(strip_parameters)?;
        let is_other = page.as_ref().is_some_and(|page| page.as_str() == Page::OTHER);
        if is_other { Err(Problem::BadParameter { parameter: "page", expected: PAGE }) } else { Ok(page) }
    }

    /// `tz`: the zone to show times in.
    pub fn tz(&self) -> Result<Option<Zone>, Problem> {
        self.parse_one("tz", "an IANA time zone such as UTC or Europe/Moscow", Zone::parse)
    }

    /// `scope`: which replicas to answer for; by default this one.
    pub fn scope(&self) -> Result<Scope, Problem> {
        self.scope_or(Scope::Replica)
    }

    /// The same with another default.
    pub fn scope_or(&self, default: Scope) -> Result<Scope, Problem> {
        let scope = self.parse_one("scope", "replica or cluster", |value| match value {
            "replica" => Some(Scope::Replica),
            "cluster" => Some(Scope::Cluster),
            _ => None,
        })?;
        Ok(scope.unwrap_or(default))
    }

    /// `without`: the ids of replicas whose imports to leave out.
    pub fn without(&self) -> Result<Vec<Id>, Problem> {
        let ids = |value: &str| value.split(',').map(Id::parse).collect();
        Ok(self.parse_one("without", "ids of 16 hexadecimal digits with commas between", ids)?.unwrap_or_default())
    }

    /// `pages_of`: the id of the replica whose busiest pages to tell.
    pub fn pages_of(&self) -> Result<Option<Id>, Problem> {
        self.parse_one("pages_of", "an id of 16 hexadecimal digits", Id::parse)
    }

    /// `name`: what to call the counter whose numbers are imported.
    pub fn name(&self) -> Result<Option<String>, Problem> {
        self.parse_one("name", "a name of 1 to 253 characters", |value| {
            config::is_replica_name(value).then(|| value.to_owned())
        })
    }

    /// `replica`: the name of a replica.
    pub fn replica(&self) -> Result<Option<String>, Problem> {
        self.parse_one("replica", "a name of 1 to 253 characters", |value| {
            config::is_replica_name(value).then(|| value.to_owned())
        })
    }

    /// `bucket`: the length of the buckets of a histogram.
    pub fn bucket(&self) -> Result<Option<Bucket>, Problem> {
        self.parse_one("bucket", "minute, hour, day, week or month", Bucket::parse)
    }

    /// `search`: a part of the names of pages; nothing where a form has none.
    pub fn search(&self) -> Result<String, Problem> {
        let search =
            self.parse_one("search", "a text of at most 128 characters without control characters", |value| {
                let is_short = value.chars().count() <= MAX_SEARCH_CHARACTERS;
                (is_short && visit::is_printable(value)).then(|| value.to_owned())
            })?;
        Ok(search.unwrap_or_default())
    }

    /// `sort`: the order of a list.
    pub fn sort(&self) -> Result<Sort, Problem> {
        Ok(self.parse_one("sort", "visits or name", Sort::parse)?.unwrap_or_default())
    }

    /// `limit`: the number of pages of a list.
    pub fn limit(&self) -> Result<Option<usize>, Problem> {
        let in_range = |limit: &usize| (1..=MAX_LIST).contains(limit);
        self.parse_one("limit", "a number from 1 to 1000", |value| value.parse().ok().filter(in_range))
    }

    /// `offset`: the number of pages before them.
    pub fn offset(&self) -> Result<usize, Problem> {
        let offset = self.parse_one("offset", "a number from 0 to 4294967295", |value| value.parse::<u32>().ok())?;
        Ok(usize::try_from(offset.unwrap_or_default()).unwrap_or(usize::MAX))
    }

    /// Which of these parameters is given.
    pub fn given(&self, parameters: &[&'static str]) -> Option<&'static str> {
        parameters.iter().copied().find(|parameter| self.0.iter().any(|(name, _)| name == parameter))
    }

    /// `label`: the text before the number of a badge.
    pub fn label(&self) -> Result<Option<String>, Problem> {
        self.parse_one("label", "a text of 1 to 64 characters without control characters", |value| {
            let length = value.chars().count();
            let is_valid = (1..=MAX_LABEL_CHARACTERS).contains(&length) && visit::is_printable(value);
            (is_valid && !value.trim().is_empty()).then(|| value.to_owned())
        })
    }

    /// `color`: the background of the number of a badge.
    pub fn color(&self) -> Result<Option<svg::Color>, Problem> {
        self.color_of("color")
    }

    /// `labelColor`: the background of the label of a badge.
    pub fn label_color(&self) -> Result<Option<svg::Color>, Problem> {
        self.color_of("labelColor")
    }

    fn color_of(&self, parameter: &'static str) -> Result<Option<svg::Color>, Problem> {
        let expected = "3 or 6 hexadecimal digits, or a color that CSS or shields.io has a name for";
        self.parse_one(parameter, expected, svg::Color::parse)
    }

    /// `style`: the corners of a badge.
    pub fn style(&self) -> Result<Option<svg::Style>, Problem> {
        self.parse_one("style", "flat or flat-square", svg::Style::parse)
    }

    fn parse_one<T>(
        &self,
        parameter: &'static str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some((_, value)) = self.0.iter().find(|(name, _)| name == parameter) else { return Ok(None) };
        parse(value).map(Some).ok_or(Problem::BadParameter { parameter, expected })
    }
}

fn bad_parameter(known: &'static [&'static str], name: &str, expected: &'static str) -> Problem {
    match known.iter().find(|parameter| **parameter == name) {
        Some(parameter) => Problem::BadParameter { parameter, expected },
        None => Problem::UnknownParameter(known),
    }
}

/// Decodes the percent-encoding of RFC 3986, in which a plus is a plus; `None` if that is not UTF-8.
fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

mod range;
#[cfg(test)]
mod tests;
