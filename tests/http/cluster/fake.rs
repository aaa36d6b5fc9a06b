//! Peers that are no replicas: they record what they are asked, and answer what a test makes up.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::server::Server;
use crate::wire::authority;

/// What a peer was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path with its query.
    pub target: String,
    /// The request line and the headers.
    pub head: String,
}

impl Asked {
    /// The path.
    pub fn path(&self) -> &str {
        self.target.split('?').next().expect("a path")
    }

    /// A parameter's value, decoded; `None` where it is missing.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let mut values = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(found, _)| *found == name);
        let value = values.next().map(|(_, value)| decode(value));
        assert!(values.next().is_none(), "`{name}` twice in {}", self.target);
        value
    }

    /// A header's value; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }
}

/// Takes no `+` for a blank, for what is sent should not depend on that.
fn decode(value: &str) -> String {
    assert!(!value.contains('+'), "{value}: may be read in two ways");
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((first, mut tail)) = rest.split_first() {
        let mut byte = *first;
        if byte == b'%' {
            let (digits, after) = tail.split_at(2);
            byte = u8::from_str_radix(str::from_utf8(digits).expect("digits"), 16).expect("hexadecimal digits");
            tail = after;
        }
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// A server that answers each connection once, until it is dropped. It says so, for a runtime keeps connections to use them
/// again.
pub struct Fake {
    asked: Arc<Mutex<Vec<Asked>>>,
    listening: Listening,
}

impl Fake {
    /// One that answers so; what it writes is all that the other side gets, for better or worse.
    pub fn start(answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let record = asked.clone();
        let listener = Self::listen(move |stream| {
            let Some((request, mut stream)) = read_head(stream) else { return };
            record.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
            answer(&request, &mut stream);
        });
        Self { asked, ..listener }
    }

    /// One that resets each connection, as is done to those who are sending when it is closed.
    pub fn resetting() -> Self {
        Self::listen(|mut stream| _ = stream.read_exact(&mut [0]))
    }

    fn listen(take: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (gone, take) = (Arc::<AtomicBool>::default(), Arc::new(take));
        let stop = gone.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok).take_while(|_| !stop.load(Ordering::Relaxed)) {
                let take = take.clone();
                thread::spawn(move || take(stream));
            }
        });
        Self { asked: Arc::default(), listening: Listening { address, gone } }
    }

    /// One that answers everything with this.
    pub fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_, stream| _ = stream.write_all(&answer))
    }

    /// One that answers with this body of JSON.
    pub fn json(body: &str) -> Self {
        Self::saying(response("200 OK", "application/json", body))
    }

    /// One that takes requests and never says a word.
    pub fn silent() -> Self {
        Self::start(|_, stream| hold(stream))
    }

    /// One that writes this again and again until the other side has had enough, or 100 MB.
    pub fn pouring(head: &str, piece: &str) -> Self {
        let (head, piece) = (head.to_owned(), piece.repeat((1 << 16) / piece.len()));
        Self::start(move |_, stream| {
            _ = stream.write_all(head.as_bytes());
            for _ in 0..(100 << 20) / piece.len() {
                if stream.write_all(piece.as_bytes()).is_err() {
                    return;
                }
            }
            hold(stream);
        })
    }

    /// One that asks a replica the same, and tells something else.
    pub fn lying(server: &Arc<Server>, lie: impl Fn(&Asked, Value) -> Value + Send + Sync + 'static) -> Self {
        let server = server.clone();
        Self::start(move |asked, stream| {
            let answer = server.client().get_with(&asked.target, &[("accept", asked.header("accept"))]);
            assert_eq!(answer.status, 200, "{}: {}", asked.target, answer.text());
            let lie = lie(asked, answer.json()).to_string();
            _ = stream.write_all(&response("200 OK", "application/json", lie));
        })
    }

    /// One that passes everything on to a server that may start later.
    pub fn gate(server: &Arc<Mutex<Option<String>>>) -> Self {
        let server = server.clone();
        Self::start(move |asked, stream| {
            let Some(url) = server.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return };
            let Ok(mut upstream) = TcpStream::connect(authority(&url)) else { return };
            let head = asked.head.trim_end();
            _ = upstream.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes());
            let (mut back, mut from) = (stream.try_clone().expect("a clone"), upstream.try_clone().expect("a clone"));
            thread::spawn(move || io::copy(&mut from, &mut back));
            hold(stream);
            _ = upstream.shutdown(std::net::Shutdown::Both);
        })
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.listening.address)
    }

    /// What a replica calls it that does not know its name.
    pub fn name(&self) -> String {
        self.listening.address.to_string()
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it was asked, once.
    pub fn asked_once(&self) -> Asked {
        let [asked] = <[Asked; 1]>::try_from(self.asked()).expect("one request");
        asked
    }
}

/// Ends the listening.
#[derive(Debug)]
struct Listening {
    address: SocketAddr,
    gone: Arc<AtomicBool>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        // Wakes whoever waits for the next connection.
        _ = TcpStream::connect(self.address);
    }
}

fn read_head(stream: TcpStream) -> Option<(Asked, TcpStream)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).ok().filter(|length| *length > 0)?;
    }
    let target = head.split(' ').nth(1).expect("a target").to_owned();
    Some((Asked { target, head }, reader.into_inner()))
}

/// A response with a body.
pub fn response(status: &str, content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Waits, silently, until the other side hangs up.
pub fn hold(stream: &mut TcpStream) {
    _ = io::copy(stream, &mut io::sink());
}

/// A URL where nobody listens any more.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("its address"))
}
