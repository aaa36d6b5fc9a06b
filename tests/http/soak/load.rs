//! Visits over many connections, as fast as they are answered.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::ledger::{Ledger, Visit};
use crate::server::{Server, eventually};
use crate::wire::authority;

/// How long an answer may take before it is one that never comes.
const HANG: Duration = Duration::from_mins(2);

/// Connections that visit a server, until they are stopped or the server ends.
pub struct Load {
    runtime: Runtime,
    connections: Vec<JoinHandle<Ledger>>,
    shared: Arc<Shared>,
}

/// What all of its connections know.
struct Shared {
    authority: String,
    page: fn(u64) -> String,
    limit: u64,
    begun: AtomicU64,
    stopped: AtomicBool,
    answered: AtomicUsize,
    refused: AtomicUsize,
}

/// What matters of an answer.
#[derive(Debug, Default)]
struct Answer {
    status: String,
    visit: String,
    retry_after: String,
}

impl Load {
    /// Visits a server without end: the page of each visit goes by its number.
    pub fn on(server: &Server, connections: usize, page: fn(u64) -> String) -> Self {
        Self::of(u64::MAX, server, connections, page)
    }

    /// Visits a server so often.
    pub fn of(limit: u64, server: &Server, connections: usize, page: fn(u64) -> String) -> Self {
        let shared = Arc::new(Shared {
            authority: authority(server.url()).to_owned(),
            page,
            limit,
            begun: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            answered: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
        });
        // One thread leaves the rest to the server.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let connections = (0..connections).map(|_| runtime.spawn(connection(shared.clone()))).collect();
        Self { runtime, connections, shared }
    }

    /// How many visits were answered so far.
    pub fn answered(&self) -> usize {
        self.shared.answered.load(Ordering::Relaxed)
    }

    /// How many were refused so far.
    pub fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::Relaxed)
    }

    /// Waits until so many more are answered.
    pub fn wait_for_answers(&self, more: usize) {
        let before = self.answered();
        eventually(&format!("{more} more visits"), || (self.answered() >= before + more).then_some(()));
    }

    /// Whether there is nothing left to do.
    pub fn is_finished(&self) -> bool {
        self.connections.iter().all(JoinHandle::is_finished)
    }

    /// Waits until there is nothing left to do.
    pub fn finish(self) -> Ledger {
        let mut ledger = Ledger::default();
        for connection in self.connections {
            ledger.add(self.runtime.block_on(connection).expect("a connection"));
        }
        ledger
    }

    /// Begins no more visits, and waits for those under way.
    pub fn stop(self) -> Ledger {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.finish()
    }
}

impl Shared {
    /// The number of the next visit.
    fn next(&self) -> Option<u64> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        (number < self.limit && !self.stopped.load(Ordering::Relaxed)).then_some(number)
    }

    fn request(&self, number: u64) -> String {
        let target = match (self.page)(number) {
            page if page == "/" => page,
            page => format!("/count.gif?page={}", page.replace('%', "%25")),
        };
        format!("GET {target} HTTP/1.1\r\nhost: {}\r\n\r\n", self.authority)
    }
}

async fn connection(shared: Arc<Shared>) -> Ledger {
    let mut ledger = Ledger::default();
    if visit(&shared, &mut ledger).await.is_err() {
        ledger.unanswered = 1;
    }
    ledger
}

/// Visits until there is nothing left to do; an error is the end of the connection.
async fn visit(shared: &Shared, ledger: &mut Ledger) -> io::Result<()> {
    let stream = TcpStream::connect(&shared.authority).await?;
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(number) = shared.next() {
        let request = shared.request(number);
        let start = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let answer = timeout(HANG, read(&mut stream)).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer within {HANG:?} to {request}"))?;
        ledger.slowest = ledger.slowest.max(start.elapsed());
        if let Some(id) = answer.id() {
            ledger.visits.push(Visit { id, number });
            shared.answered.fetch_add(1, Ordering::Relaxed);
        } else {
            ledger.refused += 1;
            shared.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

/// Reads a whole answer, all of which have a Content-Length.
async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let mut answer = Answer::default();
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(':') {
            None if line.trim_end().is_empty() => break,
            None => answer.status = line.split(' ').nth(1).unwrap_or_default().to_owned(),
            Some(("x-visit", value)) => value.trim().clone_into(&mut answer.visit),
            Some(("retry-after", value)) => value.trim().clone_into(&mut answer.retry_after),
            Some(("content-length", value)) => length = value.trim().parse().expect("a length"),
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(answer)
}

impl Answer {
    /// The id that it gives to the visit; `None` where the visit is refused in the proper way.
    fn id(&self) -> Option<i64> {
        if self.status == "200" {
            let id = self.visit.strip_prefix("recorded; id=").and_then(|id| id.parse().ok());
            return Some(id.unwrap_or_else(|| panic!("not a visit: {self:?}")));
        }
        let later = self.retry_after.parse::<u32>().is_ok_and(|seconds| seconds > 0);
        assert!(self.status == "503" && self.visit.is_empty() && later, "neither recorded nor refused: {self:?}");
        None
    }
}
