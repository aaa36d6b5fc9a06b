//! Clients that visit without pause.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::client::Client;

/// Clients that visit until they are told to stop.
pub struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Tally>>,
}

/// What they saw.
#[derive(Debug, Default)]
pub struct Tally {
    /// Requests whose answer said that the visit was recorded.
    pub answered: i64,
    /// What came instead.
    pub failed: Vec<String>,
}

impl Load {
    /// Starts this many clients, each with one connection at a time, of so many requests.
    pub fn start(url: &str, clients: usize, requests_of_a_connection: usize) -> Self {
        // Hundreds of connections a second would use up the ports of this network, which is the tests' own.
        fs::write("/proc/sys/net/ipv4/tcp_tw_reuse", "1").expect("a network of our own");
        let stop = Arc::new(AtomicBool::new(false));
        let start = |_| {
            let (url, stop) = (url.to_owned(), stop.clone());
            thread::spawn(move || {
                let mut tally = Tally::default();
                while !stop.load(Ordering::Relaxed) {
                    let client = Client::new(&url);
                    for _ in 0..requests_of_a_connection {
                        if stop.load(Ordering::Relaxed) || !tally.add_visit(&client) {
                            break;
                        }
                    }
                }
                tally
            })
        };
        let clients = (0..clients).map(start).collect();
        Self { stop, clients }
    }

    /// Stops them, and adds up.
    pub fn stop(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut sum = Tally::default();
        for client in self.clients {
            let tally = client.join().expect("a client");
            sum.answered += tally.answered;
            sum.failed.extend(tally.failed);
        }
        sum
    }
}

impl Tally {
    /// One visit; whether the connection is good for more.
    fn add_visit(&mut self, client: &Client) -> bool {
        match client.try_get("/") {
            Ok(answer) if answer.recorded().is_some() => self.answered += 1,
            Ok(answer) => self.failed.push(format!("{}: {}", answer.status, answer.text())),
            Err(error) => {
                self.failed.push(error.to_string());
                return false;
            }
        }
        true
    }
}
