//! A request, from the bytes of its head.

use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Uri};

/// Reads a method and a target, and below them a header a line: a head without its version. `None` for what no server would let through to the app.
pub fn parse(bytes: &[u8]) -> Option<Parts> {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let (method, target) = split(lines.next()?, b' ')?;
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(method).ok()?;
    *request.uri_mut() = Uri::try_from(target).ok()?;
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = split(line, b':')?;
        let value = HeaderValue::from_bytes(value.trim_ascii()).ok()?;
        request.headers_mut().try_append(HeaderName::from_bytes(name).ok()?, value).ok()?;
    }
    Some(request.into_parts().0)
}

fn split(line: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = line.iter().position(|byte| *byte == at)?;
    Some((&line[..place], &line[place + 1..]))
}
