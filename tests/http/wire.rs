//! Requests byte by byte, for those that no client would send.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;

use http::{HeaderMap, HeaderName};

use crate::client::Answer;
use crate::server::PATIENCE;

/// A connection to a server.
pub struct Wire(BufReader<TcpStream>);

impl Wire {
    /// Connects to the server at an `http://` URL, which may leave out the port.
    pub fn connect(url: &str) -> Self {
        let stream = TcpStream::connect(authority(url)).or_else(|_| TcpStream::connect((authority(url), 80)));
        let stream = stream.expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self(BufReader::new(stream))
    }

    /// Sends bytes; the server may have hung up.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        _ = self.0.get_mut().write_all(bytes.as_ref());
    }

    /// Reads an answer to GET; `None` if the server hangs up without one.
    pub fn answer(&mut self) -> Option<Answer> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut headers = HeaderMap::new();
        while let Some((name, value)) = self.line().expect("the rest of the head").split_once(':') {
            headers.append(name.parse::<HeaderName>().expect("a name"), value.trim().parse().expect("a value"));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        answer.body.resize(answer.header("content-length").parse().unwrap_or_default(), 0);
        self.0.read_exact(&mut answer.body).expect("as many bytes as Content-Length says");
        Some(answer)
    }

    /// Reads all that is left, until the server hangs up.
    pub fn read_to_end(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).expect("the end");
        rest
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("no answer: {error}"),
            length => (length.unwrap_or_default() > 0).then(|| line.trim_end().to_owned()),
        }
    }
}

/// The host and the port of a URL, as in a Host header.
pub fn authority(url: &str) -> &str {
    url.trim_start_matches("http://").split('/').next().unwrap_or_default()
}
