//! What any server has to do, wherever it runs: at the URL in `FOOTFALL_URL`, or a host that these tests share.
//!
//! They do not know its zone, its name or how many visits it has, and others may visit it meanwhile.

mod badge;
mod count;
mod export;
mod formats;
mod gif;
mod histogram;
mod home;
mod ignored;
mod metrics;
mod openapi;
mod operations;
pub mod picture;
mod problems;
mod summary;
mod unusual;
mod visits;

use std::env;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::client::Client;
use crate::server::Server;
use crate::wire::Wire;

/// Every path that there is, but for the exports, which need a token.
pub const RESOURCES: [&str; 12] = [
    "/",
    "/count.gif",
    "/visits",
    "/visits/count",
    "/visits/histogram",
    "/visits/summary",
    "/badge.svg",
    "/metrics",
    "/healthz",
    "/readyz",
    "/version",
    "/openapi.yaml",
];

/// Those whose errors are pictures.
const PICTURES: [&str; 2] = ["/count.gif", "/badge.svg"];

/// Writes each byte as a URL may have it.
pub fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

/// The server to ask.
struct Site {
    url: String,
    _own: Option<Arc<Server>>,
}

/// A host lives as long as some test has it.
static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

impl Site {
    fn find() -> Self {
        if let Some(url) = env::var("FOOTFALL_URL").ok().filter(|url| !url.is_empty()) {
            return Self { url, _own: None };
        }
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let server = shared.upgrade().unwrap_or_else(|| Arc::new(Server::start()));
        *shared = Arc::downgrade(&server);
        Self { url: server.url().to_owned(), _own: Some(server) }
    }

    fn client(&self) -> Client {
        Client::new(&self.url)
    }

    fn wire(&self) -> Wire {
        Wire::connect(&self.url)
    }
}
