//! What a peer is asked.

use super::fake::Fake;
use super::{ANSWERS, Cluster, TARGETS, asker, at, cluster, encode, names, timed};
use crate::any_server::RESOURCES;

/// The targets that a peer is asked for when somebody asks for these.
fn asked_for(server: &str, own: &str) -> super::fake::Asked {
    let fake = Fake::json("{}");
    let server = asker(&[fake.url()]).at(server).start();
    assert_eq!(server.client().get(own).status, 200, "{own}");
    fake.asked_once()
}

const NOW: &str = "2026-11-23T14:30:00Z";

#[test]
fn a_peer_is_asked_for_its_own_visits_in_json() {
    for target in TARGETS {
        let asked = asked_for(NOW, target);
        assert_eq!(asked.path(), target.split('?').next().expect("a path"));
        assert_eq!(asked.parameter("scope").as_deref(), Some("replica"), "{}", asked.target);
        assert!(asked.head.starts_with("GET "), "{}", asked.head);
        assert!(asked.header("accept").contains("application/json"), "{}", asked.head);
    }
    let badge = asked_for(NOW, "/badge.svg?scope=cluster&label=x&color=red&page=/a");
    assert_eq!((badge.path(), badge.parameter("page").as_deref()), ("/visits/count", Some("/a")), "{}", badge.target);
    assert!(badge.parameter("label").is_none() && badge.parameter("color").is_none(), "{}", badge.target);
}

#[test]
fn the_name_of_the_peer_is_in_the_host_header() {
    let fake = Fake::json("{}");
    let server = asker(&[fake.url() + "/"]).start();
    cluster(&server.client(), TARGETS[0]);
    assert_eq!(fake.asked_once().header("host"), fake.name());
}

#[test]
fn a_page_arrives_as_it_was_asked_for() {
    let fake = Fake::json("{}");
    let server = asker(&[fake.url()]).start();
    let longest = format!("/{}", "é".repeat(255));
    for page in [
        "/",
        "/a b",
        "/a+b",
        "/a&b=c",
        "/100%",
        "/%41",
        "/a?b#c",
        "/a;b",
        "/\"quoted\" 'too'",
        "/<script>",
        "/مرحبا",
        "/日本語/🦀",
        "/back\\slash|pipe{brace}^",
        "(other)",
        &longest,
    ] {
        let encoded = encode(page);
        for target in ["/visits/count", "/visits/histogram", "/visits/summary", "/visits", "/badge.svg"] {
            let own = format!("{target}?scope=cluster&page={encoded}");
            assert_eq!(server.client().get(&own).status, 200, "{own}");
            let asked = fake.asked().pop().expect("a request");
            assert_eq!(asked.parameter("page").as_deref(), Some(page), "{}", asked.target);
            assert_eq!(asked.parameter("scope").as_deref(), Some("replica"), "{}", asked.target);
            assert!(asked.target.is_ascii() && !asked.target.contains('#'), "{}", asked.target);
        }
    }
}

#[test]
fn nothing_is_asked_for_that_nobody_wanted() {
    for target in TARGETS {
        assert_eq!(asked_for(NOW, target).parameter("page"), None, "{target}");
    }
}

#[test]
fn a_peer_is_asked_for_the_same_range_by_the_clock() {
    let hours = asked_for(NOW, "/visits/histogram?scope=cluster");
    assert_eq!(at(&hours.parameter("now").unwrap_or_default()), at(NOW), "{}", hours.target);
    assert_eq!(hours.parameter("bucket").as_deref(), Some("hour"), "{}", hours.target);

    let days = asked_for(NOW, "/visits/histogram?scope=cluster&bucket=day&tz=Asia/Kathmandu");
    assert_eq!(at(&days.parameter("now").unwrap_or_default()), at(NOW), "{}", days.target);
    assert_eq!(days.parameter("bucket").as_deref(), Some("day"));
    assert_eq!(days.parameter("tz").as_deref(), Some("Asia/Kathmandu"));

    let range = asked_for(NOW, "/visits/histogram?scope=cluster&since=5h&until=90m");
    let times = ["since", "until", "now"].map(|name| at(&range.parameter(name).unwrap_or_default()));
    assert_eq!(times, ["2026-11-23T09:30:00Z", "2026-11-23T13:00:00Z", NOW].map(at), "{}", range.target);

    let summary = asked_for(NOW, "/visits/summary?scope=cluster");
    assert_eq!(at(&summary.parameter("now").unwrap_or_default()), at(NOW), "{}", summary.target);
    let summary = asked_for(NOW, "/visits/summary?scope=cluster&now=1d&tail=7");
    assert_eq!(at(&summary.parameter("now").unwrap_or_default()), at("2026-11-22T14:30:00Z"), "{}", summary.target);
    assert_eq!(summary.parameter("tail").as_deref(), Some("7"));

    let count = asked_for(NOW, "/visits/count?scope=cluster&since=2026-11-23T10:00:00.5%2B01:00");
    assert_eq!(at(&count.parameter("since").unwrap_or_default()), at("2026-11-23T09:00:00.5Z"), "{}", count.target);
    assert_eq!(count.parameter("until"), None, "{}", count.target);

    let tail = asked_for(NOW, "/visits?scope=cluster&tail=1000");
    assert_eq!(tail.parameter("tail").as_deref(), Some("1000"));
}

#[test]
fn a_peer_is_asked_in_the_zone_of_the_replica_that_answers() {
    let fake = Fake::json("{}");
    let server = asker(&[fake.url()]).variable("timezone", "Australia/Lord_Howe").start();
    for target in ["/visits/histogram?scope=cluster", "/visits/summary?scope=cluster"] {
        cluster(&server.client(), target);
        let asked = fake.asked().pop().expect("a request");
        assert_eq!(asked.parameter("tz").as_deref(), Some("Australia/Lord_Howe"), "{}", asked.target);
    }
}

#[test]
fn a_peer_that_is_asked_asks_nobody() {
    // Each knows all: if one asked on, it would be asked by the next, and so forth.
    let three = Cluster::start(3, |_, setup| setup);
    let client = three.client(0);
    for (target, format) in ANSWERS {
        let before: usize = three.gates.iter().map(|gate| gate.asked().len()).sum();
        timed(&client, (target, format));
        let asked: Vec<_> = three.gates.iter().flat_map(super::fake::Fake::asked).collect();
        // Itself it may ask or not, for it has to find out that it is the same.
        assert!((2..=3).contains(&(asked.len() - before)), "{target} as {format}: {asked:?}");
        assert!(asked.iter().all(|asked| asked.parameter("scope").as_deref() == Some("replica")), "{asked:?}");
    }
}

#[test]
fn a_request_of_one_replica_asks_nobody() {
    let fake = Fake::json("{}");
    let server = asker(&[fake.url()]).start();
    let others = [
        "/visits?scope=replica",
        "/visits/count?scope=replica",
        // What is refused is refused before.
        "/visits/count?scope=cluster&since=never",
        "/visits/count?scope=cluster&scope=cluster",
        "/visits?scope=cluster&before=1",
        "/visits/histogram?scope=cluster&bucket=year",
        "/badge.svg?scope=cluster&color=pink%20elephant",
    ];
    for target in RESOURCES.into_iter().chain(others) {
        server.client().get(target);
    }
    assert!(fake.asked().is_empty(), "{:?}", fake.asked());
    assert_eq!(names(&cluster(&server.client(), TARGETS[0])["missing"]), [fake.name()]);
}
