//! The other replicas, and asking them for reports.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use futures::future::{self, Either};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::BodyExt;
use spin_sdk::http::EmptyBody;
use spin_sdk::wasip3::http::types::ErrorCode;

use crate::config::{self, Config};
use crate::limits::{DELETE_TIMEOUT, MAX_ANSWER_BYTES};
use crate::report::{Answer, Deleted, Report};
use crate::stderr;

/// The peers of this replica: the other replicas of the cluster.
pub struct Peers {
    peers: Vec<Peer>,
    timeout: Duration,
}

struct Peer {
    name: String,
    url: Uri,
}

impl Peers {
    /// The replicas that the variable `peers` lists, without the one that has the name of this replica.
    pub fn new(config: &Config) -> Self {
        let mut peers: Vec<Peer> = Vec::new();
        for url in &config.peers {
            let name = peer_name(url, &config.peers);
            if name != config.replica && peers.iter().all(|peer| peer.url != *url) {
                peers.push(Peer { name, url: url.clone() });
            }
        }
        Self { peers, timeout: config.peer_timeout }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }

    /// Asks all peers for the same report at once, and waits for each until the timeout.
    pub async fn ask<T: Report>(&self, path_and_query: &str) -> Vec<Answer<T>> {
        let question = Question { method: Method::GET, path_and_query, authorization: None, timeout: self.timeout };
        self.ask_all(&question).await
    }

    /// Has all peers delete a page at once, with the authorization of the client: all replicas have the same token.
    pub async fn delete(&self, path_and_query: &str, authorization: Option<&HeaderValue>) -> Vec<Answer<Deleted>> {
        let question = Question { method: Method::DELETE, path_and_query, authorization, timeout: DELETE_TIMEOUT };
        self.ask_all(&question).await
    }

    async fn ask_all<T: Report>(&self, question: &Question<'_>) -> Vec<Answer<T>> {
        let ask = async |peer: &Peer| Answer { peer: peer.name.clone(), report: ask_one(peer, question).await };
        future::join_all(self.peers.iter().map(ask)).await
    }
}

/// What all peers are asked.
struct Question<'a> {
    method: Method,
    path_and_query: &'a str,
    authorization: Option<&'a HeaderValue>,
    timeout: Duration,
}

async fn ask_one<T: Report>(peer: &Peer, question: &Question<'_>) -> Result<T, String> {
    let answer = pin!(peer.send(question));
    let timeout = pin!(spin_sdk::time::sleep(question.timeout));
    match future::select(answer, timeout).await {
        Either::Left((answer, _)) => parse(&answer?),
        Either::Right(_) => Err(format!("it did not answer within {} ms", question.timeout.as_millis())),
    }
}

impl Peer {
    /// Sends a request and reads the answer, up to its maximum length.
    async fn send(&self, question: &Question<'_>) -> Result<Vec<u8>, String> {
        let url = format!("{}{}", self.url.to_string().trim_end_matches('/'), question.path_and_query);
        let mut request = Request::builder().method(&question.method).uri(url).header(ACCEPT, "application/json");
        if let Some(authorization) = question.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request.body(EmptyBody::new()).map_err(|error| self.unreachable(error))?;
        let mut response = spin_sdk::http::send(request).await.map_err(|error| self.failed(&error))?;
        if response.status() != StatusCode::OK {
            return Err(format!("it answered with status {}", response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(frame) = response.body_mut().frame().await {
            let frame = frame.map_err(|error| self.failed(&error))?;
            body.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
            if body.len() > MAX_ANSWER_BYTES {
                return Err("it answered too much".to_owned());
            }
        }
        Ok(body)
    }

    fn failed(&self, error: &ErrorCode) -> String {
        match error {
            ErrorCode::ConnectionRefused => "it refused the connection".to_owned(),
            ErrorCode::DnsError(_) => "its host name does not resolve".to_owned(),
            ErrorCode::HttpRequestDenied => "its address is not one that this app may ask".to_owned(),
            error => self.unreachable(error),
        }
    }

    /// The details are for the log of the app.
    fn unreachable(&self, error: impl std::fmt::Display) -> String {
        stderr::line(format_args!("{} is unreachable: {error}", self.url));
        "it is unreachable".to_owned()
    }
}

/// Parses the answer of a peer, which is not trusted.
///
/// # Errors
/// What is wrong with it.
pub fn parse<T: Report>(answer: &[u8]) -> Result<T, String> {
    let report: Option<T> = serde_json::from_slice(answer).ok();
    report
        .filter(|report| config::is_replica_name(report.replica()) && report.is_plausible())
        .ok_or_else(|| "it answered something else than a replica does".to_owned())
}

/// What a peer is called until it answers: the first label of its host, which in Kubernetes is the name of its pod, or
/// its address where that label is not unique.
fn peer_name(url: &Uri, peers: &[Uri]) -> String {
    let label = |url: &Uri| url.host().and_then(|host| host.split('.').next()).unwrap_or_default().to_owned();
    let host = url.host().unwrap_or_default();
    let is_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    if is_address || peers.iter().any(|other| other != url && label(other) == label(url)) {
        return url.authority().map_or("", |authority| authority.as_str()).to_owned();
    }
    label(url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::{Count, Histogram, Summary, Tail};

    #[test]
    fn a_peer_is_called_like_its_pod_or_by_its_address() {
        let peers = [
            ("http://footfall-1.footfall-headless.default.svc:5000", "footfall-1"),
            ("http://footfall-2:5000/", "footfall-2"),
            ("http://127.0.0.1:3001", "127.0.0.1:3001"),
            ("http://10.0.0.7", "10.0.0.7"),
            ("http://[fd00::1]:5000", "[fd00::1]:5000"),
            ("http://localhost:3001", "localhost:3001"),
            ("http://localhost:3002", "localhost:3002"),
        ];
        let urls = peers.map(|(url, _)| url.parse().expect("a URL"));
        assert_eq!(urls.each_ref().map(|url| peer_name(url, &urls)), peers.map(|(_, name)| name));
    }

    proptest! {
        #[test]
        fn a_report_is_parsed_as_it_was_sent(replica in "\\PC{1,60}", visits in 0..=1_i64 << 53) {
            let sent = Count { replica: replica.clone(), visits, coarse_before: None };
            let parsed = parse::<Count>(&serde_json::to_vec(&sent).expect("JSON"));
            if config::is_replica_name(&replica) {
                prop_assert_eq!(parsed.map(|count| (count.replica, count.visits)), Ok((replica, visits)));
            } else {
                prop_assert!(parsed.is_err());
            }
        }

        #[test]
        fn any_answer_is_a_plausible_report_or_a_reason(
            bytes in prop::collection::vec(any::<u8>(), 0..100),
            replica in "(?s).{0,9}",
            visits in prop_oneof![any::<i64>(), 0..=1_i64 << 53],
        ) {
            let count = serde_json::json!({ "replica": replica, "visits": visits }).to_string().into_bytes();
            for answer in [bytes, count] {
                let is_reason = |reason: String| reason.contains(' ');
                prop_assert!(parse::<Tail>(&answer).err().is_some_and(is_reason));
                prop_assert!(parse::<Histogram>(&answer).err().is_some_and(is_reason));
                prop_assert!(parse::<Summary>(&answer).err().is_some_and(is_reason));
                match parse::<Count>(&answer) {
                    Ok(count) => {
                        prop_assert!((0..=1 << 53).contains(&count.visits) && config::is_replica_name(&count.replica));
                    }
                    Err(reason) => prop_assert!(is_reason(reason)),
                }
            }
        }
    }
}
