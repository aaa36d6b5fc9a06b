//! Pages other than `/`, which are in the log by another way than HTTP, and `max_pages`.

use crate::server::{Server, Setup};
use crate::volume::insert;

const AT: i64 = 1_774_746_000_000_000;

/// A server that has these pages, visited once each.
fn with_pages(setup: Setup, pages: &[&str]) -> Server {
    let server = setup.start();
    assert_eq!(server.client().get("/readyz").status, 200);
    insert(&mut server.volume().open(), pages.iter().map(|page| (AT, *page)));
    server
}

fn told_apart(server: &Server) -> Vec<(String, i64)> {
    let database = server.volume().open();
    let mut statement = database.prepare("SELECT page, visits FROM pages ORDER BY id").expect("a statement");
    let pages = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    pages.collect::<Result<_, _>>().expect("pages")
}

#[test]
fn pages_are_counted_apart() {
    let long = format!("/{}", "x".repeat(511));
    let pages = ["/a", "/b", "/a", "/a b", "/caf\u{e9}", "/<b>&'\"", "/100%", "/a+b", "/a b", &long];
    let server = with_pages(Setup::new(), &pages);
    let client = server.client();
    client.visit();
    for (query, visits) in [
        ("", 11),
        ("page=/", 1),
        ("page=/a", 2),
        ("page=%2Fa", 2),
        ("page=/b", 1),
        ("page=/a%20b", 2),
        ("page=/a+b", 2),
        ("page=/a%2Bb", 1),
        ("page=/caf%C3%A9", 1),
        ("page=/%3Cb%3E%26'%22", 1),
        ("page=/100%25", 1),
        ("page=/100%", 1),
        ("page=/A", 0),
        ("page=/a/", 0),
        ("page=(other)", 0),
        ("page=/a&since=2026-03-29T01:00:00Z&until=2026-03-29T01:00:00.000001Z", 2),
        (&format!("page={long}"), 1),
    ] {
        assert_eq!(client.count(query), visits, "{query}");
    }
    let tail = client.json("/visits?page=/a");
    assert_eq!(super::ids(&tail), [1, 3]);
    assert_eq!(super::ids(&client.json("/visits?page=/caf%C3%A9")), [5]);
    assert_eq!(client.json("/visits?page=/%3Cb%3E%26'%22")["visits"][0]["page"], pages[5]);
    assert_eq!(server.volume().audit(), 11);
}

#[test]
fn pages_beyond_the_first_max_pages_are_counted_under_other_before_and_after_they_are_tallied() {
    let pages = ["/a", "/b", "/"];
    for max_pages in 0..=4 {
        let server = with_pages(Setup::new().variable("max_pages", &max_pages.to_string()), &pages[..2]);
        let client = server.client();
        assert_eq!((client.visit(), client.visit()), (3, 4));
        for tallied in [0, 1, 2, 3, 4] {
            server.volume().open().execute("UPDATE watermarks SET tallied = ?1", [tallied]).expect("a watermark");
            let mut other = 0;
            for (place, (page, visits)) in pages.into_iter().zip([1, 1, 2]).enumerate() {
                let apart = place < max_pages;
                other += if apart { 0 } else { visits };
                let counted = client.count(&format!("page={page}"));
                assert_eq!(
                    counted,
                    if apart { visits } else { 0 },
                    "{page}, {max_pages} told apart, {tallied} tallied"
                );
            }
            assert_eq!(client.count("page=(other)"), other, "{max_pages} told apart, {tallied} tallied");
            assert_eq!(client.count("page=(other)&since=2026-03-29T01:00:00Z"), other, "{max_pages} told apart");
            let name = if max_pages > 2 { "/" } else { "(other)" };
            assert_eq!(client.json("/visits?tail=1")["visits"][0]["page"], name, "{max_pages} told apart");
            let last = client.json(&format!("/visits?tail=2&page={name}"));
            assert_eq!(super::ids(&last), [3, 4], "{max_pages} told apart, {tallied} tallied");
        }
        assert_eq!(server.volume().audit(), 4);
    }
}

#[test]
fn a_page_that_is_told_apart_stays_so() {
    let server = with_pages(Setup::new(), &["/", "/a"]);
    server.volume().open().execute("UPDATE watermarks SET tallied = 2", []).expect("a watermark");
    let server = with_pages(Setup::on(&server.kill()).variable("max_pages", "1"), &["/b"]);
    server.client().visit();
    server.volume().open().execute("UPDATE watermarks SET tallied = 4", []).expect("a watermark");
    let pages = [("(other)".to_owned(), 1), ("/".to_owned(), 2), ("/a".to_owned(), 1)];
    assert_eq!(told_apart(&server), pages);
}

#[test]
fn an_empty_log_is_an_answer() {
    let server = Server::start();
    let client = server.client();
    assert_eq!(client.get("/visits").text(), "");
    assert_eq!(client.get("/visits/count").text(), "0\n");
    let tail = client.json("/visits");
    let expected = serde_json::json!({ "replica": "local", "timezone": "UTC", "visits": [], "before": null });
    assert_eq!(tail, expected);
    assert_eq!(client.json("/visits/count"), serde_json::json!({ "replica": "local", "visits": 0 }));
    let head = client.request(&http::Method::HEAD, "/", &[]);
    assert_eq!((head.status, head.header("x-visit")), (200, "ignored; reason=head"));
    let answer = client.get_with("/", &[("user-agent", "kube-probe/1.37")]);
    assert!(answer.text().ends_with("\n0 visits on local\n"), "{}", answer.text());
}

#[test]
fn a_page_and_its_visits_are_as_the_table_says() {
    let server = Setup::new().variable("replica", "footfall-0").at("2026-11-23T06:48:19.000042Z");
    let server = server.variable("timezone", "Europe/Moscow").start();
    let client = server.client();
    assert_eq!(client.get("/").text(), "2026-11-23 09:48:19+03:00 Europe/Moscow\nvisit 1 on footfall-0\n");
    let home = serde_json::json!({
        "time": "2026-11-23T09:48:19.000042+03:00", "timezone": "Europe/Moscow", "replica": "footfall-0", "visit": 2,
        "visits": 2,
    });
    assert_eq!(client.json("/"), home);
    let visit = |id: i64| serde_json::json!({ "id": id, "at": "2026-11-23T09:48:19.000042+03:00", "page": "/" });
    let tail = serde_json::json!({
        "replica": "footfall-0", "timezone": "Europe/Moscow", "visits": [visit(1), visit(2)], "before": null,
    });
    assert_eq!(client.json("/visits"), tail);
    assert_eq!(client.json("/visits?tail=1")["before"], 2);
    assert_eq!(client.get("/visits?tail=2").text(), "09:48:19\n09:48:19\n");
    assert_eq!(client.json("/visits/count"), serde_json::json!({ "replica": "footfall-0", "visits": 2 }));
    let ignored = client.get_with("/", &[("purpose", "prefetch")]);
    assert_eq!(ignored.text(), "2026-11-23 09:48:19+03:00 Europe/Moscow\n2 visits on footfall-0\n");
}
