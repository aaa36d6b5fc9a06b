//! `DELETE /pages`: a page is gone, for spam and for people's right to be forgotten.

use http::Method;
use serde_json::{Value, json};

use super::exports::{BEARER, TOKEN, export};
use super::{AT, MINUTE, with_visits};
use crate::client::Client;
use crate::server::{Server, Setup};
use crate::volume::prune;

/// Deletes a page, and gives how many visits it had.
fn delete(client: &Client, page: &str) -> i64 {
    let answer = client.request(&Method::DELETE, &format!("/pages?page={page}"), &[BEARER]);
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.text());
    let (answer, deleted) = (answer.json_without_ids(), answer.json()["deleted"].as_i64().expect("a number"));
    let expected = json!({
        "page": page, "deleted": deleted, "replicas": [{ "replica": "local", "deleted": deleted }],
        "missing": [], "reasons": {}, "complete": true,
    });
    assert_eq!(answer, expected);
    deleted
}

/// Checks that these pages have so many visits, and that there are no others, wherever one may look.
fn assert_pages(client: &Client, pages: &[(&str, i64)], log: &[(i64, &str)]) {
    let total: i64 = pages.iter().map(|(_, visits)| visits).sum();
    let queries = pages.iter().map(|(page, visits)| (format!("page={page}"), *visits));
    for (query, visits) in queries.chain([(String::new(), total), ("page=/spam".to_owned(), 0)]) {
        assert_eq!(client.count(&query), visits, "{query}");
        assert_eq!(client.count(&format!("{query}&since=2026-03-29T00:00:00Z")), visits, "{query}");
        for bucket in ["hour", "minute"] {
            let range = "since=2026-03-29T00:00:00Z&until=2026-03-29T03:00:00Z";
            let histogram = client.json(&format!("/visits/histogram?bucket={bucket}&{range}&{query}"));
            assert_eq!(histogram["visits"], visits, "{query} by the {bucket}");
        }
        let summary = client.json(&format!("/visits/summary?now=2026-03-29T02:00:00Z&{query}"));
        assert_eq!((&summary["visits"], &summary["days"][29]["visits"]), (&visits.into(), &visits.into()), "{query}");
    }
    let busiest = client.json("/visits/summary")["pages"].clone();
    let expected = pages.iter().map(|(page, visits)| json!({ "page": page, "visits": visits }));
    assert_eq!(busiest, expected.collect::<Value>());
    let ids_and_pages = |visits: &[Value]| visits.iter().map(|visit| json!([visit["id"], visit["page"]])).collect();
    let tail = client.json("/visits?tail=1000");
    let shown: [Vec<_>; 2] = [
        ids_and_pages(tail["visits"].as_array().expect("visits")),
        ids_and_pages(&export(client, "/visits/export.ndjson").1),
    ];
    assert_eq!(shown, [(); 2].map(|()| log.iter().map(|visit| json!(visit)).collect::<Vec<_>>()));
    assert_eq!(tail["before"], Value::Null);
}

#[test]
fn a_deleted_page_is_gone_from_the_log_and_from_every_count() {
    for tallied in [0, 3, 6] {
        let setup = Setup::new().variable("export_token", TOKEN).at("2026-03-29T01:59:00Z");
        let pages = ["/spam", "/", "/a", "/spam", "/", "/spam"];
        let server = with_visits(setup, (0..).zip(pages).map(|(place, page)| (AT + place * 7 * MINUTE, page)));
        let client = server.client();
        server.volume().open().execute("UPDATE watermarks SET tallied = ?1", [tallied]).expect("a watermark");
        assert_eq!(delete(&client, "/spam"), 3, "{tallied} tallied");
        assert_pages(&client, &[("/", 2), ("/a", 1)], &[(2, "/"), (3, "/a"), (5, "/")]);
        assert_eq!(
            (delete(&client, "/spam"), delete(&client, "/never")),
            (0, 0),
            "again, and a page that is not there"
        );
        // The last visit is gone, and its id is given to nobody.
        let home = client.json("/");
        assert_eq!((&home["visit"], &home["visits"]), (&7.into(), &4.into()), "{tallied} tallied");
        assert_eq!(client.get("/footfall.gif?page=/spam").recorded(), Some(8));
        assert_eq!(client.count("page=/spam"), 1, "a page that is visited again counts from 1");
        assert_eq!(delete(&client, "/spam"), 1);
        assert!(client.get("/metrics").text().contains("\nfootfall_visits_total 8\n"), "what was recorded never falls");
        prune(&server.volume().open(), 1);
        assert_eq!(delete(&client, "/a"), 1, "what only the tallies know");
        assert_pages(&client, &[("/", 3)], &[]);
        let server = Setup::on(&server.kill()).variable("export_token", TOKEN).start();
        assert_eq!((server.client().count(""), server.client().visit()), (3, 9));
    }
}

#[test]
fn the_pages_beyond_max_pages_are_deleted_as_other() {
    let setup = Setup::new().variable("export_token", TOKEN).variable("max_pages", "1").at("2026-03-29T01:59:00Z");
    let server = with_visits(setup, ["/a", "/b", "/c", "/a"].map(|page| (AT, page)));
    let client = server.client();
    assert_eq!((delete(&client, "/b"), delete(&client, "(other)")), (0, 2));
    assert_pages(&client, &[("/a", 2)], &[(1, "/a"), (4, "/a")]);
    client.get("/footfall.gif?page=/b");
    assert_eq!((client.count("page=(other)"), client.count("")), (1, 3));
}

#[test]
fn only_who_has_the_token_deletes_and_only_what_is_named() {
    let server = with_visits(Setup::new().variable("export_token", TOKEN), [(AT, "/")]);
    let client = server.client();
    let request = |method: Method, query: &str, headers: &[(&str, &str)]| {
        client.request(&method, &format!("/pages?{query}"), headers)
    };
    for authorization in [None, Some("Bearer nonsense"), Some(TOKEN)] {
        let headers: Vec<_> = authorization.map(|value| ("authorization", value)).into_iter().collect();
        for query in ["page=/", "page=/&scope=replica", "page=x", ""] {
            request(Method::DELETE, query, &headers).problem(401);
        }
    }
    for (query, parameter) in [("", "page"), ("page=", "page"), ("page=x", "page"), ("page=/&scope=all", "scope")] {
        assert_eq!(request(Method::DELETE, query, &[BEARER]).problem(400)["parameter"], parameter, "{query}");
    }
    request(Method::DELETE, "page=/&since=1h", &[BEARER]).problem(400);
    request(Method::DELETE, "page=/", &[BEARER, ("accept", "image/png")]).problem(406);
    for method in [Method::POST, Method::OPTIONS] {
        let answer = request(method.clone(), "page=/", &[BEARER]);
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, DELETE"), "{method}");
    }
    assert_eq!(client.count(""), 1);
    let here = request(Method::DELETE, "page=/&scope=replica", &[BEARER]);
    assert_eq!(here.json_without_ids(), json!({ "replica": "local", "page": "/", "deleted": 1 }));
    assert!(!server.log().contains("yzzy"), "{}", server.log());

    let closed = Server::start();
    closed.client().request(&Method::DELETE, "/pages?page=/", &[BEARER]).problem(404);
    assert_eq!(closed.client().get("/pages").status, 200, "a list wants no token");
}
