//! Peers that are no replicas: they record what they are asked, and answer what a test makes up.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use http::Method;
use serde_json::Value;

use crate::client::Client;
use crate::server::Server;

/// A request to a fake.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path with its query.
    pub target: String,
    /// The request line and the headers.
    pub head: String,
}

impl Asked {
    /// The method.
    pub fn method(&self) -> Method {
        self.head.split(' ').next().expect("a method").parse().expect("a method")
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.target.split('?').next().expect("a path")
    }

    /// The parameters, decoded, in the order of their names.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').map(|pair| pair.split_once('=').expect("a value"));
        let mut parameters: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), decode(value))).collect();
        parameters.sort();
        parameters
    }

    /// A header's value; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }
}

fn decode(value: &str) -> String {
    assert!(!value.contains('+'), "a plus may be read in two ways: {value}");
    let mut parts = value.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("hexadecimal digits"));
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// A server that answers each connection once. It says `connection: close`, because a runtime would use a connection
/// again.
pub struct Fake {
    asked: Arc<Mutex<Vec<Asked>>>,
    address: SocketAddr,
}

impl Fake {
    /// One that answers so; what it writes is all that the other side gets.
    pub fn start(answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let record = asked.clone();
        let fake = Self::listen(move |stream| {
            let Some((request, mut stream)) = read_head(stream) else { return };
            lock(&record).push(request.clone());
            answer(&request, &mut stream);
        });
        Self { asked, ..fake }
    }

    /// One that resets each connection.
    pub fn resetting() -> Self {
        Self::listen(|mut stream| _ = stream.read_exact(&mut [0]))
    }

    fn listen(take: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let (address, take) = (listener.local_addr().expect("its address"), Arc::new(take));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let take = take.clone();
                thread::spawn(move || take(stream));
            }
        });
        Self { asked: Arc::default(), address }
    }

    /// One that answers everything with this.
    pub fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_, stream| _ = stream.write_all(&answer))
    }

    /// One that answers with this body of JSON.
    pub fn json(body: &str) -> Self {
        Self::saying(response("200 OK", body))
    }

    /// One that accepts requests and never answers.
    pub fn silent() -> Self {
        Self::stopping_after("")
    }

    /// One that writes this, and then nothing more.
    pub fn stopping_after(beginning: &'static str) -> Self {
        Self::start(move |_, stream| {
            _ = stream.write_all(beginning.as_bytes());
            hold(stream);
        })
    }

    /// One that writes this again and again until the other side has had enough, or 100 MB.
    pub fn pouring(head: &str, piece: &str) -> Self {
        let (head, piece) = (head.to_owned(), piece.repeat((1 << 16) / piece.len()));
        Self::start(move |_, stream| {
            _ = stream.write_all(head.as_bytes());
            let pieces = (100 << 20) / piece.len();
            if (0..pieces).all(|_| stream.write_all(piece.as_bytes()).is_ok()) {
                hold(stream);
            }
        })
    }

    /// One that asks a replica the same, and changes its answer. It has no id, as if it were of the version before.
    pub fn lying(server: &Server, lie: impl Fn(&Asked, &mut Value) + Send + Sync + 'static) -> Self {
        // The threads of a fake go on to the end of the tests, and must not keep the server alive.
        let client = server.client();
        Self::start(move |asked, stream| {
            pass_on(&client, asked, stream, &|asked, answer| {
                answer.as_object_mut().expect("an object").retain(|name, _| name != "id");
                lie(asked, answer);
            });
        })
    }

    /// One that passes everything on to a server that may start later, or in turn to several.
    pub fn gate(servers: &Arc<Mutex<Vec<String>>>) -> Self {
        let servers = servers.clone();
        Self::start(move |asked, stream| {
            let url = {
                let mut servers = lock(&servers);
                servers.first().cloned().inspect(|_| servers.rotate_left(1))
            };
            if let Some(url) = url {
                pass_on(&Client::new(&url), asked, stream, &|_, _| ());
            }
        })
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a replica calls it that does not know its name.
    pub fn name(&self) -> String {
        self.address.to_string()
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.asked).clone()
    }
}

fn pass_on(client: &Client, asked: &Asked, stream: &mut TcpStream, change: &impl Fn(&Asked, &mut Value)) {
    let headers = ["accept", "authorization"].map(|name| (name, asked.header(name)));
    // A server that is gone is one that hangs up.
    let Ok(answer) = client.try_request(&asked.method(), &asked.target, &headers) else { return };
    if answer.status != 200 {
        _ = stream.write_all(&response(&answer.status.to_string(), answer.body));
        return;
    }
    let mut answer = answer.json();
    change(asked, &mut answer);
    _ = stream.write_all(&response("200 OK", answer.to_string()));
}

/// A lock, whatever happened to who had it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

/// A response with a body of JSON.
pub fn response(status: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let (json, length) = ("content-type: application/json", body.as_ref().len());
    let head = format!("HTTP/1.1 {status}\r\n{json}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body.as_ref()].concat()
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
