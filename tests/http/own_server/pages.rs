//! Pages, which are told apart up to `max_pages`.

use http::Method;
use serde_json::json;

use super::exports::{BEARER, TOKEN};
use super::{AT, with_visits};
use crate::client::Client;
use crate::server::{Server, Setup};

/// Pages as they are sent, and as they are named.
const NAMES: [(&str, &str); 15] = [
    ("/a", "/a"),
    ("%2Fb", "/b"),
    ("/a+b", "/a+b"),
    ("/a%20b", "/a b"),
    ("/caf%C3%A9", "/caf\u{e9}"),
    ("/%3Cb%3E%26'%22", "/<b>&'\""),
    ("/A", "/A"),
    // An escape that is none stands for itself.
    ("/100%25", "/100%"),
    ("/%zz", "/%zz"),
    ("/%%34", "/%4"),
    ("/%u0041", "/%u0041"),
    // What looks like a way out is a name.
    ("/..%2F..%2fetc/passwd", "/../../etc/passwd"),
    ("//other.test/x", "//other.test/x"),
    ("/..%5C..%5Cboot.ini", "/..\\..\\boot.ini"),
    ("/';DROP%20TABLE%20visits--", "/';DROP TABLE visits--"),
];

/// The ids and pages of a tail.
fn tail(client: &Client, query: &str) -> Vec<(i64, String)> {
    let tail = client.json(&format!("/visits?{query}"));
    let visits = tail["visits"].as_array().expect("visits").iter();
    visits.map(|visit| (visit["id"].as_i64().expect("an id"), visit["page"].as_str().expect("a page").into())).collect()
}

#[test]
fn pages_are_counted_apart_by_the_names_that_they_were_sent_as() {
    let server = Server::start();
    let client = server.client();
    for (visit, (sent, _)) in (1..).zip(NAMES) {
        assert_eq!(client.get(&format!("/footfall.gif?page={sent}")).recorded(), Some(visit), "{sent}");
    }
    assert_eq!(client.visit(), 16);
    let log: Vec<_> = (1..).zip(NAMES.map(|(_, name)| name.to_owned())).chain([(16, "/".to_owned())]).collect();
    assert_eq!(server.volume().log(), log);
    for (visit, (sent, name)) in (1..).zip(NAMES) {
        assert_eq!(client.count(&format!("page={sent}")), 1, "{sent}");
        assert_eq!(tail(&client, &format!("page={sent}")), [(visit, name.to_owned())], "{sent}");
    }
    for (query, visits) in [("", 16), ("page=/", 1), ("page=/B", 0), ("page=(other)", 0), ("page=/100%", 1)] {
        assert_eq!(client.count(query), visits, "{query}");
    }
    assert_eq!(server.volume().audit(), 16);
}

#[test]
fn addresses_of_one_page_are_one_page_whether_they_are_recorded_or_asked_for() {
    let setup = Setup::new().variable("strip_parameters", "ref, session_*").variable("export_token", TOKEN);
    let server = setup.start();
    let client = server.client();
    let addresses = ["/a", "/a/", "/a//", "/a/index.html", "/a?utm_source=x", "/a/?REF=x%26session_id=y%26gclid"];
    for (address, visit) in addresses.iter().zip(1..) {
        assert_eq!(client.get(&format!("/footfall.gif?page={address}")).recorded(), Some(visit), "{address}");
    }
    client.get("/footfall.gif?page=/a?id=1%26fbclid=x");
    assert!(server.volume().log().iter().all(|(id, page)| page == if *id == 7 { "/a?id=1" } else { "/a" }));
    for address in addresses {
        assert_eq!(client.count(&format!("page={address}")), 6, "{address}");
        assert_eq!(tail(&client, &format!("page={address}")).len(), 6, "{address}");
        for target in ["/visits/histogram", "/visits/summary"] {
            assert_eq!(client.json(&format!("{target}?page={address}"))["visits"], 6, "{target}?page={address}");
        }
        assert!(client.get(&format!("/badge.svg?page={address}")).text().contains(">6<"), "{address}");
        let export = client.get_with(&format!("/visits/export.ndjson?page={address}"), &[BEARER]);
        assert_eq!(export.text().lines().count(), 6, "{address}");
    }
    let delete = |page: &str| client.request(&Method::DELETE, &format!("/pages?page={page}"), &[BEARER]).json();
    assert_eq!(delete("/a/?ref=x")["deleted"], 0, "a page that was recorded before its parameter was dropped");
    assert_eq!(delete("/a/")["deleted"], 6);
    assert_eq!(client.count(""), 1);
}

#[test]
fn pages_beyond_the_first_max_pages_are_counted_under_other_before_and_after_they_are_tallied() {
    let pages = ["/a", "/b", "/"];
    for max_pages in 0..=4 {
        let setup = Setup::new().variable("max_pages", &max_pages.to_string());
        let server = with_visits(setup, pages[..2].iter().map(|page| (AT, *page)));
        let client = server.client();
        assert_eq!((client.visit(), client.visit()), (3, 4));
        for tallied in 0..=4 {
            let what = format!("{max_pages} told apart, {tallied} tallied");
            server.volume().open().execute("UPDATE watermarks SET tallied = ?1", [tallied]).expect("a watermark");
            let mut other = 0;
            for (place, (page, visits)) in pages.into_iter().zip([1, 1, 2]).enumerate() {
                let apart = if place < max_pages { visits } else { 0 };
                other += visits - apart;
                assert_eq!(client.count(&format!("page={page}")), apart, "{page}, {what}");
            }
            assert_eq!(client.count("page=(other)"), other, "{what}");
            assert_eq!(client.count("page=(other)&since=2026-03-29T01:00:00Z"), other, "{what}");
            let name = if max_pages > 2 { "/" } else { "(other)" };
            let last = [(3, name.to_owned()), (4, name.to_owned())];
            assert_eq!(tail(&client, "tail=2"), last, "{what}");
            assert_eq!(tail(&client, &format!("tail=2&page={name}")), last, "{what}");
            let summary = client.json("/visits/summary");
            let shown = summary["pages"].as_array().expect("pages");
            let found = shown.iter().find(|page| page["page"] == "(other)").map(|page| page["visits"].clone());
            assert_eq!(found, (other > 0).then(|| other.into()), "{what}");
        }
        assert_eq!(server.volume().audit(), 4);
    }
}

#[test]
fn a_page_that_is_told_apart_stays_so() {
    let tally = |server: &Server| {
        let all = "UPDATE watermarks SET tallied = (SELECT max(id) FROM visits)";
        server.volume().open().execute(all, []).expect("a watermark");
    };
    let server = with_visits(Setup::new(), [(AT, "/"), (AT, "/a")]);
    tally(&server);
    let setup = Setup::on(&server.kill()).variable("max_pages", "1");
    let server = with_visits(setup, [(AT, "/b"), (AT, "/")]);
    tally(&server);
    let counts = ["(other)", "/", "/a", "/b"].map(|page| server.client().count(&format!("page={page}")));
    assert_eq!(counts, [1, 2, 1, 0]);
}

#[test]
fn an_empty_log_is_an_answer() {
    let server = Server::start();
    let client = server.client();
    assert_eq!(client.get("/visits").text(), "");
    assert_eq!(client.get("/visits/count").text(), "0\n");
    let tail = json!({ "replica": "local", "timezone": "UTC", "visits": [], "before": null });
    let json = |target| client.get_with(target, &[("accept", "application/json")]).json_without_ids();
    assert_eq!(json("/visits"), tail);
    assert_eq!(json("/visits/count"), json!({ "replica": "local", "visits": 0 }));
}
