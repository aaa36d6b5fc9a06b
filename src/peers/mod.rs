//! The other replicas, and asking them.

mod question;

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use futures::future::{self, Either};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, StatusCode, Uri};
use http_body_util::BodyExt;
use spin_sdk::http::EmptyBody;
use spin_sdk::wasip3::http::types::ErrorCode;

use crate::config::{self, Config, Token};
use crate::report::{Answer, Id, Imported, Report};
use crate::stderr;
pub use question::Question;
use question::Request;

/// The peers of this replica: the replicas of the cluster that it can ask. It may be one of them itself, since only an
/// answer says who a peer is.
pub struct Peers {
    all: Vec<Peer>,
    timeout: Duration,
    /// With what a replica may read from them.
    authorization: Option<HeaderValue>,
}

/// A replica that can be asked.
pub struct Peer {
    /// What it is called until it answers.
    pub name: String,
    url: Uri,
    is_own: bool,
    is_expected: bool,
}

/// Why a peer did not answer: what follows `footfall-2 is missing: `.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It answered with another status than 200.
    #[error("it answered with status {}", .0.as_u16())]
    Status(StatusCode),
    /// Any other reason.
    #[error("{0}")]
    Other(String),
}

impl Peers {
    /// The replicas that the variable `peers` lists.
    pub fn new(config: &Config) -> Self {
        let mut peers: Vec<Peer> = Vec::new();
        for url in &config.peers {
            if peers.iter().all(|peer| peer.url != *url) {
                let name = peer_name(url, &config.peers);
                let is_own = name == config.replica;
                let is_expected = !is_own && config.replicas.is_none_or(|replicas| peers.len() < replicas);
                peers.push(Peer { name, url: url.clone(), is_own, is_expected });
            }
        }
        let authorization = config.read_token.as_ref().and_then(Token::bearer);
        Self { all: peers, timeout: config.peer_timeout, authorization }
    }

    /// Whether there are none beside this replica.
    pub fn is_empty(&self) -> bool {
        self.all.iter().all(|peer| peer.is_own)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.all.iter()
    }

    /// Asks the peers that are expected to answer, or that are known by their names, at once, and waits for each until
    /// the timeout.
    pub async fn ask<T: Report>(&self, question: &Question<T>, is_known: &dyn Fn(&str) -> bool) -> Vec<Answer<T>> {
        let answer = |(peer, body): (&Peer, Result<Vec<u8>, Failure>)| Answer {
            peer: peer.name.clone(),
            expected: peer.is_expected,
            is_own: false,
            has_news: false,
            report: body.map_err(|failure| failure.to_string()).and_then(|body| parse(&body)),
        };
        self.send_all(&question.request, is_known).await.into_iter().map(answer).collect()
    }

    /// Asks one peer.
    ///
    /// # Errors
    /// Why it did not answer.
    pub async fn ask_one<T: Report>(&self, peer: &Peer, question: &Question<T>) -> Result<T, Failure> {
        parse(&self.send(peer, &question.request).await?).map_err(Failure::Other)
    }

    /// Asks some peers, by their names, for reports that leave out what each has imported of certain replicas.
    pub async fn ask_without<T: Report>(
        &self,
        question: &Question<T>,
        without: &[(&str, &[Id])],
    ) -> Vec<Result<T, String>> {
        let answers = self.send_without(&question.request, without).await.into_iter();
        answers.map(|body| body.map_err(|failure| failure.to_string()).and_then(|body| parse(&body))).collect()
    }

    async fn send_without(&self, request: &Request, without: &[(&str, &[Id])]) -> Vec<Result<Vec<u8>, Failure>> {
        let answers = without.iter().map(async |(name, ids)| match self.iter().find(|peer| peer.name == *name) {
            Some(peer) => self.send(peer, &request.without(ids)).await,
            None => Err(Failure::Other("it is not among the peers that are asked".to_owned())),
        });
        future::join_all(answers).await
    }

    async fn send_all(
        &self,
        request: &Request,
        is_known: &dyn Fn(&str) -> bool,
    ) -> Vec<(&Peer, Result<Vec<u8>, Failure>)> {
        let asked = self.iter().filter(|peer| peer.is_expected || peer.is_own || is_known(&peer.name));
        future::join_all(asked.map(async |peer| (peer, self.send(peer, request).await))).await
    }

    async fn send(&self, peer: &Peer, request: &Request) -> Result<Vec<u8>, Failure> {
        let timeout = request.timeout.unwrap_or(self.timeout);
        let authorization = request.authorization.as_ref().or(self.authorization.as_ref());
        match future::select(pin!(peer.send(request, authorization)), pin!(spin_sdk::time::sleep(timeout))).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Failure::Other(format!("it did not answer within {} ms", timeout.as_millis()))),
        }
    }
}

impl Peer {
    /// Whether it has the name of this replica.
    pub fn is_own(&self) -> bool {
        self.is_own
    }

    /// Sends a request and reads the answer, up to its maximum length.
    async fn send(&self, question: &Request, authorization: Option<&HeaderValue>) -> Result<Vec<u8>, Failure> {
        let url = format!("{}{}", self.url.to_string().trim_end_matches('/'), question.path_and_query);
        let mut request = http::Request::builder().method(&question.method).uri(url).header(ACCEPT, "application/json");
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request.body(EmptyBody::new()).map_err(|error| self.unreachable(error))?;
        let mut response = spin_sdk::http::send(request).await.map_err(|error| self.failed(&error))?;
        if response.status() != StatusCode::OK {
            return Err(Failure::Status(response.status()));
        }
        let mut body = Vec::new();
        while let Some(frame) = response.body_mut().frame().await {
            let frame = frame.map_err(|error| self.failed(&error))?;
            body.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
            if body.len() > question.max_bytes {
                return Err(Failure::Other("it answered too much".to_owned()));
            }
        }
        Ok(body)
    }

    fn failed(&self, error: &ErrorCode) -> Failure {
        let reason = match error {
            ErrorCode::ConnectionRefused => "it refused the connection",
            ErrorCode::DnsError(_) => "its host name does not resolve",
            ErrorCode::HttpRequestDenied => "its address is not one that this app may ask",
            error => return self.unreachable(error),
        };
        Failure::Other(reason.to_owned())
    }

    /// The details are for the log of the app.
    fn unreachable(&self, error: impl std::fmt::Display) -> Failure {
        stderr::line(format_args!("{} is unreachable: {error}", self.url));
        Failure::Other("it is unreachable".to_owned())
    }
}

/// Parses the answer of a peer, which is not trusted.
///
/// # Errors
/// What is wrong with it.
pub fn parse<T: Report>(answer: &[u8]) -> Result<T, String> {
    // As text, like what the database answers, so that the types that are in both are parsed by the same code.
    let report: Option<T> = str::from_utf8(answer).ok().and_then(|answer| serde_json::from_str(answer).ok());
    report
        .filter(|report| {
            let mut names = report.names().chain([&*report.reporter().replica]);
            names.all(config::is_replica_name) && have_names(report.imports()) && report.is_plausible()
        })
        .ok_or_else(|| "it answered something else than a replica does".to_owned())
}

fn have_names(imports: &[Imported]) -> bool {
    imports.iter().all(|import| config::is_replica_name(&import.replica))
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
mod tests;
