//! `/pages`: every page with its visits in a range.

use http::Method;
use serde_json::{Value, json};

use super::exports::{BEARER, TOKEN};
use super::{AT, MINUTE, with_visits};
use crate::any_server::escape;
use crate::client::Client;
use crate::server::{Server, Setup};
use crate::volume::prune;

/// The pages of a list with their visits.
fn pages(list: &Value) -> Vec<(&str, i64)> {
    let pages = list["pages"].as_array().expect("pages").iter();
    pages.map(|one| (one["page"].as_str().expect("a page"), one["visits"].as_i64().expect("a number"))).collect()
}

/// Two days of visits to six pages, of which one is the busiest, an import, and two pages that are not told apart.
fn busy() -> Server {
    let setup = Setup::new().variable("export_token", TOKEN).variable("max_pages", "4").at("2026-03-29T01:20:00Z");
    let names = ["/", "/a", "/", "/blog/One", "/", "/blog/two", "/c", "/d"];
    let visit = |number: i64| {
        (AT - (2 * 24 * 60 - number * 7) * MINUTE + number, names[usize::try_from(number % 8).expect("a place")])
    };
    let server = with_visits(setup, (0..410).map(visit));
    let csv = "/a,5,2026-03-28\n/old,9,2026-03-29T00:59:00Z\n/,7\n";
    assert_eq!(server.client().post("/import?name=old", &[BEARER], csv).status, 200);
    server
}

/// Checks that a list has the count of each page, for ranges that begin and end anywhere.
fn check(client: &Client, what: &str) {
    let names = ["/", "/a", "/blog/One", "/blog/two", "/c", "/d", "/old", "(other)"];
    for range in [
        "",
        "since=24h",
        "since=25m&until=3m",
        "since=2026-03-28T13:04:59.5Z",
        "until=2026-03-28T00:00:00Z",
        "since=2026-03-27T05:15:00Z&until=2026-03-28T05:22:33Z",
        "since=2026-03-29T00:46:01Z&until=2026-03-29T00:52:00Z",
    ] {
        let list = client.json(&format!("/pages?sort=name&{range}"));
        let mut counts = names.map(|name| (name, client.count(&format!("{range}&page={}", escape(name))))).to_vec();
        counts.retain(|(_, visits)| *visits > 0);
        counts.sort_unstable();
        assert_eq!(pages(&list), counts, "{range}, {what}");
        assert_eq!(list["total"], client.count(range), "{range}, {what}");
        assert_eq!((&list["next"], &list["complete"]), (&Value::Null, &json!(true)));
    }
}

#[test]
fn a_list_has_the_count_of_each_page_in_any_range() {
    let server = busy();
    let (client, database) = (server.client(), server.volume().open());
    for tallied in [0, 200, 405] {
        database.execute("UPDATE watermarks SET tallied = ?1", [tallied]).expect("a watermark");
        check(&client, &format!("{tallied} are tallied"));
    }
    prune(&database, 30);
    check(&client, "pruned");
    let deleted = client.request(&Method::DELETE, "/pages?page=/a", &[BEARER]).json();
    assert!(deleted["deleted"].as_i64() > Some(5), "{deleted}");
    check(&client, "deleted");
}

#[test]
fn a_list_leaves_out_imports_and_says_before_which_time_it_is_coarse() {
    let server = busy();
    let client = server.client();
    let list = client.json("/pages?scope=replica&search=OLD");
    assert_eq!((&list["pages"], &list["visits"]), (&json!([["/old", 9]]), &json!(9)));
    assert_eq!((&list["imports"][0]["visits"], &list["left_out"]), (&json!(9), &json!({ "pages": 0, "visits": 0 })));
    let id = list["imports"][0]["id"].as_str().expect("an id").to_owned();
    let list = client.json(&format!("/pages?scope=replica&search=old&without={id}"));
    assert_eq!((&list["pages"], &list["imports"][0]["visits"]), (&json!([]), &Value::Null));
    let coarse = "UPDATE coarse SET coarse_before = 1774656000 / 900 WHERE period = 'day'";
    server.volume().open().execute(coarse, []).expect("a day");
    for scope in ["replica", "cluster"] {
        let coarse = |query: &str| client.json(&format!("/pages?scope={scope}&{query}"))["coarse_before"].take();
        assert_eq!(coarse("since=48h"), "2026-03-28T00:00:00.000000+00:00", "{scope}");
        assert_eq!((coarse("since=1h"), coarse("")), (Value::Null, Value::Null), "{scope}");
    }
}

