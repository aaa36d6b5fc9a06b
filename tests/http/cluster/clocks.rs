//! Clocks and zones: those of the replica that answers count, and nobody else's.

use super::fake::Fake;
use super::{array, asker, at, cluster, names, number, put, replica, start, text, visits};

#[test]
fn the_range_is_that_of_the_clock_of_the_replica_that_answers() {
    // Clocks that differ by hours and years, around visits at the edges of the last 24 hours.
    let peers = ["2026-11-23T17:59:59Z", "2019-01-01T00:00:00Z", "2031-06-01T00:00:00Z"];
    let peers: Vec<_> =
        ["b", "c", "d"].into_iter().zip(peers).map(|(name, now)| start(replica(name).at(now))).collect();
    for peer in &peers {
        put(
            peer.volume(),
            &[
                ("2026-11-22T14:30:00Z", "/"),
                ("2026-11-22T15:00:00Z", "/"),
                ("2026-11-23T14:30:00Z", "/"),
                ("2026-11-23T15:00:00Z", "/"),
            ],
        );
    }
    let urls: Vec<_> = peers.iter().map(|peer| peer.url().to_owned()).collect();
    let server = start(asker(&urls).at("2026-11-23T14:30:00Z"));
    let client = server.client();

    assert_eq!(cluster(&client, "/visits/count?scope=cluster&since=24h")["total"], 3 * 4);
    assert_eq!(cluster(&client, "/visits/count?scope=cluster&since=24h&until=0s")["total"], 3 * 2);
    let hours = cluster(&client, "/visits/histogram?scope=cluster");
    assert_eq!((hours["buckets"][0]["visits"].clone(), hours["buckets"][23]["visits"].clone()), (3.into(), 3.into()));
    assert_eq!((number(&hours["total"]), names(&hours["missing"]).len()), (6, 0), "{hours}");
    assert_eq!(hours["since"], "2026-11-22T15:00:00.000000+00:00");

    let summary = cluster(&client, "/visits/summary?scope=cluster");
    assert_eq!(names(&summary["missing"]).len(), 0, "{summary}");
    let hours = visits(&summary["hours"]);
    assert_eq!((hours.len(), hours[0], hours[23]), (24, 3, 3), "{summary}");
    let days = visits(&summary["days"]);
    assert_eq!((days.len(), days[28], days[29]), (30, 6, 6), "{summary}");
    for one in &array(&summary["replicas"])[1..] {
        assert_eq!((&one["visits"], &one["today"]), (&4.into(), &2.into()), "{one}");
    }
    let badge = client.get("/badge.svg?scope=cluster&since=24h");
    assert!(badge.text().contains(">12<"), "{}", badge.text());
}

#[test]
fn times_are_in_the_zone_that_is_asked_for_and_else_in_that_of_the_replica_that_answers() {
    let peer = start(replica("b").at("2026-11-23T20:00:00Z").variable("timezone", "America/New_York"));
    put(peer.volume(), &[("2026-11-22T18:14:59Z", "/"), ("2026-11-22T18:15:00Z", "/")]);
    let server =
        start(asker(&[peer.url().to_owned()]).at("2026-11-22T18:20:00Z").variable("timezone", "Asia/Kathmandu"));
    let client = server.client();
    for (query, zone, days) in [
        ("", "Asia/Kathmandu", [("2026-11-22T00:00:00.000000+05:45", 1), ("2026-11-23T00:00:00.000000+05:45", 1)]),
        (
            "&tz=Europe/Moscow",
            "Europe/Moscow",
            [("2026-11-21T00:00:00.000000+03:00", 0), ("2026-11-22T00:00:00.000000+03:00", 2)],
        ),
    ] {
        let histogram = cluster(&client, &format!("/visits/histogram?scope=cluster&bucket=day{query}"));
        let summary = cluster(&client, &format!("/visits/summary?scope=cluster{query}"));
        for (answer, buckets) in [(&histogram, &histogram["buckets"]), (&summary, &summary["days"])] {
            assert_eq!((&answer["timezone"], names(&answer["missing"]).len()), (&zone.into(), 0), "{answer}");
            let last: Vec<_> = array(buckets).iter().map(|one| (text(&one["start"]), number(&one["visits"]))).collect();
            assert_eq!(last[28..], days, "{query}");
        }
        let tail = cluster(&client, &format!("/visits?scope=cluster{query}"));
        let shown =
            if query.is_empty() { "2026-11-23T00:00:00.000000+05:45" } else { "2026-11-22T21:15:00.000000+03:00" };
        assert_eq!((&tail["visits"][1]["at"], &tail["timezone"]), (&shown.into(), &zone.into()));
        let latest = &summary["latest"][1];
        assert_eq!((&latest["at"], &latest["replica"]), (&shown.into(), &"b".into()), "{summary}");
        let lines = client.get(&format!("/visits?scope=cluster{query}"));
        assert!(lines.text().ends_with(&format!("{} b\n", &shown[11..19])), "{}", lines.text());
    }
}

