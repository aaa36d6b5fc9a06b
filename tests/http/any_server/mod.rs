//! What any server does, wherever it runs: at the URL in `FOOTFALL_URL`, or a host that these tests share.
//!
//! They do not know its zone, its name or its number of visits, and others may visit it meanwhile.

mod embedding;
mod errors;
mod openapi;
pub mod picture;
mod reading;
mod recording;
mod representations;
mod unusual;

use std::env;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::Value;

use crate::client::Client;
use crate::server::Server;

/// Every path that is asked for with GET, but those that need a token.
pub const RESOURCES: [&str; 16] = [
    "/",
    "/footfall.gif",
    "/footfall.js",
    "/robots.txt",
    "/visits",
    "/visits/count",
    "/visits/histogram",
    "/visits/summary",
    "/pages",
    "/badge.svg",
    "/replica",
    "/metrics",
    "/healthz",
    "/readyz",
    "/version",
    "/openapi.yaml",
];

/// A page that nobody visits.
const NEVER: &str = "/never/visited";

/// Percent-encodes each byte.
pub fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

/// A member of an answer that is an array.
fn list<'a>(answer: &'a Value, member: &str) -> &'a [Value] {
    answer[member].as_array().unwrap_or_else(|| panic!("no list of {member} in {answer}"))
}

/// The ids of visits.
fn ids(visits: &[Value]) -> Vec<i64> {
    visits.iter().map(|visit| visit["id"].as_i64().expect("an id")).collect()
}

/// The server under test, and a client of it.
struct Site {
    url: String,
    client: Client,
    _own: Option<Arc<Server>>,
}

/// The shared host lives as long as a test uses it.
static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

impl Site {
    fn find() -> Self {
        if let Some(url) = env::var("FOOTFALL_URL").ok().filter(|url| !url.is_empty()) {
            return Self { client: Client::new(&url), url, _own: None };
        }
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let server = shared.upgrade().unwrap_or_else(|| Arc::new(Server::start()));
        *shared = Arc::downgrade(&server);
        Self { url: server.url().to_owned(), client: server.client(), _own: Some(server) }
    }
}

impl Deref for Site {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}
