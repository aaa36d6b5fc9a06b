//! `/visits/summary`, number by number.

use serde_json::{Value, json};

use super::{AT, MINUTE, with_visits};
use crate::server::Setup;
use crate::volume::prune;

/// 2026-11-01T12:30:00Z: in New York, clocks were set back that day.
const NOW: i64 = 1_793_536_200_000_000;

fn numbers(summary: &Value, member: &str) -> Vec<i64> {
    let buckets = summary[member].as_array().expect("buckets");
    buckets.iter().map(|bucket| bucket["visits"].as_i64().expect("a number")).collect()
}

#[test]
fn a_summary_has_the_hours_and_the_days_before_now_in_the_zone_of_the_replica() {
    let setup = Setup::new().variable("timezone", "America/New_York").at("2026-11-01T12:30:00Z");
    // One an hour for sixty days.
    let server = with_visits(setup, (0..60 * 24).rev().map(|age| (NOW - age * 60 * MINUTE, "/")));
    let client = server.client();
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
fn a_summary_has_the_busiest_pages_ever_and_the_latest_visits() {
    let pages: Vec<_> = (0..80).map(|number| format!("/{number}")).collect();
    let visits = pages.iter().enumerate().flat_map(|(place, page)| (0..=place).map(move |_| (AT, page.as_str())));
    // As busy as another, which was there first.
    let visits = visits.chain([(AT, "/tie"); 80]);
    let server = with_visits(Setup::new().at("2026-03-29T01:30:00Z"), visits);
    let client = server.client();
    let page = |number: i64| json!({ "page": format!("/{number}"), "visits": number + 1 });
    let busiest: Vec<_> = (31..80).rev().map(page).collect();
    let busiest = [&busiest[..1], &[json!({ "page": "/tie", "visits": 80 })], &busiest[1..]].concat();
    let check = || {
        let summary = client.json("/visits/summary?tail=2");
        assert_eq!((&summary["visits"], &summary["pages"]), (&3320.into(), &json!(busiest)));
        let visit = |id: i64| json!({ "id": id, "at": "2026-03-29T01:00:00.000000+00:00", "page": "/tie" });
        assert_eq!(summary["latest"], json!([visit(3319), visit(3320)]));
        assert_eq!((numbers(&summary, "hours")[23], numbers(&summary, "days")[29]), (3320, 3320));
    };
    check();
    let of_page = client.json("/visits/summary?page=/30&tail=1000");
    assert_eq!((&of_page["visits"], &of_page["pages"]), (&31.into(), &json!([])));
    assert_eq!(of_page["latest"].as_array().map(Vec::len), Some(31));
    prune(&server.volume().open(), 2);
    check();
}

#[test]
fn there_are_earlier_visits_only_where_the_log_has_them() {
    let visits = ["/a", "/"].into_iter().flat_map(|page| [(AT, page); 10]);
    let server = with_visits(Setup::new(), visits);
    let client = server.client();
    let check = |query: &str, before: Option<i64>| {
        for report in ["/visits", "/visits/summary"] {
            assert_eq!(client.json(&format!("{report}?{query}"))["before"], json!(before), "{report}?{query}");
        }
        let html = client.get_with(&format!("/visits?{query}"), &[("accept", "text/html")]);
        let links: Vec<_> = html.text().split("before=").skip(1).map(|link| link.split('"').next()).collect();
        let expected = before.map(|id| id.to_string());
        assert_eq!(links, expected.as_deref().map(Some).into_iter().collect::<Vec<_>>(), "{query}");
    };
    check("tail=19", Some(2));
    check("tail=20", None);
    for page in ["/a", "/"] {
        check(&format!("page={page}&tail=10"), None);
    }
    check("page=/a&tail=9", Some(2));
    check("page=/&tail=9", Some(12));
    check("page=/none", None);
    prune(&server.volume().open(), 5);
    for (query, before) in [("tail=4", Some(17)), ("tail=5", None), ("page=/&tail=5", None), ("page=/a", None)] {
        check(query, before);
    }
}
