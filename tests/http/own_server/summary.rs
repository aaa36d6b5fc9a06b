//! `/visits/summary`, number by number.

use serde_json::{Value, json};

use crate::server::{Server, Setup};
use crate::volume::{insert, prune};

const HOUR: i64 = 3_600_000_000;

fn micros(time: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(time).expect("a time").timestamp_micros()
}

fn numbers(summary: &Value, member: &str) -> Vec<i64> {
    let buckets = summary[member].as_array().expect("buckets");
    buckets.iter().map(|bucket| bucket["visits"].as_i64().expect("a number")).collect()
}

#[test]
fn a_summary_has_the_hours_and_the_days_before_now() {
    let server = Setup::new().variable("timezone", "America/New_York").at("2026-11-01T12:30:00Z").start();
    let client = server.client();
    client.get("/readyz");
    let now = micros("2026-11-01T12:30:00Z");
    // One an hour for sixty days.
    insert(&mut server.volume().open(), (0..60 * 24).rev().map(|age| (now - age * HOUR, "/")));
    let summary = client.json("/visits/summary");
    assert_eq!(summary["visits"], 60 * 24);
    assert_eq!(numbers(&summary, "hours"), [1; 24]);
    // That day began at 04:00Z, and had an hour more.
    let mut days = vec![24; 30];
    days[29] = 9;
    assert_eq!(numbers(&summary, "days"), days);
    assert_eq!(summary["hours"][23]["start"], "2026-11-01T07:00:00.000000-05:00");
    assert_eq!(summary["hours"][0]["start"], "2026-10-31T09:00:00.000000-04:00");
    assert_eq!(summary["days"][29]["start"], "2026-11-01T00:00:00.000000-04:00");
    assert_eq!(summary["days"][0]["start"], "2026-10-03T00:00:00.000000-04:00");
    // It is what the histogram says.
    for (member, bucket) in [("hours", "hour"), ("days", "day")] {
        for query in ["", "&tz=Asia/Kathmandu", "&page=/", "&page=/none"] {
            let summary = client.json(&format!("/visits/summary?{query}"));
            let histogram = client.json(&format!("/visits/histogram?bucket={bucket}{query}"));
            assert_eq!(summary[member], histogram["buckets"], "{bucket}{query}");
        }
    }
    let day = client.json("/visits/summary?now=2026-10-26T03:59:59Z");
    assert_eq!(day["days"][29]["start"], "2026-10-25T00:00:00.000000-04:00");
    assert_eq!(numbers(&day, "days"), [24; 30]);
    assert_eq!(client.json("/visits/summary?now=24h"), client.json("/visits/summary?now=2026-10-31T12:30:00Z"));
}

#[test]
fn a_summary_has_the_busiest_pages_and_the_latest_visits() {
    let server = Setup::new().variable("replica", "footfall-0").at("2026-03-29T12:00:00Z").start();
    let client = server.client();
    client.get("/readyz");
    let at = micros("2026-03-29T11:00:00Z");
    insert(&mut server.volume().open(), ["/b", "/a", "/a", "/c", "/a", "/c"].map(|page| (at, page)));
    let summary = client.json("/visits/summary?tail=2");
    let page = |page: &str, visits: i64| json!({ "page": page, "visits": visits });
    assert_eq!(summary["pages"], json!([page("/a", 3), page("/c", 2), page("/b", 1)]));
    assert_eq!(summary["visits"], 6);
    assert_eq!(summary["replica"], "footfall-0");
    let visit = |id: i64, page: &str| json!({ "id": id, "at": "2026-03-29T11:00:00.000000+00:00", "page": page });
    assert_eq!(summary["latest"], json!([visit(5, "/a"), visit(6, "/c")]));
    assert_eq!(client.json("/visits/summary?page=/c&tail=1000")["latest"].as_array().map(Vec::len), Some(2));
    assert_eq!(client.json("/visits/summary?page=/c")["visits"], 2);
    assert_eq!(client.json("/visits/summary?page=/c")["pages"], json!([]));
}

#[test]
fn a_summary_of_many_pages_has_fifty_of_them() {
    let server = Server::start();
    let client = server.client();
    client.get("/readyz");
    let pages: Vec<_> = (0..80).map(|number| format!("/{number}")).collect();
    let at = micros("2026-03-29T11:00:00Z");
    let visits = pages.iter().enumerate().flat_map(|(place, page)| (0..=place).map(move |_| (at, page.as_str())));
    insert(&mut server.volume().open(), visits);
    let summary = client.json("/visits/summary");
    let busiest: Vec<_> =
        (30..80).rev().map(|number| json!({ "page": format!("/{number}"), "visits": number + 1 })).collect();
    assert_eq!(summary["pages"], Value::Array(busiest));
    assert_eq!(summary["visits"], 80 * 81 / 2);
}

#[test]
fn a_summary_of_nothing_is_a_summary() {
    let server = Setup::new().at("2026-03-29T12:00:00Z").start();
    let summary = server.client().json("/visits/summary");
    assert_eq!((&summary["visits"], &summary["pages"], &summary["latest"]), (&0.into(), &json!([]), &json!([])));
    assert_eq!((numbers(&summary, "hours"), numbers(&summary, "days")), (vec![0; 24], vec![0; 30]));
}

#[test]
fn a_summary_does_not_forget_what_the_log_has_dropped() {
    let server = Setup::new().at("2026-03-29T12:07:00Z").start();
    let client = server.client();
    for _ in 0..9 {
        client.visit();
    }
    prune(&server.volume().open(), 2);
    let summary = client.json("/visits/summary");
    assert_eq!((&summary["visits"], &summary["pages"]), (&9.into(), &json!([{ "page": "/", "visits": 9 }])));
    assert_eq!((numbers(&summary, "hours")[23], numbers(&summary, "days")[29]), (9, 9));
    assert_eq!(summary["latest"].as_array().map(Vec::len), Some(2));
}
