//! A cluster in which everybody answers.

use serde_json::{Value, json};

use super::{Cluster, NOW, array, cluster, names, put, replicas, text, visits};
use crate::any_server::picture::{svg, texts, title};
use crate::server::Setup;

/// Three replicas with 3, 2 and 4 visits, two of which are not of the last 24 hours. The clock of `a` counts; the
/// others' are years away.
fn three() -> Cluster {
    let clocks = [NOW, "2019-01-01T00:00:00Z", "2031-06-01T00:00:00Z"];
    let three = Cluster::start(3, |index, setup: Setup| setup.at(clocks[index]));
    let put = |index: usize, visits: &[(&str, &str)]| put(three.servers[index].volume(), visits);
    put(0, &[("2026-11-23T13:10:00.000001Z", "/"), ("2026-11-23T14:10:00Z", "/a"), ("2026-11-23T14:20:00.5Z", "/a")]);
    put(1, &[("2026-11-20T12:00:00Z", "/"), ("2026-11-23T14:15:00Z", "/b")]);
    put(2, &[("2026-09-01T00:00:00Z", "/c"), ("2026-11-23T13:09:00Z", "/"), ("2026-11-23T14:10:00Z", "/")]);
    put(2, &[("2026-11-23T14:29:59.999999Z", "/a")]);
    three
}

#[test]
fn a_count_and_a_badge_have_the_sum() {
    let three = three();
    for (index, order) in [[("a", 3), ("b", 2), ("c", 4)], [("b", 2), ("a", 3), ("c", 4)]].iter().enumerate() {
        let count = cluster(&three.client(index), "/visits/count?scope=cluster");
        assert_eq!((replicas(&count), &count["total"], names(&count["missing"]).len()), (order.to_vec(), &9.into(), 0));
    }
    let client = three.client(0);
    for (query, total) in [
        ("", "9"),
        ("&page=/a", "3"),
        ("&since=24h", "7"),
        ("&until=2026-11-23T13:10:00.000001Z", "3"),
        ("&until=2026-11-23T13:10:00.000002Z", "4"),
        ("&since=4d&until=2d", "1"),
    ] {
        assert_eq!(client.get(&format!("/visits/count?scope=cluster{query}")).text(), format!("{total}\n"), "{query}");
        if !query.contains("until") {
            let badge = client.get(&format!("/badge.svg?scope=cluster{query}"));
            assert_eq!(texts(&svg(badge.text()))[1], total, "{query}");
        }
    }
}

#[test]
fn a_histogram_is_added_up_bucket_by_bucket() {
    let three = three();
    let client = &three.client(0);
    let histogram = cluster(client, "/visits/histogram?scope=cluster");
    let numbers = visits(&histogram["buckets"]);
    assert_eq!((numbers.len(), &numbers[22..], &histogram["total"]), (24, &[2, 5][..], &7.into()));
    assert_eq!(histogram["since"], "2026-11-22T15:00:00.000000+00:00");
    assert_eq!(histogram["until"], "2026-11-23T15:00:00.000000+00:00");
    assert_eq!(histogram["buckets"][23]["start"], "2026-11-23T14:00:00.000000+00:00");
    assert_eq!(replicas(&histogram), [("a", 3), ("b", 1), ("c", 3)]);
    for (query, total, buckets) in [
        ("bucket=day", 8, 30),
        ("bucket=day&tz=Asia/Kathmandu", 8, 30),
        ("bucket=minute&page=/a", 3, 60),
        // As long as a histogram may be.
        ("bucket=minute&since=24h", 7, 1441),
        ("bucket=hour&since=366d", 9, 8785),
        ("bucket=day&since=10000d", 9, 10_001),
    ] {
        let histogram = cluster(client, &format!("/visits/histogram?scope=cluster&{query}"));
        assert_eq!((&histogram["total"], array(&histogram["buckets"]).len()), (&total.into(), buckets), "{query}");
    }
    let target = "/visits/histogram?scope=cluster";
    let answer = client.get_with(target, &[("accept", "text/plain")]);
    let last = format!("\n2026-11-23 13:00+00:00 2 {:#<16}\n2026-11-23 14:00+00:00 5 {:#<40}\n", "", "");
    assert!(answer.text().ends_with(&last) && answer.text().lines().count() == 24, "{}", answer.text());
    let chart = client.get_with(target, &[("accept", "image/svg+xml")]);
    assert_eq!(title(&svg(chart.text())), "7 visits");
}

