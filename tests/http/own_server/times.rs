//! Times, in the zone of the replica or the one that is asked for.

use serde_json::json;

use super::{AT, with_visits};
use crate::any_server::picture::{bars, svg};
use crate::server::Setup;

#[test]
fn a_visit_has_the_time_of_the_clock_in_the_zone_of_the_replica() {
    let server = Setup::new().variable("replica", "footfall-0").at("2026-11-23T06:48:18Z");
    let server = server.variable("timezone", "Europe/Moscow").start();
    let client = server.client();
    assert_eq!(client.get("/").text(), "2026-11-23 09:48:18+03:00 Europe/Moscow\nvisit 1 on footfall-0\n");
    server.set_clock("2026-11-23T06:48:19.000042Z");
    let now = "2026-11-23T09:48:19.000042+03:00";
    let home = json!({ "time": now, "timezone": "Europe/Moscow", "replica": "footfall-0", "visit": 2, "visits": 2 });
    assert_eq!(client.json("/"), home);
    let html = client.get_with("/", &[("accept", "text/html")]);
    assert!(html.text().contains(&format!("datetime=\"{now}\"")), "{}", html.text());
    let ignored = client.get_with("/", &[("purpose", "prefetch")]);
    assert_eq!(ignored.text(), "2026-11-23 09:48:19+03:00 Europe/Moscow\n3 visits on footfall-0\n");

    let visit = |id: i64| json!({ "id": id, "at": now, "page": "/" });
    let visits = json!({
        "replica": "footfall-0", "timezone": "Europe/Moscow", "visits": [visit(2), visit(3)], "before": 2,
    });
    let tail = client.get_with("/visits?tail=2", &[("accept", "application/json")]);
    assert_eq!(tail.json_without_ids(), visits);
    assert_eq!(client.get("/visits").text(), "09:48:18\n09:48:19\n09:48:19\n");
    assert_eq!(client.get("/visits?tail=1&tz=Asia/Kathmandu").text(), "12:33:19\n");
}

#[test]
fn a_bucket_that_is_cut_by_the_range_still_begins_where_it_begins() {
    // Half past one, twice.
    let first = 1_793_511_000_000_000;
    let visits = [first - 1, first, first + 3_600_000_000].map(|at| (at, "/"));
    let server = with_visits(Setup::new().variable("timezone", "America/New_York"), visits);
    for (query, since, buckets) in [
        (
            "bucket=hour&since=2026-11-01T05:30:00Z&until=2026-11-01T06:30:00Z",
            "2026-11-01T01:30:00.000000-04:00",
            &[("2026-11-01T01:00:00.000000-04:00", 1), ("2026-11-01T01:00:00.000000-05:00", 0)][..],
        ),
        (
            "bucket=day&since=2026-11-01T05:30:00.000001Z&until=2026-11-01T06:30:00.000001Z",
            "2026-11-01T01:30:00.000001-04:00",
            &[("2026-11-01T00:00:00.000000-04:00", 1)],
        ),
        (
            "bucket=minute&since=2026-11-01T05:29:59.999999Z&until=2026-11-01T05:30:00.000001Z",
            "2026-11-01T01:29:59.999999-04:00",
            &[("2026-11-01T01:29:00.000000-04:00", 1), ("2026-11-01T01:30:00.000000-04:00", 1)],
        ),
    ] {
        let histogram = server.client().json(&format!("/visits/histogram?{query}"));
        let expected: Vec<_> =
            buckets.iter().map(|(start, visits)| json!({ "start": start, "visits": visits })).collect();
        assert_eq!((&histogram["since"], &histogram["buckets"]), (&since.into(), &json!(expected)), "{query}");
    }
}

#[test]
fn the_largest_histograms_are_answered_in_every_format() {
    let server = with_visits(Setup::new().at("2026-03-29T01:30:00Z"), [(AT, "/")]);
    for (bucket, since, least) in [("minute", "24h", 1440), ("hour", "366d", 8784), ("day", "10000d", 10_000)] {
        let target = format!("/visits/histogram?bucket={bucket}&since={since}&until=0s");
        for accept in ["application/json", "text/plain", "image/svg+xml"] {
            let answer = server.client().get_with(&target, &[("accept", accept)]);
            assert_eq!(answer.status, 200, "{target} as {accept}");
            assert!(answer.body.len() < 4 << 20, "{} bytes: {target} as {accept}", answer.body.len());
            let buckets = match accept {
                "application/json" => answer.json()["buckets"].as_array().map_or(0, Vec::len),
                "text/plain" => answer.text().lines().count(),
                _ => {
                    // They are coarser, so that they can be told apart.
                    let bars = bars(&svg(answer.text())).len();
                    assert!((20..=400).contains(&bars), "{bars} for {target}");
                    continue;
                }
            };
            assert!((least..=least + 1).contains(&buckets), "{buckets} for {target} as {accept}");
        }
    }
}
