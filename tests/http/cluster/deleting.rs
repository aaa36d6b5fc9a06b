//! `DELETE /pages` reaches all replicas, and names those that did not do it.

use std::thread;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::fake::{Fake, nobody, response};
use super::{Cluster, array, asker, names, put, replica, start, text};
use crate::client::Client;
use crate::own_server::exports::{BEARER, TOKEN};
use crate::server::Setup;
use crate::volume::Volume;
use crate::wire::authority;

const SPAM: &str = "/b & c/é";

fn delete(client: &Client) -> Value {
    let answer = client.request(&Method::DELETE, "/pages?page=/b%20%26%20c/%C3%A9", &[BEARER]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json_without_ids()
}

#[test]
fn a_page_is_deleted_on_all_replicas_which_are_each_asked_once() {
    let three = Cluster::start(3, |_, setup| setup.variable("export_token", TOKEN));
    for (server, visits) in three.servers.iter().zip(1..) {
        put(server.volume(), &vec![("2026-11-23T14:30:00Z", SPAM); visits]);
        server.client().visit();
    }
    for deleted in [[2, 1, 3], [0, 0, 0]] {
        let replicas = ["b", "a", "c"]
            .iter()
            .zip(deleted)
            .map(|(replica, deleted)| json!({ "replica": replica, "deleted": deleted }));
        let expected = json!({
            "page": SPAM, "deleted": deleted.iter().sum::<i64>(), "replicas": replicas.collect::<Vec<_>>(),
            "missing": [], "reasons": {}, "complete": true,
        });
        assert_eq!(delete(&three.client(1)), expected);
    }
    assert_eq!(three.client(2).get("/visits/count?scope=cluster").text(), "3\n");
    for asked in three.gates.iter().flat_map(Fake::asked).filter(|asked| asked.path() == "/pages") {
        let parameters =
            [("page", SPAM), ("scope", "replica")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!((asked.method(), asked.parameters()), (Method::DELETE, parameters.into()));
        assert_eq!((asked.header("authorization"), asked.header("accept")), (BEARER.1, "application/json"));
    }
    // The one that asks may ask itself, too.
    let asked = three.gates.iter().map(|gate| gate.asked().iter().filter(|asked| asked.path() == "/pages").count());
    assert_eq!(asked.collect::<Vec<_>>(), [2; 3]);
}

#[test]
fn who_did_not_delete_it_is_named_with_the_reason() {
    let honest = start(replica("b").variable("export_token", TOKEN));
    put(honest.volume(), &[("2026-11-23T14:30:00Z", SPAM)]);
    let lying = |name: &'static str, member: &'static str, lie: Value| {
        Fake::lying(&honest, move |_, answer| {
            answer["replica"] = json!(name);
            answer[member] = lie.clone();
        })
    };
    // Slower than an answer may be.
    let slow = Fake::start(|_, stream| {
        thread::sleep(Duration::from_millis(300));
        let answer = response("200 OK", json!({ "replica": "slow", "page": SPAM, "deleted": 4 }).to_string());
        _ = std::io::Write::write_all(stream, &answer);
    });
    let stranger = start(replica("stranger").variable("export_token", "another"));
    let (gone, nonsense) = (nobody(), "it answered something else than a replica does");
    let missing = [
        (lying("c", "deleted", json!(-1)), nonsense),
        (lying("d", "deleted", json!((1_i64 << 53) + 1)), nonsense),
        (lying("e", "page", json!("/")), "it answered for something else than it was asked for"),
        (lying("f", "replica", json!("b")), "it is called b, as another replica is"),
        (Fake::json("{}"), nonsense),
        (Fake::resetting(), "it is unreachable"),
    ];
    let missing = missing.iter().map(|(fake, reason)| (fake.url(), *reason));
    let missing: Vec<_> = missing
        .chain([(stranger.url().to_owned(), "it answered with status 401"), (gone, "it refused the connection")])
        .collect();
    let peers: Vec<_> =
        [honest.url().to_owned(), slow.url()].into_iter().chain(missing.iter().map(|(url, _)| url.clone())).collect();
    let server = asker(&peers).variable("peer_timeout_ms", "50").variable("export_token", TOKEN).start();
    let answer = delete(&server.client());
    let replicas: Vec<_> =
        array(&answer["replicas"]).iter().map(|one| (text(&one["replica"]), &one["deleted"])).collect();
    assert_eq!((replicas[0], replicas[2]), (("a", &json!(0)), ("slow", &json!(4))), "{answer}");
    // Those who lie about it asked for it as well.
    assert_eq!(
        (answer["deleted"].as_i64(), &answer["complete"]),
        (Some(4 + replicas[1].1.as_i64().expect("a number")), &json!(false))
    );
    let mut urls: Vec<_> = missing.iter().map(|(url, _)| authority(url)).collect();
    // It said its name when it was asked who it is.
    urls[6] = "stranger";
    assert_eq!(names(&answer["missing"]), urls, "{answer}");
    let reasons: Vec<_> = urls.iter().map(|name| text(&answer["reasons"][*name])).collect();
    assert_eq!(reasons, missing.iter().map(|(_, reason)| *reason).collect::<Vec<_>>());
    assert_eq!(honest.client().count(""), 0);
    assert!(!server.log().contains("yzzy"), "{}", server.log());
}

#[test]
fn a_replica_that_could_not_delete_it_says_that_it_can_be_repeated() {
    let volume = Volume::new();
    // A directory where the file should be.
    std::fs::create_dir_all(volume.database()).expect("a directory");
    let server = Setup::on(&volume).variable("export_token", TOKEN).start();
    let answer = server.client().request(&Method::DELETE, "/pages?page=/", &[BEARER]);
    assert!(answer.problem(503)["detail"].as_str().is_some_and(|detail| detail.contains("try again")));
    assert_eq!(answer.header("retry-after"), "5");
}
