//! Reading that is private: the variables `read_token` and `badge`.

use http::Method;

use super::exports::{BEARER, TOKEN};
use crate::client::Client;
use crate::server::Setup;

const READ_TOKEN: &str = "read-me";
const READER: (&str, &str) = ("authorization", "Bearer read-me");
/// Anybody with that token as the password.
const BASIC: (&str, &str) = ("authorization", "Basic YW55Ym9keTpyZWFkLW1l");

/// What counts visits, or says nothing about them.
const PUBLIC: [&str; 9] = [
    "/",
    "/footfall.gif",
    "/footfall.js",
    "/badge.svg",
    "/healthz",
    "/readyz",
    "/version",
    "/openapi.yaml",
    "/robots.txt",
];

const PRIVATE: [&str; 7] =
    ["/visits", "/visits/count", "/visits/histogram", "/visits/summary", "/pages", "/replica", "/metrics"];

#[test]
fn whoever_has_a_token_reads_and_anybody_visits() {
    let setup = Setup::new().variable("read_token", READ_TOKEN).variable("export_token", TOKEN);
    let server = setup.start();
    let client = server.client();
    for target in PUBLIC {
        assert_eq!(client.get(target).status, 200, "{target}");
    }
    assert_eq!(client.request(&Method::POST, "/visit", &[]).status, 204);
    for target in PRIVATE {
        for header in [READER, BASIC, BEARER] {
            assert_eq!(client.get_with(target, &[header]).status, 200, "{target} with {header:?}");
        }
        for authorization in ["Bearer read-m", "Basic YW55Ym9keTpyZWFk", "Basic", "read-me", ""] {
            let answer = client.get_with(target, &[("authorization", authorization)]);
            answer.problem(401);
            let challenge = answer.header("www-authenticate");
            assert_eq!(challenge, "Basic realm=\"footfall\", charset=\"UTF-8\"", "{target} with {authorization:?}");
        }
        client.get(target).problem(401);
    }
    // Reading does not allow what the other token is for.
    for header in [READER, BASIC] {
        let answer = client.get_with("/visits/export.csv", &[header]);
        assert!(answer.status == 401 && answer.header("www-authenticate").starts_with("Bearer "), "{answer:?}");
    }
    for secret in [READ_TOKEN, TOKEN, "YW55Ym9keTpyZWFk"] {
        assert!(!server.log().contains(secret), "{}", server.log());
    }
}

#[test]
fn a_private_badge_is_an_error_to_whoever_has_no_token() {
    let server = Setup::new().variable("read_token", READ_TOKEN).variable("badge", "private").start();
    let client = server.client();
    let answer = client.get("/badge.svg");
    assert_eq!((answer.status, answer.header("content-type")), (401, "image/svg+xml"));
    assert!(answer.text().contains("error") && !answer.text().contains(">0<"), "{}", answer.text());
    assert_eq!(client.get_with("/badge.svg", &[READER]).status, 200);
}

#[test]
fn replicas_send_each_other_the_token() {
    let start = |token: &str, peers: &str| {
        let setup = Setup::new().variable("read_token", token).variable("peers", peers);
        let server = setup.variable("peer_timeout_ms", "20000").start();
        server.client().visit();
        server
    };
    let (same, other) = (start(READ_TOKEN, ""), start("another", ""));
    let count = |peer: &str| {
        let server = start(READ_TOKEN, peer);
        Client::new(server.url()).get_with("/visits/count", &[READER, ("accept", "application/json")]).json()
    };
    let answer = count(same.url());
    assert_eq!((&answer["total"], &answer["complete"]), (&2.into(), &true.into()), "{answer}");
    let answer = count(other.url());
    assert_eq!((&answer["total"], &answer["complete"]), (&1.into(), &false.into()), "{answer}");
    assert!(answer["reasons"].to_string().contains("status 401"), "{answer}");
}
