//! A request, parsed from the bytes of its head.

use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Uri};

/// Parses a line with the method and the path with its query, and a line for each header: a head without the version.
/// `None` for what servers refuse before it reaches the app.
pub fn parse(bytes: &[u8]) -> Option<Parts> {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let (method, path_and_query) = split(lines.next()?, b' ')?;
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(method).ok()?;
    *request.uri_mut() = Uri::try_from(path_and_query).ok()?;
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = split(line, b':')?;
        let value = HeaderValue::from_bytes(value.trim_ascii()).ok()?;
        request.headers_mut().try_append(HeaderName::from_bytes(name).ok()?, value).ok()?;
    }
    Some(request.into_parts().0)
}

fn split(line: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let index = line.iter().position(|byte| *byte == at)?;
    Some((&line[..index], &line[index + 1..]))
}
