//! What Spin changes in a request before a component sees it.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Uri, header};

use crate::engine::HIDES_CONNECTION;

/// Removes the headers that Spin hides from a component.
pub fn strip_headers<B>(request: &mut Request<B>) {
    let headers = request.headers_mut();
    if HIDES_CONNECTION {
        headers.remove(header::CONNECTION);
    }
    // A subdomain of spin.internal means another component of the application.
    let internal = headers.get(header::HOST).and_then(|host| host.to_str().ok()).is_some_and(|host| {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name.split_once('.').is_some_and(|(_, domain)| domain == "spin.internal")
    });
    if internal {
        headers.remove(header::HOST);
    }
}

/// Makes the URI absolute, with the Host header or the `:authority` of HTTP/2.
pub fn complete_uri<B>(request: &mut Request<B>) -> Result<()> {
    let mut parts = request.uri().clone().into_parts();
    let host = match request.headers().get(header::HOST) {
        Some(host) => {
            let host = host.to_str().context("the Host header is not text")?;
            Some(host.parse::<Authority>().context("the Host header is no authority")?)
        }
        None => None,
    };
    let authority = match (host, parts.authority.take()) {
        (Some(host), Some(authority)) => {
            ensure!(host == authority, "the Host header is not the authority of the URI");
            host
        }
        (Some(authority), None) | (None, Some(authority)) => authority,
        (None, None) => bail!("there is no Host header"),
    };
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    *request.uri_mut() = Uri::from_parts(parts)?;
    Ok(())
}

/// Adds the headers in which Spin describes the request. A header of the same name from the client stays before it.
pub fn add_spin_headers<B>(request: &mut Request<B>, client: SocketAddr) -> Result<()> {
    for (name, value) in request.headers() {
        str::from_utf8(value.as_bytes()).with_context(|| format!("header {name} is not UTF-8"))?;
    }
    let uri = request.uri();
    let host = request.headers().get(header::HOST).map_or("localhost".as_bytes(), HeaderValue::as_bytes);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let full_url = [b"http://", host, path.as_bytes()].concat();
    let added = [
        ("spin-path-info", HeaderValue::from_str(uri.path())?),
        ("spin-full-url", HeaderValue::from_bytes(&full_url)?),
        ("spin-matched-route", HeaderValue::from_static("/...")),
        ("spin-base-path", HeaderValue::from_static("/")),
        ("spin-raw-component-route", HeaderValue::from_static("/...")),
        ("spin-component-route", HeaderValue::from_static("")),
        ("spin-client-addr", HeaderValue::from_str(&client.to_string())?),
    ];
    for (name, value) in added {
        request.headers_mut().append(name, value);
    }
    Ok(())
}