#[test]
fn a_list_is_searched_sorted_and_told_in_parts() {
    let server = busy();
    let client = server.client();
    let list = client.json("/pages?limit=2&tz=Asia/Kathmandu&since=2026-03-01T00:00:00Z");
    assert_eq!((pages(&list).len(), &list["number_of_pages"], &list["next"]), (2, &json!(6), &json!(2)));
    assert_eq!((&list["timezone"], &list["until"]), (&json!("Asia/Kathmandu"), &Value::Null));
    assert_eq!(list["since"], "2026-03-01T05:45:00.000000+05:45");
    let rest = client.json("/pages?limit=9&offset=2&since=2026-03-01T00:00:00Z");
    assert_eq!((pages(&rest).len(), &rest["next"]), (4, &Value::Null));
    let all = client.json("/pages?since=2026-03-01T00:00:00Z");
    assert_eq!(pages(&all), [pages(&list), pages(&rest)].concat());
    assert!(pages(&all).is_sorted_by(|one, next| one.1 >= next.1), "{all}");
    assert_eq!(client.json("/pages?offset=4294967295")["pages"], json!([]));
    let found = |search: &str| {
        let list = client.json(&format!("/pages?sort=name&search={search}"));
        pages(&list).into_iter().map(|(page, _)| page.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("ONE"), ["/blog/One"]);
    assert_eq!(found("blog%2F"), ["/blog/One", "/blog/two"]);
    assert_eq!(found("%25"), [""; 0], "it is no pattern");
    assert_eq!(found(""), ["(other)", "/", "/a", "/blog/One", "/blog/two", "/old"]);
}

#[test]
fn csv_has_all_pages_as_a_file() {
    let names: Vec<_> = (0..150).map(|number| format!("/{number:03}")).collect();
    let server = with_visits(Setup::new(), names.iter().map(|name| (AT, name.as_str())));
    let csv = |query: &str| server.client().get_with(&format!("/pages?{query}"), &[("accept", "text/csv")]);
    let answer = csv("");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"pages-local.csv\"");
    let expected: Vec<_> =
        ["page,visits".to_owned()].into_iter().chain(names.iter().map(|name| format!("{name},1"))).collect();
    assert_eq!(answer.text(), expected.join("\r\n") + "\r\n");
    assert_eq!(csv("limit=1&offset=7&sort=name&scope=replica").text(), "page,visits\r\n/007,1\r\n");
    assert_eq!(csv("x=y").status, 400);
}

#[test]
fn a_browser_turns_the_pages_of_a_list() {
    let names: Vec<_> = (0..250).map(|number| format!("/{number:03}")).collect();
    let server = with_visits(Setup::new(), names.iter().map(|name| (AT, name.as_str())));
    let (mut target, mut seen) = ("/pages?utm_source=x&sort=name".to_owned(), Vec::new());
    loop {
        let answer = server.client().get_with(&target, &[("accept", "text/html")]);
        let links = answer.text().split("href=\"").skip(1).filter_map(|link| link.split('"').next());
        seen.extend(links.filter_map(|link| link.strip_prefix("visits?range=all&amp;page=")).map(str::to_owned));
        let Some((before, _)) = answer.text().split_once("\" rel=\"next\"") else { break };
        target = format!("/{}", before.rsplit('"').next().expect("a link").replace("&amp;", "&"));
        assert!(target.contains("sort=name&") && target.contains("&offset="), "{target}");
    }
    // The name and the number of each lead there.
    seen.dedup();
    assert_eq!(seen, names);
}
