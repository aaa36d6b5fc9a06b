//! Requests and their answers.

use std::time::Duration;

use http::{HeaderMap, Method, Request};
use serde_json::Value;
use ureq::Agent;
use ureq::config::AutoHeaderValue;

/// A client of a server, with connections of its own.
pub struct Client {
    agent: Agent,
    url: String,
}

impl Client {
    /// A client that adds no headers, follows no redirects, and accepts any status.
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

    /// GET without headers.
    pub fn get(&self, target: &str) -> Answer {
        self.get_with(target, &[])
    }

    /// GET with headers.
    pub fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.request(&Method::GET, target, headers)
    }

    /// GET as JSON, which has to succeed.
    pub fn json(&self, target: &str) -> Value {
        let answer = self.get_with(target, &[("accept", "application/json")]);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.json()
    }

    /// Any request.
    pub fn request(&self, method: &Method, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.try_request(method, target, headers).unwrap_or_else(|error| panic!("{method} {target}: {error}"))
    }

    /// POST with headers and a body.
    pub fn post(&self, target: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let answer = self.send(&Method::POST, target, headers, body.into());
        answer.unwrap_or_else(|error| panic!("POST {target}: {error}"))
    }

    /// GET from a server that may be gone.
    pub fn try_get(&self, target: &str) -> Result<Answer, ureq::Error> {
        self.try_request(&Method::GET, target, &[])
    }

    /// Visits `/`, and returns the id of the visit.
    pub fn visit(&self) -> i64 {
        let answer = self.get("/");
        answer.recorded().unwrap_or_else(|| panic!("not recorded: {}", answer.text()))
    }

    /// The number in the replica's `/visits/count` with this query.
    pub fn count(&self, query: &str) -> i64 {
        let answer = self.get(&format!("/visits/count?scope=replica&{query}"));
        let number = answer.text().lines().next().and_then(|line| line.parse().ok());
        number.unwrap_or_else(|| panic!("{query}: {}", answer.text()))
    }

    /// Any request to a server that may be gone.
    pub fn try_request(&self, method: &Method, target: &str, headers: &[(&str, &str)]) -> Result<Answer, ureq::Error> {
        self.send(method, target, headers, ())
    }

    fn send(
        &self,
        method: &Method,
        target: &str,
        headers: &[(&str, &str)],
        body: impl ureq::AsSendBody,
    ) -> Result<Answer, ureq::Error> {
        let request = Request::builder().method(method).uri(format!("{}{target}", self.url));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut answer = self.agent.run(request.body(body)?)?;
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec()?;
        Ok(Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body })
    }
}

/// The response of a server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value; empty if the header is missing.
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

    /// The same without what tells databases apart, which is random.
    pub fn json_without_ids(&self) -> Value {
        let mut answer = self.json();
        let forget = |report: &mut Value| {
            report
                .as_object_mut()
                .expect("a report")
                .retain(|name, _| !["id", "revision", "view"].contains(&name.as_str()));
        };
        forget(&mut answer);
        answer.get_mut("replicas").and_then(Value::as_array_mut).into_iter().flatten().for_each(forget);
        answer
    }

    /// The id of the visit, if it was recorded.
    pub fn recorded(&self) -> Option<i64> {
        self.header("x-visit").strip_prefix("recorded; id=").map(|id| id.parse().expect("an id"))
    }

    /// Checks that it is a problem as in RFC 9457 with this status, and returns the problem's members.
    pub fn problem(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!((self.status, self.header("content-type")), (status, "application/problem+json"), "{text}");
        assert_eq!((self.header("cache-control"), self.header("x-visit")), ("no-store", ""), "{text}");
        let problem = self.json();
        assert_eq!((&problem["status"], &problem["type"]), (&status.into(), &"about:blank".into()));
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.ends_with('.') && detail.contains(' '), "not a sentence: {detail}");
        problem
    }
}
