//! Peers whose lists have no end: as long as an answer may be.

use std::sync::Arc;

use serde_json::{Value, json};

use super::fake::Fake;
use super::{AT_ONCE, array, asker, check, names, number, replica, replicas, start, timed};
use crate::server::Server;

const NOW: &str = "2026-11-23T14:30:00Z";
/// What a peer may answer, in bytes, without what is in every answer.
const LIMIT: usize = (2 << 20) - (16 << 10);

/// A replica, and a peer of it that lists as many of these as there is room for.
fn with(list: &'static str, one: impl Fn(usize) -> Value + Send + Sync + 'static) -> (Fake, Server) {
    let honest = Arc::new(start(replica("b").at(NOW)));
    let peer = Fake::lying(&honest, move |_, mut answer| {
        if let Some(whole) = answer.get_mut(list) {
            let mut room = LIMIT;
            let fits = |one: &Value| {
                room = room.saturating_sub(one.to_string().len() + 1);
                room > 0
            };
            *whole = (0..).map(&one).take_while(fits).collect();
        }
        answer
    });
    let server = start(asker(&[peer.url()]).at(NOW));
    (peer, server)
}

/// Asks for the summary and for the dashboard, and checks that both come at once. Gives the summary.
fn summary((peer, server): &(Fake, Server)) -> Value {
    let client = server.client();
    let (page, took) = timed(&client, ("/visits", "text/html"));
    assert!(took < AT_ONCE, "the dashboard took {took:?}");
    assert!(page.body.len() < 1 << 20, "{} bytes", page.body.len());
    let (answer, took) = timed(&client, ("/visits/summary?scope=cluster", "application/json"));
    assert!(took < AT_ONCE, "the summary took {took:?}");
    assert!(answer.body.len() < 1 << 20, "{} bytes", answer.body.len());
    let answer = answer.json();
    check(&answer);
    assert_eq!(peer.asked().len(), 2);
    answer
}

#[test]
fn pages_without_end_are_answered_at_once() {
    let with_pages = with("pages", |place| json!({ "page": format!("/{place}"), "visits": 1 }));
    let answer = summary(&with_pages);
    assert!(names(&answer["missing"]) == [with_pages.0.name()] || array(&answer["pages"]).len() == 50, "{answer}");
}

#[test]
fn one_page_without_end_comes_to_no_number_that_cannot_be() {
    let answer = summary(&with("pages", |_| json!({ "page": "/", "visits": 1_i64 << 53 })));
    assert!(array(&answer["pages"]).iter().all(|page| (0..=1 << 53).contains(&number(&page["visits"]))), "{answer}");
}

#[test]
fn visits_without_end_are_answered_at_once() {
    let visit = |place: usize| json!({ "id": place + 1, "at": "2026-11-23T14:00:00Z", "page": "/" });
    let answer = summary(&with("latest", visit));
    assert!(array(&answer["latest"]).len() <= 20, "{answer}");
    let (_peer, server) = with("visits", visit);
    for format in ["application/json", "text/plain"] {
        let (answer, took) = timed(&server.client(), ("/visits?scope=cluster", format));
        assert!(took < AT_ONCE, "{format} took {took:?}");
        assert!(answer.body.len() < 1 << 16, "{} bytes", answer.body.len());
    }
}

#[test]
fn buckets_of_the_largest_numbers_come_to_none_that_cannot_be() {
    let honest = Arc::new(start(replica("b").at(NOW)));
    let peer = Fake::lying(&honest, |_, mut answer| {
        let buckets = answer["buckets"].as_array_mut().expect("buckets");
        for bucket in buckets {
            bucket["visits"] = json!(1_i64 << 53);
        }
        answer
    });
    let server = start(asker(&[peer.url()]).at(NOW));
    // 1,381 of them are more than 64 bits hold; 25 are not, and are more than is believed.
    for range in ["bucket=minute&since=23h", "bucket=hour&since=24h"] {
        let target = format!("/visits/histogram?{range}&scope=cluster");
        let (answer, _) = timed(&server.client(), (&target, "application/json"));
        check(&answer.json());
        let all = replicas(&answer.json()).iter().all(|(_, visits)| (0..=1 << 53).contains(visits));
        assert!(all, "{target}: {:?}", answer.json()["replicas"]);
    }
}
