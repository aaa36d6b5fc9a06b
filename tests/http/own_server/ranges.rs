//! Ranges with a name, and of dates: in the tail, the summary and the list of pages.

use serde_json::{Value, json};

use super::{MINUTE, with_visits};
use crate::client::Client;
use crate::server::{Server, Setup};

/// 2026-03-30T10:00:00Z: in Berlin, clocks were set forward the day before.
const NOW: i64 = 1_774_864_800_000_000;
const HOUR: i64 = 60 * MINUTE;

/// A visit an hour for seventy days, to two pages in turn, the later one of each two to `/b`.
fn hourly() -> Server {
    let setup = Setup::new().variable("timezone", "Europe/Berlin").at("2026-03-30T10:00:00Z");
    with_visits(setup, (0..70 * 24).rev().map(|age| (NOW - age * HOUR - 1, if age % 2 == 0 { "/b" } else { "/a" })))
}

/// The number of visits of a range, its buckets, and the number of the period before.
fn range(client: &Client, query: &str) -> (i64, Vec<i64>, Option<i64>) {
    let range = &client.json(&format!("/visits/summary?{query}"))["range"];
    let number = |value: &Value| value.as_i64().expect("a number");
    let buckets = range["buckets"].as_array().expect("buckets");
    let buckets = buckets.iter().map(|bucket| number(&bucket["visits"])).collect();
    (number(&range["visits"]), buckets, range["previous"]["visits"].as_i64())
}

#[test]
fn a_range_is_counted_drawn_and_compared_in_the_zone_of_the_replica() {
    let server = hourly();
    let client = server.client();
    assert_eq!(range(&client, "range=today"), (12, [vec![1; 12], vec![0; 12]].concat(), Some(12)));
    // The 29th had 23 hours.
    assert_eq!(range(&client, "range=7d"), (24 * 6 - 1 + 12, vec![24, 24, 24, 24, 24, 23, 12], Some(24 * 6 + 12)));
    assert_eq!(range(&client, "since=2026-03-28&until=2026-03-29"), (47, vec![1; 47], Some(48)));
    assert_eq!(range(&client, "since=2026-03-29&until=2026-03-29").1, [1; 23]);
    let hour = "since=2026-03-30T09:00:00Z&until=2026-03-30T10:00:00Z";
    assert_eq!(range(&client, hour), (1, [vec![0; 59], vec![1]].concat(), Some(1)));
    let (visits, months, previous) = range(&client, "range=all");
    assert_eq!((visits, months[months.len() - 3..].iter().sum(), previous), (70 * 24, visits, None));
    // Whole months are compared with whole ones, and this one with as much of the one before.
    let (_, _, previous) = range(&client, "since=2026-02-01&until=2026-02-28");
    let january = client.count("since=2026-01-01&until=2026-01-31");
    assert_eq!(previous, Some(january));
    assert_eq!(range(&client, "range=today&tz=UTC"), (10, [vec![1; 10], vec![0; 14]].concat(), Some(10)));
}

#[test]
fn a_range_has_the_numbers_of_counts_histograms_and_lists() {
    let server = hourly();
    let client = server.client();
    for query in
        ["since=2026-03-01&until=2026-03-29", "since=50h", "until=2026-03-02T03:04:05Z", "since=2026-03-29&tz=UTC"]
    {
        let bounds = query.replace("&tz=UTC", "");
        for page in ["", "&page=/a", "&page=/none"] {
            let (visits, buckets, _) = range(&client, &format!("{query}{page}"));
            if !query.contains("tz") {
                assert_eq!(visits, client.count(&format!("{bounds}{page}")), "{query}{page}");
            }
            assert_eq!(visits, buckets.iter().sum::<i64>(), "{query}{page}");
        }
        let summary = client.json(&format!("/visits/summary?{query}"));
        let pages = client.json(&format!("/pages?{query}"));
        assert_eq!(
            (&summary["range"]["pages"], &summary["range"]["visits"]),
            (&pages["pages"], &pages["total"]),
            "{query}"
        );
    }
    assert_eq!(client.json("/pages?range=today")["total"], 12);
    assert_eq!(client.json("/visits/summary").get("range"), None);
}

#[test]
fn a_tail_of_a_range_has_its_latest_visits() {
    let server = hourly();
    let client = server.client();
    let tail = |query: &str| client.json(&format!("/visits?{query}"));
    let ids = |tail: &Value| -> Vec<i64> {
        let visits = tail["visits"].as_array().expect("visits");
        visits.iter().map(|visit| visit["id"].as_i64().expect("an id")).collect()
    };
    let end = 70 * 24 - 12;
    // The last visit of the 29th is the first but one of today.
    assert_eq!(ids(&tail("until=2026-03-29&tail=3")), [end - 2, end - 1, end]);
    assert_eq!(ids(&tail("until=2026-03-29&tail=2&page=/a")), [end - 3, end - 1]);
    let day = tail("since=2026-03-29&until=2026-03-29&tail=1000");
    assert_eq!((ids(&day).len(), &day["before"]), (23, &json!(null)));
    assert_eq!(ids(&tail("since=2026-03-29&until=2026-03-29&tail=2&before=1660")), [1658, 1659]);
    assert_eq!(client.get("/visits?range=today").text().lines().count(), 12);
    assert_eq!(ids(&tail("range=7d&tail=2&page=/none")), [0; 0]);
    assert_eq!(client.json("/visits/summary?until=2026-03-29&tail=1")["latest"][0]["id"], end);
}
