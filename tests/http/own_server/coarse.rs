//! Times of which only days or longer periods are known: every number says so that counts them.

use serde_json::{Value, json};

use super::{AT, MINUTE, with_visits};
use crate::client::Client;
use crate::server::{Server, Setup};

const DAY: i64 = 24 * 60 * MINUTE;
const SLOT: i64 = 15 * MINUTE;

/// Midnight in Moscow, more than a day ago.
const BEFORE: i64 = AT - 28 * 60 * MINUTE;

/// A replica in Moscow with a visit two days before that, and one now.
fn moscow(replica: &str) -> Setup {
    let setup = Setup::new().variable("timezone", "Europe/Moscow").variable("replica", replica);
    setup.at("2026-03-29T01:30:00Z")
}

/// The same, where until then quarter hours were merged into days.
fn coarse(setup: Setup) -> Server {
    let server = with_visits(setup, [(BEFORE - 2 * DAY, "/"), (AT, "/")]);
    let database = server.volume().open();
    database.execute("UPDATE watermarks SET tallied = 2", []).expect("a watermark");
    database
        .execute("UPDATE coarse SET before = ?1, coarse_before = ?1 WHERE period = 'day'", [BEFORE / SLOT])
        .expect("a day");
    server
}

fn check(client: &Client, target: &str, before: Option<&str>) {
    assert_eq!(client.json(target)["coarse_before"], json!(before), "{target}");
}

#[test]
fn counts_and_histograms_say_before_which_time_they_are_coarse_if_they_go_back_so_far() {
    let server = coarse(moscow("footfall-0"));
    let client = server.client();
    let (moscow, kathmandu) = (Some("2026-03-28T00:00:00.000000+03:00"), Some("2026-03-28T02:45:00.000000+05:45"));
    for (target, before) in [
        ("count?since=7d", moscow),
        ("count?since=7d&page=/", moscow),
        ("count?until=0s", moscow),
        ("count?since=2026-03-27T20:59:59.999999Z", moscow),
        ("count?since=2026-03-27T21:00:00Z", None),
        ("count", None),
        ("count?page=/", None),
        ("histogram?bucket=day", moscow),
        ("histogram?bucket=day&tz=Asia/Kathmandu&page=/", kathmandu),
        ("histogram?bucket=minute&since=30h&until=10h", moscow),
        ("histogram", None),
        ("histogram?bucket=minute", None),
        ("summary", moscow),
        ("summary?tz=Asia/Kathmandu", kathmandu),
    ] {
        for scope in ["replica", "cluster"] {
            let mark = if target.contains('?') { '&' } else { '?' };
            check(&client, &format!("/visits/{target}{mark}scope={scope}"), before);
        }
    }
    let line = "# before 2026-03-28 00:00+03:00, visits are counted by the day or longer\n";
    assert_eq!(client.get("/visits/count?since=7d").text(), format!("2\n{line}"));
    assert_eq!(client.json("/visits/count?since=7d&scope=cluster")["complete"], true, "that speaks of replicas");
}

#[test]
fn the_coarse_time_of_a_peer_is_that_of_all() {
    let peer = coarse(moscow("footfall-1"));
    let server =
        with_visits(moscow("footfall-0").variable("peers", peer.url()).variable("peer_timeout_ms", "20000"), []);
    for (target, scope, before) in [
        ("/visits/count?since=7d", "cluster", Some("2026-03-28T00:00:00.000000+03:00")),
        ("/visits/histogram?bucket=day&tz=UTC", "cluster", Some("2026-03-27T21:00:00.000000+00:00")),
        ("/visits/summary?tz=UTC", "cluster", Some("2026-03-27T21:00:00.000000+00:00")),
        ("/visits/summary?tz=UTC", "replica", None),
    ] {
        check(&server.client(), &format!("{target}&scope={scope}"), before);
    }
}

#[test]
fn the_dashboard_and_the_metrics_say_how_far_back_each_kind_of_detail_goes() {
    let server = coarse(moscow("footfall-0"));
    let html = server.client().get_with("/visits?tz=UTC", &[("accept", "text/html")]);
    let since =
        |time: &str| format!("since <time datetime=\"2026-03-{time}.000000+00:00\">2026-03-{}</time>", &time[..2]);
    let footer =
        ["each visit", "each quarter hour", "each day"].into_iter().zip(["25T21:00:00", "29T01:00:00", "25T21:00:00"]);
    let footer = footer.map(|(detail, time)| format!("{detail} {}", since(time))).collect::<Vec<_>>().join(", ");
    for part in [&footer, ">2026-03-27 21:00+00:00</time>, visits are counted by the day or longer"] {
        assert!(html.text().contains(part), "no {part} in {}", html.text());
    }
    let oldest = |client: &Client| -> Vec<String> {
        let metrics = client.get("/metrics");
        let lines =
            metrics.text().lines().filter_map(|line| line.strip_prefix("footfall_oldest_timestamp_seconds{detail="));
        lines.map(str::to_owned).collect()
    };
    let (first, last) = ((BEFORE - 2 * DAY) / 1_000_000, AT / 1_000_000);
    let expected = [format!("\"visit\"}} {first}"), format!("\"quarter_hour\"}} {last}"), format!("\"day\"}} {first}")];
    assert_eq!(oldest(&server.client()), expected);
    let empty = Server::start();
    assert_eq!(oldest(&empty.client()), Vec::<String>::new());
    assert!(!empty.client().get_with("/visits", &[("accept", "text/html")]).text().contains("each visit"));
    assert_eq!(empty.client().json("/visits/count?since=7d")["coarse_before"], Value::Null);
}
