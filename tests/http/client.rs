//! Requests and their answers.

use std::time::Duration;

use http::{HeaderMap, Method, Request};
use serde_json::Value;
use ureq::Agent;
use ureq::config::AutoHeaderValue;

/// Whoever asks a server, over connections of its own.
pub struct Client {
    agent: Agent,
    url: String,
}

impl Client {
    /// A client that sends no headers of its own accord, follows no redirects, and takes any status.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .proxy(None)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { agent: Agent::new_with_config(config), url: url.trim_end_matches('/').to_owned() }
    }

    /// GET, for whatever format comes first.
    pub fn get(&self, target: &str) -> Answer {
        self.get_with(target, &[])
    }

    /// GET with headers.
    pub fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.request(&Method::GET, target, headers)
    }

    /// GET of something that is there, as JSON.
    pub fn json(&self, target: &str) -> Value {
        let answer = self.get_with(target, &[("accept", "application/json")]);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.json()
    }

    /// Any request.
    pub fn request(&self, method: &Method, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.try_request(method, target, headers).unwrap_or_else(|error| panic!("{method} {target}: {error}"))
    }

    /// GET, where the server may not be there for long.
    pub fn try_get(&self, target: &str) -> Result<Answer, ureq::Error> {
        self.try_request(&Method::GET, target, &[])
    }

    /// A visit to `/`: its id.
    pub fn visit(&self) -> i64 {
        let answer = self.get("/");
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.recorded().expect("a visit")
    }

    /// `/visits/count` with this query.
    pub fn count(&self, query: &str) -> i64 {
        let answer = self.get(&format!("/visits/count?{query}"));
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        answer.text().trim().parse().expect("a number")
    }

    fn try_request(&self, method: &Method, target: &str, headers: &[(&str, &str)]) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{target}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = self.agent.run(request.body(())?)?;
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec()?;
        Ok(Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body })
    }
}

/// What a server said.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a value of ASCII"))
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("UTF-8")
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The id of the visit, if it says that it was recorded.
    pub fn recorded(&self) -> Option<i64> {
        self.header("x-visit").strip_prefix("recorded; id=").map(|id| id.parse().expect("an id"))
    }

    /// Checks that it is an error as RFC 9457 describes them, with this status, and gives its members.
    pub fn problem(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.header("vary"), "Accept");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.header("x-visit"), "", "an error is no visit");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], "about:blank");
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{text}");
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.ends_with('.') && detail.contains(' '), "not a sentence: {detail}");
        problem
    }
}
