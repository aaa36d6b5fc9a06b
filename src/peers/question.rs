//! What replicas ask each other: each question with the type of its answer.
//!
//! These are resources that clients use, too, so that replicas of different versions understand each other during an
//! upgrade: a version adds members to the answers, and takes none away.

use std::marker::PhantomData;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderValue, Method};

use crate::bucket::Bucket;
use crate::limits::{DELETE_TIMEOUT, DRAIN_TIMEOUT, MAX_ANSWER_BYTES, MAX_LIST_BYTES};
use crate::range::{Named, Range};
use crate::report::{Asked, Count, Deleted, Histogram, Id, PageList, Status, Summary, Tail};
use crate::uri;
use crate::visit::Page;
use crate::zone::Zone;

/// A question whose answer is a `T`.
pub struct Question<T> {
    pub(super) request: Request,
    answer: PhantomData<fn() -> T>,
}

/// The request that asks it. It does without the type, so that sending is compiled once.
pub struct Request {
    pub method: Method,
    pub path_and_query: String,
    pub authorization: Option<HeaderValue>,
    /// How long a peer may take to answer, if that is not up to the variable `peer_timeout_ms`.
    pub timeout: Option<Duration>,
    /// The longest answer that is read.
    pub max_bytes: usize,
}

impl Request {
    /// The same for a report that leaves out what was imported of these replicas.
    pub fn without(&self, imports: &[Id]) -> Self {
        let ids: Vec<_> = imports.iter().map(Id::as_str).collect();
        let path_and_query = format!("{}&without={}", self.path_and_query, ids.join(","));
        let (method, authorization) = (self.method.clone(), self.authorization.clone());
        Self { method, path_and_query, authorization, timeout: self.timeout, max_bytes: self.max_bytes }
    }
}

type Parameter = (&'static str, Option<String>);

impl<T> Question<T> {
    fn new(path: &str, parameters: &[Parameter]) -> Self {
        let path_and_query = uri::path_and_query(path, parameters);
        let (authorization, timeout, max_bytes) = (None, None, MAX_ANSWER_BYTES);
        let request = Request { method: Method::GET, path_and_query, authorization, timeout, max_bytes };
        Self { request, answer: PhantomData }
    }

    /// A question for the peer's own report, and not for that of the cluster.
    fn of_replica(path: &str, parameters: &[Parameter]) -> Self {
        Self::new(path, &[parameters, &[("scope", Some("replica".to_owned()))]].concat())
    }
}

impl Question<Count> {
    /// How many visits there are, from a time until another.
    pub fn count(since: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>, page: Option<&Page>) -> Self {
        Self::of_replica("/visits/count", &[time("since", since), time("until", until), page_parameter(page)])
    }
}

impl Question<Tail> {
    /// The latest visits of a range.
    pub fn tail(tail: u32, page: Option<&Page>, zone: &Zone, range: Range) -> Self {
        let range = [time("since", range.since), time("until", range.until)];
        let parameters = [tail_parameter(tail), page_parameter(page), zone_parameter(zone)];
        Self::of_replica("/visits", &[&parameters[..], &range].concat())
    }
}

impl Question<Histogram> {
    /// How many visits there are in each bucket of a range. What it leaves open is up to `now`: the ranges of all
    /// replicas must refer to the same time.
    pub fn histogram(
        bucket: Bucket,
        (since, until): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
        now: DateTime<Utc>,
        page: Option<&Page>,
        zone: &Zone,
    ) -> Self {
        let bucket = ("bucket", Some(bucket.name().to_owned()));
        let range = [time("since", since), time("until", until), time("now", Some(now))];
        Self::of_replica(
            "/visits/histogram",
            &[&[bucket], &range[..], &[zone_parameter(zone), page_parameter(page)]].concat(),
        )
    }
}

impl Question<Summary> {
    /// The numbers of the dashboard, and those of a range.
    pub fn summary(tail: u32, page: Option<&Page>, zone: &Zone, range: Option<Range>, now: DateTime<Utc>) -> Self {
        let parameters = [page_parameter(page), zone_parameter(zone), tail_parameter(tail), time("now", Some(now))];
        let range = match range {
            None => vec![],
            Some(Range { since: None, until: None }) => vec![("range", Some(Named::All.name().to_owned()))],
            Some(Range { since, until }) => vec![time("since", since), time("until", until)],
        };
        Self::of_replica("/visits/summary", &[&parameters, &*range].concat())
    }
}

impl Question<PageList> {
    /// All pages that were visited from a time until another, and have this in their names.
    pub fn pages(since: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>, search: &str) -> Self {
        let search = ("search", Some(search.to_owned()).filter(|search| !search.is_empty()));
        let mut question = Self::of_replica("/pages", &[time("since", since), time("until", until), search]);
        question.request.max_bytes = MAX_LIST_BYTES + MAX_ANSWER_BYTES;
        question
    }
}

impl Question<Deleted> {
    /// To delete a page, with the authorization of the client: all replicas have the same token.
    pub fn delete(page: &Page, authorization: Option<&HeaderValue>) -> Self {
        let mut question = Self::of_replica("/pages", &[page_parameter(Some(page))]);
        question.request.method = Method::DELETE;
        question.request.authorization = authorization.cloned();
        question.request.timeout = Some(DELETE_TIMEOUT);
        question
    }
}

impl Question<Status> {
    /// Who it is, and whom it knows.
    pub fn status() -> Self {
        Self::new("/replica", &[])
    }

    /// The same with the busiest pages of a replica.
    pub fn pages_of(id: &Id) -> Self {
        Self::new("/replica", &[("pages_of", Some(id.as_str().to_owned()))])
    }
}

impl Question<Asked> {
    /// To ask the replica of this name, which is about to end, for its number.
    pub fn ask(replica: &str) -> Self {
        let mut question = Self::new("/replica/ask", &[("replica", Some(replica.to_owned()))]);
        question.request.timeout = Some(DRAIN_TIMEOUT);
        question
    }
}

fn time(name: &'static str, at: Option<DateTime<Utc>>) -> Parameter {
    (name, at.as_ref().map(DateTime::to_rfc3339))
}

fn page_parameter(page: Option<&Page>) -> Parameter {
    ("page", page.map(|page| page.as_str().to_owned()))
}

fn zone_parameter(zone: &Zone) -> Parameter {
    ("tz", Some(zone.name().to_owned()))
}

fn tail_parameter(tail: u32) -> Parameter {
    ("tail", Some(tail.to_string()))
}
