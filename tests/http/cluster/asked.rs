//! What a peer is asked.

use super::fake::Fake;
use super::{ANSWERS, Cluster, asker, timed};
use crate::any_server::{RESOURCES, escape};

#[test]
fn a_peer_is_asked_the_same_about_itself_by_the_clock_and_the_zone_of_the_replica_that_asks() {
    let fake = Fake::json("{}");
    let setup = asker(&[fake.url() + "/"]).variable("timezone", "Australia/Lord_Howe");
    let server = setup.at("2026-11-23T14:30:00.123456Z").start();
    let (now, zone) = (("now", "2026-11-23T14:30:00.123456+00:00"), ("tz", "Australia/Lord_Howe"));
    let yesterday = ("since", "2026-11-22T14:30:00.123456+00:00");
    let until = ("until", "2026-11-23T13:00:00.123456+00:00");
    let page = ("page", "/a");
    for (target, path, parameters) in [
        ("/visits/count?", "/visits/count", &[][..]),
        ("/visits/count?since=24h&until=90m&page=/a", "/visits/count", &[yesterday, until, page]),
        (
            "/visits/count?since=2026-11-23T10:00:00.5%2B01:00",
            "/visits/count",
            &[("since", "2026-11-23T09:00:00.500+00:00")],
        ),
        ("/badge.svg?label=x&color=red&page=/a&since=24h", "/visits/count", &[yesterday, page]),
        ("/visits/histogram?", "/visits/histogram", &[("bucket", "hour"), now, zone]),
        (
            "/visits/histogram?bucket=day&tz=Asia/Kathmandu&since=24h&until=90m&page=/a",
            "/visits/histogram",
            &[("bucket", "day"), ("tz", "Asia/Kathmandu"), yesterday, until, now, page],
        ),
        ("/visits/summary?", "/visits/summary", &[("tail", "20"), now, zone]),
        (
            "/visits/summary?now=1d&tail=7&tz=UTC&page=/a",
            "/visits/summary",
            &[("tail", "7"), ("now", yesterday.1), ("tz", "UTC"), page],
        ),
        ("/pages?", "/pages", &[]),
        (
            "/pages?since=24h&until=90m&search=a+b&sort=name&limit=5&offset=5&tz=UTC",
            "/pages",
            &[yesterday, until, ("search", "a b")],
        ),
        ("/visits?", "/visits", &[("tail", "20"), zone]),
        ("/visits?tail=1000&tz=UTC&page=/a", "/visits", &[("tail", "1000"), ("tz", "UTC"), page]),
    ] {
        assert_eq!(server.client().get(&format!("{target}&scope=cluster")).status, 200, "{target}");
        let asked = fake.asked().pop().expect("a request");
        let mut expected = [parameters, &[("scope", "replica")]].concat();
        expected.sort_unstable();
        let expected: Vec<_> = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!((asked.path(), asked.parameters()), (path, expected), "{target}");
        assert!(asked.head.starts_with("GET ") && asked.header("accept").contains("application/json"), "{asked:?}");
        assert_eq!(asked.header("host"), fake.name());
    }
}

#[test]
fn a_peer_is_asked_for_the_page_as_it_was_asked_for() {
    let fake = Fake::json("{}");
    let server = asker(&[fake.url()]).start();
    let longest = format!("/{}", "é".repeat(255));
    for page in ["/a b+c&d=e%41?f#g;h", "/\"<script>'\\|{}^", "/日本語/🦀", "(other)", &longest] {
        for target in ["/visits/count", "/visits/histogram", "/visits/summary", "/visits", "/badge.svg"] {
            let own = format!("{target}?scope=cluster&page={}", escape(page));
            assert_eq!(server.client().get(&own).status, 200, "{own}");
            let asked = fake.asked().pop().expect("a request");
            assert!(asked.parameters().contains(&("page".to_owned(), page.to_owned())), "{}", asked.target);
            assert!(asked.target.is_ascii() && !asked.target.contains('#'), "{}", asked.target);
        }
    }
}

#[test]
fn a_peer_that_is_asked_asks_nobody() {
    // Each knows all: if one asked on, it would be asked by the next, and so forth.
    let three = Cluster::start(3, |_, setup| setup);
    let asked = || three.gates.iter().map(|gate| gate.asked().len()).sum::<usize>();
    // Until they know each other.
    for index in [0, 1, 2, 0] {
        timed(&three.client(index), ANSWERS[0]);
    }
    for wanted in ANSWERS {
        let before = asked();
        timed(&three.client(0), wanted);
        // It may ask itself or not, because it has to find out that it is the same.
        assert!((2..=3).contains(&(asked() - before)), "{wanted:?}");
    }
}

#[test]
fn nobody_is_asked_about_one_replica_or_for_a_bad_request() {
    let fake = Fake::json("{}");
    let server = asker(&[fake.url()]).start();
    assert_eq!(server.client().get("/readyz").status, 200);
    let before = fake.asked().len();
    let others = [
        "/visits/count?scope=replica",
        "/visits/count?scope=cluster&since=never",
        "/visits?scope=cluster&before=1",
        "/visits/histogram?scope=cluster&bucket=year",
        "/badge.svg?scope=cluster&color=nothing",
        "/pages?scope=replica",
        "/pages?limit=0",
    ];
    let shown = ["/visits/count", "/visits/histogram", "/pages", "/badge.svg", "/readyz"];
    for target in RESOURCES.into_iter().filter(|target| !shown.contains(target)).chain(others) {
        server.client().get(target);
    }
    assert_eq!(fake.asked().len(), before, "{:?}", fake.asked());
}
