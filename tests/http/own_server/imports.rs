//! Importing the numbers of another counter, and what is no upload.

use serde_json::json;

use super::backups::rows;
use super::exports::{BEARER, TOKEN};
use crate::client::Answer;
use crate::server::{Server, Setup, eventually};
use crate::wire::{Wire, authority};

fn start() -> Server {
    let server = Setup::new().at("2026-03-29T03:00:00Z").variable("export_token", TOKEN).start();
    server.client().visit();
    server
}

fn upload(server: &Server, target: &str, body: impl Into<Vec<u8>>) -> Answer {
    server.client().post(target, &[BEARER], body)
}

#[test]
fn the_numbers_of_another_counter_count_under_its_name_until_later_ones_replace_them() {
    let server = start();
    let client = server.client();
    let import = |csv: &str| {
        let answer = upload(&server, "/import?name=old%20counter", csv);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let import = answer.json()["imports"][0].take();
        assert_eq!(import["replica"], "old counter");
        (import["visits"].as_i64().expect("a number"), import["outcome"].as_str().expect("an outcome").to_owned())
    };
    assert_eq!(
        import("page,visits,at\n/,5,2026-03-28\n/a,7,2026-03-29T02:59:00+00:00\n/b,30\n"),
        (42, "imported".to_owned())
    );
    let counts = |queries: [&str; 5]| queries.map(|query| client.count(query));
    let queries = ["", "page=/", "page=/a", "page=/b", "since=7d"];
    assert_eq!(counts(queries), [43, 6, 7, 30, 13]);
    let days = client.json("/visits/histogram?bucket=day&since=2026-03-28T00:00:00Z")["buckets"].take();
    assert_eq!((&days[0]["visits"], &days[1]["visits"]), (&json!(5), &json!(8)));
    assert_eq!(client.json("/")["visits"], 44);
    // Whatever the clock says, what is uploaded later is later.
    assert_eq!(import("/a,1\n"), (1, "replaced".to_owned()));
    assert_eq!(counts(queries), [3, 2, 1, 0, 2]);
    // Another name is another counter; without numbers it is none any more.
    assert_eq!(upload(&server, "/import?name=other", "/a,1\n").status, 200);
    assert_eq!(client.count(""), 4);
    server.pass(-60);
    assert_eq!(import("page,visits\n"), (0, "replaced".to_owned()));
    assert_eq!(counts(queries), [3, 2, 1, 0, 2]);
    assert!(client.get("/visits/count").text().starts_with("3\n"));
}

#[test]
fn what_is_no_upload_is_a_sentence_and_changes_nothing() {
    let server = start();
    upload(&server, "/import?name=x", "/kept,9\n");
    let other = start();
    let backup = other.client().get_with("/backup", &[BEARER]).text().to_owned();
    let before = rows(&server);
    let long = format!("/{},1\n", "x".repeat(1 << 20));
    let with = |from: &str, to: &str| {
        assert!(backup.contains(from), "{from} is not in {backup}");
        backup.replacen(from, to, 1)
    };
    let bodies = [
        ("/import", String::new()),
        ("/import?name=y", String::new()),
        ("/import", "\n".to_owned()),
        ("/import", "{}\n".to_owned()),
        ("/import", "/a,1\n".to_owned()),
        ("/import", "{".repeat(60_000)),
        ("/import", long.clone()),
        ("/import?name=y", long),
        ("/import?name=y", "/a,1\n/b,-1\n".to_owned()),
        ("/import?name=y", "/a,1\n/b,9007199254740992\n".to_owned()),
        ("/import?name=y", "/a,1\n\"/b,1\n".to_owned()),
        ("/import", with("\"visits\":1", "\"visits\":2")),
        ("/import", with(",1]]", ",-1]]")),
        ("/import", with("\"lines\":", "\"lines\":1")),
        ("/import", backup.lines().next().expect("a line").to_owned()),
    ];
    for (target, body) in bodies {
        let problem = upload(&server, target, body.clone()).problem(400);
        let detail = problem["detail"].as_str().expect("a detail");
        let begin: String = body.chars().take(200).collect();
        assert!(detail.starts_with("Nothing was imported, because of line "), "{detail}: {begin}");
        assert_eq!((rows(&server), server.client().count("")), (before, 10), "{begin}");
    }
    for target in ["/import?name=", "/import?x=y", "/import?name=a&name=b"] {
        upload(&server, target, "/a,1\n").problem(400);
    }
    server.client().post("/import?name=y", &[], "/a,1\n").problem(401);
    server.client().get_with("/import", &[BEARER]).problem(405);
    Server::start().client().post("/import?name=y", &[BEARER], "/a,1\n").problem(404);
    assert_eq!((rows(&server), server.client().visit()), (before, 2));
    // It was refused for these changes, and not for itself.
    assert_eq!(upload(&server, "/import", backup).status, 200);
}

#[test]
fn an_upload_that_is_cut_off_or_announced_too_long_leaves_nothing() {
    let server = start();
    let before = rows(&server);
    let begin = |length: usize, body: &str| {
        let mut wire = Wire::connect(server.url());
        let (host, (name, value)) = (authority(server.url()), BEARER);
        wire.send(format!(
            "POST /import?name=x HTTP/1.1\r\nhost: {host}\r\n{name}: {value}\r\ncontent-length: {length}\r\n\r\n{body}"
        ));
        wire
    };
    let lines = (0..3000).map(|number| format!("/page/{number},1\n")).collect::<Vec<_>>().concat();
    let wire = begin(1 << 20, &lines);
    eventually("what is staged", || (rows(&server)[3] >= 2000).then_some(()));
    assert_eq!(server.client().count(""), 1);
    drop(wire);
    eventually("nothing staged", || (rows(&server) == before).then_some(()));
    let answer = begin(1 << 40, "").answer().expect("an answer");
    assert_eq!(answer.status, 413, "{}", answer.text());
    // One that never ends, and whose server does: the next maintenance but for ten minutes removes it.
    let _wire = begin(1 << 20, &lines);
    eventually("what is staged", || (rows(&server)[3] >= 2000).then_some(()));
    let volume = server.kill();
    let server = Setup::on(&volume).at("2026-03-29T03:11:00Z").variable("export_token", TOKEN).start();
    assert_eq!((server.client().count(""), upload(&server, "/import?name=y", "/a,1\n").status), (1, 200));
    assert_eq!((rows(&server), server.client().count("")), ([1, 2, 1, 1], 2));
}