#[test]
fn a_day_on_which_the_clocks_change_has_its_hours() {
    let peer = start(replica("b").at("2026-10-25T22:30:00Z"));
    put(peer.volume(), &[("2026-10-25T00:30:00Z", "/"), ("2026-10-25T01:30:00Z", "/")]);
    let server =
        start(asker(&[peer.url().to_owned()]).at("2026-10-25T22:30:00Z").variable("timezone", "Europe/Berlin"));
    let query = "since=2026-10-25T00:00:00%2B02:00&until=2026-10-26T00:00:00%2B01:00";
    let histogram = cluster(&server.client(), &format!("/visits/histogram?scope=cluster&{query}"));
    let buckets = array(&histogram["buckets"]);
    assert_eq!((buckets.len(), number(&histogram["total"])), (25, 2), "{histogram}");
    assert_eq!(text(&buckets[2]["start"]), "2026-10-25T02:00:00.000000+02:00");
    assert_eq!(text(&buckets[3]["start"]), "2026-10-25T02:00:00.000000+01:00");
    assert_eq!(visits(&histogram["buckets"])[2..4], [1, 1]);
}

#[test]
fn a_peer_whose_clock_is_ahead_does_not_push_others_out_of_sight() {
    let ahead = start(replica("b").at("2031-01-01T00:00:00Z"));
    ahead.client().visit();
    let server = start(asker(&[ahead.url().to_owned()]).at("2026-11-23T14:30:00Z"));
    server.client().visit();
    let tail = cluster(&server.client(), "/visits?scope=cluster");
    let shown: Vec<_> = array(&tail["visits"]).iter().map(|one| (text(&one["replica"]), text(&one["at"]))).collect();
    assert_eq!(shown, [("a", "2026-11-23T14:30:00.000000+00:00"), ("b", "2031-01-01T00:00:00.000000+00:00")]);
}

#[test]
fn a_summary_is_of_the_moment_that_is_asked_for() {
    let peer = start(replica("b").at("2026-11-23T14:30:00Z"));
    put(peer.volume(), &[("2026-11-20T10:00:00Z", "/"), ("2026-11-23T10:00:00Z", "/")]);
    let server = start(asker(&[peer.url().to_owned()]).at("2026-11-23T14:30:00Z"));
    let client = server.client();
    for now in ["2026-11-20T10:30:00Z", "3d"] {
        let summary = cluster(&client, &format!("/visits/summary?scope=cluster&now={now}"));
        assert_eq!(visits(&summary["days"])[29], 1, "{now}: {summary}");
        assert!(text(&summary["days"][29]["start"]).starts_with("2026-11-20T00:00:00"), "{summary}");
    }
}

#[test]
fn an_age_is_turned_into_a_time_before_a_peer_is_asked() {
    let now = "2026-11-23T14:30:00.123456Z";
    for target in [
        "/visits/count?scope=cluster&since=24h&until=90m",
        "/visits/histogram?scope=cluster&since=24h&until=90m",
        "/badge.svg?scope=cluster&since=24h",
    ] {
        let fake = Fake::json("{}");
        let server = asker(&[fake.url()]).at(now).start();
        assert_eq!(server.client().get(target).status, 200, "{target}");
        let asked = fake.asked_once();
        let since = asked.parameter("since").unwrap_or_default();
        assert_eq!(at(&since), at("2026-11-22T14:30:00.123456Z"), "{}", asked.target);
        if target.contains("until") {
            let until = asked.parameter("until").unwrap_or_default();
            assert_eq!(at(&until), at("2026-11-23T13:00:00.123456Z"), "{}", asked.target);
        }
    }
}

#[test]
fn the_longest_histogram_of_one_replica_is_that_of_all() {
    let peer = start(replica("b"));
    let server = start(asker(&[peer.url().to_owned()]));
    for query in ["bucket=minute&since=24h", "bucket=hour&since=366d", "bucket=day&since=10000d"] {
        let histogram = cluster(&server.client(), &format!("/visits/histogram?scope=cluster&{query}"));
        assert_eq!(histogram["missing"].as_array().map(Vec::len), Some(0), "{query}: {}", histogram["reasons"]);
    }
}
