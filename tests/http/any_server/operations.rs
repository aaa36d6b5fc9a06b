//! `/healthz`, `/readyz` and `/version`; and many requests over one connection.

use super::Site;

#[test]
fn a_healthy_server_says_ok() {
    let site = Site::find();
    for target in ["/healthz", "/readyz", "/healthz?x=y", "/readyz?x=y"] {
        let answer = site.client().get(target);
        assert_eq!((answer.status, answer.text()), (200, "ok\n"), "{target}");
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-visit"), "", "{target} is no visit");
    }
}

#[test]
fn the_version_is_a_version() {
    let version = Site::find().client().json("/version");
    assert_eq!(version["name"], "footfall");
    let numbers: Vec<_> = version["version"].as_str().expect("a version").split('.').collect();
    assert_eq!(numbers.len(), 3, "{version}");
    assert!(numbers[..2].iter().all(|number| number.parse::<u32>().is_ok()), "{version}");
    assert_eq!(version.as_object().map(serde_json::Map::len), Some(2), "{version}");
}

#[test]
fn a_connection_serves_500_requests_one_after_the_other() {
    let site = Site::find();
    let host = crate::wire::authority(&site.url).to_owned();
    let mut wire = site.wire();
    let mut last = 0;
    for number in 0..500 {
        wire.send(format!("GET /visits/count HTTP/1.1\r\nhost: {host}\r\n\r\n"));
        let answer = wire.answer().unwrap_or_else(|| panic!("the server hung up after {number} requests"));
        assert_eq!(answer.status, 200, "request {number}: {}", answer.text());
        let count: i64 = answer.text().trim().parse().expect("a number");
        assert!(count >= last, "{count} after {last}");
        last = count;
    }
}
