//! Requests byte by byte, for those that no client would send.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::client::Answer;
use crate::server::PATIENCE;

/// A connection to a server.
pub struct Wire(BufReader<TcpStream>);

impl Wire {
    /// Connects to the server at an `http://` URL.
    pub fn connect(url: &str) -> Self {
        let authority = authority(url);
        let stream = match TcpStream::connect(authority) {
            // A URL may leave out the port.
            Err(error) if error.kind() == ErrorKind::InvalidInput => TcpStream::connect((authority, 80)),
            stream => stream,
        };
        let stream = stream.expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        Self(BufReader::new(stream))
    }

    /// Sends bytes; the server may have hung up.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        _ = self.0.get_mut().write_all(bytes.as_ref());
    }

    /// Sends no more, but still listens.
    pub fn finish(&mut self) {
        _ = self.0.get_mut().shutdown(Shutdown::Write);
    }

    /// Reads an answer to GET; `None` where the server hangs up without one.
    pub fn answer(&mut self) -> Option<Answer> {
        let mut line = self.line()?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("not a status line: {line}"));
        let mut headers = HeaderMap::new();
        loop {
            line = self.line().expect("the rest of the head");
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').expect("a header");
            headers.append(
                HeaderName::try_from(name).expect("a name"),
                HeaderValue::try_from(value.trim()).expect("a value"),
            );
        }
        let length = headers
            .get("content-length")
            .map_or(0, |length| length.to_str().ok().and_then(|length| length.parse().ok()).expect("a length"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("as many bytes as Content-Length says");
        Some(Answer { status, headers, body })
    }

    /// Reads all that is left, once the server has hung up.
    pub fn read_to_end(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).expect("the end");
        rest
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(line.trim_end().to_owned()),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("no answer: {error}"),
        }
    }
}

/// The host and the port of a URL, as they stand in a Host header.
pub fn authority(url: &str) -> &str {
    let rest = url.strip_prefix("http://").expect("a URL that begins with http://");
    rest.split('/').next().unwrap_or(rest)
}