#[test]
fn a_tail_has_the_latest_of_all_with_who_recorded_them() {
    let three = three();
    let client = &three.client(0);
    let tail = cluster(client, "/visits?scope=cluster&tail=5");
    let visit = |replica: &str, id: i64, time: &str, page: &str| json!({ "replica": replica, "id": id, "at": format!("2026-11-23T{time}+00:00"), "page": page });
    let latest = json!([
        // Those of one moment are in the order of the replicas.
        visit("a", 2, "14:10:00.000000", "/a"),
        visit("c", 3, "14:10:00.000000", "/"),
        visit("b", 2, "14:15:00.000000", "/b"),
        visit("a", 3, "14:20:00.500000", "/a"),
        visit("c", 4, "14:29:59.999999", "/a"),
    ]);
    assert_eq!(tail["visits"], latest);
    assert_eq!(cluster(client, "/visits/summary?scope=cluster&tail=5")["latest"], latest);
    assert_eq!(replicas(&tail), [("a", 2), ("b", 1), ("c", 2)]);
    let lines = client.get("/visits?scope=cluster&tail=5");
    assert_eq!(lines.text(), "14:10:00 a\n14:10:00 c\n14:15:00 b\n14:20:00 a\n14:29:59 c\n");
    let kathmandu = client.get("/visits?scope=cluster&tail=1&tz=Asia/Kathmandu");
    assert_eq!(kathmandu.text(), "20:14:59 c\n");
    // A replica is there, whether it has visits to show or none.
    for (query, shares) in [
        ("tail=1000", [("a", 3), ("b", 2), ("c", 4)]),
        ("tail=1", [("a", 0), ("b", 0), ("c", 1)]),
        ("tail=2&page=/", [("a", 1), ("b", 0), ("c", 1)]),
    ] {
        assert_eq!(replicas(&cluster(client, &format!("/visits?scope=cluster&{query}"))), shares, "{query}");
    }
}

#[test]
fn a_summary_has_the_numbers_of_all() {
    let three = three();
    let client = &three.client(0);
    let summary = cluster(client, "/visits/summary?scope=cluster");
    assert_eq!((&summary["total"], replicas(&summary)), (&9.into(), vec![("a", 3), ("b", 2), ("c", 4)]));
    assert_eq!(visits(&summary["hours"])[22..], [2, 5]);
    assert_eq!(visits(&summary["days"])[26..], [1, 0, 0, 7]);
    let page = |page: &str, visits: i64| json!({ "page": page, "visits": visits, "exact": true });
    assert_eq!(summary["pages"], json!([page("/", 4), page("/a", 3), page("/b", 1), page("/c", 1)]));
    let ofs: Vec<_> = array(&summary["replicas"]).iter().map(|one| (&one["today"], &one["latest"]["id"])).collect();
    assert_eq!(ofs, [(&3.into(), &3.into()), (&1.into(), &2.into()), (&3.into(), &4.into())]);
    let day = cluster(client, "/visits/summary?scope=cluster&now=3d");
    assert_eq!((visits(&day["days"])[29], text(&day["days"][29]["start"]).split('T').next()), (1, Some("2026-11-20")));
}

#[test]
fn a_range_has_the_numbers_of_all() {
    let three = three();
    let client = &three.client(0);
    for query in ["range=today", "since=2026-11-20&until=2026-11-22", "range=all&page=/"] {
        let summary = cluster(client, &format!("/visits/summary?scope=cluster&{query}"));
        let alone: Vec<_> =
            (0..3).map(|replica| three.client(replica).json(&format!("/visits/summary?{query}&now={NOW}"))).collect();
        let sum = |number: fn(&Value) -> &Value| {
            alone.iter().map(|one| number(&one["range"]).as_i64().unwrap_or_default()).sum::<i64>()
        };
        let range = &summary["range"];
        assert_eq!(range["visits"], sum(|range| &range["visits"]), "{query}");
        assert_eq!(range["previous"]["visits"].as_i64().unwrap_or_default(), sum(|range| &range["previous"]["visits"]));
        assert_eq!(visits(&range["buckets"]).iter().sum::<i64>(), sum(|range| &range["visits"]), "{query}");
        let shares: Vec<_> = array(&summary["replicas"]).iter().map(|replica| &replica["in_range"]).collect();
        assert_eq!(shares, alone.iter().map(|one| &one["range"]["visits"]).collect::<Vec<_>>(), "{query}");
        let pages = client.json(&format!("/pages?{query}").replace("&page=/", ""));
        let listed = array(&range["pages"]).iter().map(|page| (&page["page"], &page["visits"]));
        let all = array(&pages["pages"]).iter().map(|page| (&page["page"], &page["visits"]));
        assert!(query.contains("page") || listed.eq(all), "{query}: {range}");
    }
    let lines = client.get("/visits?scope=cluster&since=2026-11-20&until=2026-11-22");
    assert_eq!(lines.text().lines().count(), 1, "{}", lines.text());
}

#[test]
fn the_default_is_the_cluster_where_others_see_it_and_else_the_replica() {
    let three = three();
    let client = three.client(1);
    assert_eq!(client.get("/visits/count").text(), "9\n");
    assert!(client.get("/badge.svg").text().contains(">9<"));
    assert_eq!(three.client(0).json("/visits/histogram")["total"], 7);
    for target in ["/visits", "/visits/summary", "/visits/count?scope=replica", "/visits/histogram?scope=replica"] {
        assert_eq!(client.json(target)["replica"], "b", "{target}");
    }
    // That visit is another replica's.
    for (target, shown) in [("/visits", true), ("/visits?scope=replica", false)] {
        let page = client.get_with(target, &[("accept", "text/html")]);
        assert_eq!(page.text().contains("14:29:59"), shown, "{target}");
    }
}
