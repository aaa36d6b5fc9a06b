//! The other replicas, and what they answer.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use futures::future::{self, Either};
use http::header::ACCEPT;
use http::{Request, StatusCode, Uri};
use http_body_util::BodyExt;
use spin_sdk::http::EmptyBody;
use spin_sdk::wasip3::http::types::ErrorCode;

use crate::config::{self, Config};
use crate::report::cluster::{Answer, Report};
use crate::stderr;

/// The longest answer that is read, in bytes: more than 1000 visits to the longest pages take.
const MAX_ANSWER_BYTES: usize = 2 << 20;

/// The replicas of the cluster but this one.
pub struct Peers {
    others: Vec<Peer>,
    timeout: Duration,
}

struct Peer {
    name: String,
    url: Uri,
}

impl Peers {
    /// The peers that the variables name. The one that is called like this replica is this replica.
    pub fn new(config: &Config) -> Self {
        let mut others: Vec<Peer> = Vec::new();
        for url in &config.peers {
            let name = name(url, &config.peers);
            if name != config.replica && others.iter().all(|other| other.url != *url) {
                others.push(Peer { name, url: url.clone() });
            }
        }
        Self { others, timeout: config.peer_timeout }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.others.is_empty()
    }

    /// Asks every peer for the same at once, and waits for each no longer than it may take. `target` is a path with a
    /// query.
    pub async fn ask<T: Report>(&self, target: &str) -> Vec<Answer<T>> {
        let answer = async |peer: &Peer| Answer { peer: peer.name.clone(), report: self.ask_one(peer, target).await };
        future::join_all(self.others.iter().map(answer)).await
    }

    async fn ask_one<T: Report>(&self, peer: &Peer, target: &str) -> Result<T, String> {
        let answer = pin!(peer.get(target));
        let timeout = pin!(spin_sdk::time::sleep(self.timeout));
        match future::select(answer, timeout).await {
            Either::Left((answer, _)) => read(&answer?),
            Either::Right(_) => Err(format!("it did not answer within {} ms", self.timeout.as_millis())),
        }
    }
}

impl Peer {
    /// Asks, and takes no more than it may answer.
    async fn get(&self, target: &str) -> Result<Vec<u8>, String> {
        let url = format!("{}{target}", self.url.to_string().trim_end_matches('/'));
        let request = Request::get(url).header(ACCEPT, "application/json").body(EmptyBody::new());
        let request = request.map_err(|error| self.unreachable(error))?;
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

    /// What has no plain words goes to the log.
    fn unreachable(&self, error: impl std::fmt::Display) -> String {
        stderr::line(format_args!("{} could not be asked: {error}", self.url));
        "it is unreachable".to_owned()
    }
}

/// Reads what a peer says, without trust.
///
/// # Errors
/// What is wrong with it.
pub fn read<T: Report>(answer: &[u8]) -> Result<T, String> {
    let report: Option<T> = serde_json::from_slice(answer).ok();
    report
        .filter(|report| config::is_replica(report.replica()) && report.is_sound())
        .ok_or_else(|| "it answered something else than a replica does".to_owned())
}

/// What a peer is called until it answers: the first label of its host, which in Kubernetes is its pod's name, or its
/// address where that is no name of its own.
fn name(url: &Uri, peers: &[Uri]) -> String {
    let label = |url: &Uri| url.host().and_then(|host| host.split('.').next()).unwrap_or_default().to_owned();
    let host = url.host().unwrap_or_default();
    let number = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    if number || peers.iter().any(|other| other != url && label(other) == label(url)) {
        return url.authority().map_or("", |authority| authority.as_str()).to_owned();
    }
    label(url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::json;
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
        assert_eq!(urls.each_ref().map(|url| name(url, &urls)), peers.map(|(_, name)| name));
    }
    proptest! {
        #[test]
        fn what_a_replica_says_is_read_as_it_was_said(replica in "\\PC{1,60}", visits in 0..=1_i64 << 53) {
            let said = Count { replica: replica.clone(), visits };
            let read = read::<Count>(json::line(&said).as_bytes());
            if config::is_replica(&replica) {
                prop_assert_eq!(read.map(|count| (count.replica, count.visits)), Ok((replica, visits)));
            } else {
                prop_assert!(read.is_err());
            }
        }

        #[test]
        fn what_anybody_says_is_a_report_or_a_reason(
            bytes in prop::collection::vec(any::<u8>(), 0..100),
            replica in "(?s).{0,9}",
            visits in prop_oneof![any::<i64>(), 0..=1_i64 << 53],
        ) {
            let nearly = serde_json::json!({ "replica": replica, "visits": visits }).to_string().into_bytes();
            for answer in [bytes, nearly] {
                let reason = |reason: String| reason.contains(' ');
                prop_assert!(read::<Tail>(&answer).err().is_some_and(reason));
                prop_assert!(read::<Histogram>(&answer).err().is_some_and(reason));
                prop_assert!(read::<Summary>(&answer).err().is_some_and(reason));
                match read::<Count>(&answer) {
                    Ok(count) => prop_assert!((0..=1 << 53).contains(&count.visits) && config::is_replica(&count.replica)),
                    Err(why) => prop_assert!(reason(why)),
                }
            }
        }
    }
}
