//! What was imported counts once, whoever has it.

use serde_json::{Value, json};

use super::fleet::Fleet;
use super::{NOW, array, cluster, names, text};
use crate::client::Client;
use crate::own_server::exports::{BEARER, TOKEN};
use crate::server::{Runtime, Server, Setup};
use crate::volume::Volume;

/// The answers that have a total, and whether it takes to know when the visits were.
const TOTALS: [(&str, bool); 7] = [
    ("/visits/count?scope=cluster", false),
    ("/visits/count?scope=cluster&page=/", false),
    ("/visits/summary?scope=cluster", true),
    ("/visits/count?scope=cluster&since=1d", true),
    ("/visits/histogram?scope=cluster&since=1d", true),
    ("/pages", true),
    ("/pages?since=1d", true),
];

fn fleet(replicas: &[&'static str]) -> Fleet {
    let mut fleet = Fleet::start(Runtime::of_the_tests(), &[]);
    fleet.variables.push(("export_token", TOKEN.to_owned()));
    for (place, name) in replicas.iter().enumerate() {
        fleet.run(place, name, &Volume::new());
        fleet.visit(name);
    }
    fleet.discover();
    fleet
}

fn backup(client: &Client) -> String {
    let answer = client.get_with("/backup", &[BEARER]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().to_owned()
}

/// Imports a backup, and tells what became of what is in it.
fn import(client: &Client, backup: &str) -> Vec<String> {
    let answer = client.post("/import", &[BEARER], backup);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let outcome = |import: &Value| format!("{} {}", text(&import["replica"]), text(&import["outcome"]));
    array(&answer.json()["imports"]).iter().map(outcome).collect()
}

/// Checks the total and who is missing, also where it takes to know when the visits were.
fn check(client: &Client, total: i64, missing: &[&str], missing_in_time: &[&str]) {
    for (target, is_in_time) in TOTALS {
        let answer = cluster(client, target);
        let missing = if is_in_time { missing_in_time } else { missing };
        assert_eq!(names(&answer["missing"]), missing, "{target}: {answer}");
        if missing.is_empty() || !is_in_time {
            assert_eq!(answer["total"], total, "{target}: {answer}");
        }
    }
}

/// The number, the state and the holders of a replica.
fn row(client: &Client, id: &Value) -> Value {
    let answer = cluster(client, TOTALS[0].0);
    let row = array(&answer["replicas"]).iter().find(|row| row["id"] == *id).expect("a replica");
    json!([row["visits"], row["state"], row["imported_by"]])
}

fn id(server: &Server) -> Value {
    server.client().json("/replica")["id"].take()
}

#[test]
fn a_lost_volume_is_restored_from_a_backup_and_from_what_others_remember() {
    let mut fleet = fleet(&["a", "b", "c"]);
    let (lost, early) = (id(fleet.server("b")), backup(&fleet.server("b").client()));
    fleet.visit("b");
    fleet.discover();
    let late = backup(&fleet.server("b").client());
    fleet.kill("b");
    fleet.run(1, "b", &Volume::new());
    fleet.visit("b");
    fleet.discover();
    let client = |fleet: &Fleet| fleet.server("a").client();
    check(&client(&fleet), 100, &["b"], &["b"]);
    // The 20 visits since the first backup are remembered, but nobody knows when they were.
    assert_eq!(import(&fleet.server("b").client(), &early), ["b imported"]);
    check(&client(&fleet), 100, &["b"], &["b"]);
    assert_eq!(row(&client(&fleet), &lost), json!([40, "unreachable", ["b"]]));
    fleet.variables.push(("retired", text(&lost).to_owned()));
    for (place, name) in ["a", "b", "c"].into_iter().enumerate() {
        fleet.restart(place, name);
    }
    fleet.discover();
    check(&client(&fleet), 100, &[], &["b"]);
    // All of them are in the second one.
    assert_eq!(import(&fleet.server("b").client(), &late), ["b replaced"]);
    for name in ["a", "b", "c"] {
        check(&fleet.server(name).client(), 100, &[], &[]);
        assert_eq!(row(&fleet.server(name).client(), &lost), json!([40, "retired", ["b"]]));
    }
    fleet.under_load(Fleet::discover);
}

#[test]
fn an_original_that_answers_counts_itself_and_the_answer_says_that_it_is_there_twice() {
    let mut fleet = fleet(&["a", "b", "c"]);
    let (b, early) = (id(fleet.server("b")), backup(&fleet.server("b").client()));
    fleet.visit("b");
    assert_eq!(import(&fleet.server("a").client(), &early), ["b imported"]);
    fleet.discover();
    for name in ["a", "b", "c"] {
        let client = fleet.server(name).client();
        check(&client, 80, &[], &[]);
        assert_eq!(row(&client, &b), json!([40, "answered", ["a"]]));
        let twice = "# b is there twice: what a imported of it is not counted\n";
        assert!(client.get("/visits/count?scope=cluster").text().ends_with(twice));
        // A replica alone has both.
        let own = client.json("/visits/count?scope=replica")["visits"].as_i64();
        assert_eq!(
            own,
            Some(match name {
                "a" | "b" => 40,
                _ => 20,
            })
        );
    }
    let volume = fleet.kill("b");
    check(&fleet.server("c").client(), 80, &["b"], &["b"]);
    fleet.run(1, "b", &volume);
    fleet.discover();
    check(&fleet.server("c").client(), 80, &[], &[]);
    // It ends in order: what a has imported is less than its final number.
    fleet.end(&["b"]);
    check(&fleet.server("c").client(), 80, &[], &["b"]);
    assert_eq!(row(&fleet.server("c").client(), &b), json!([40, "ended", ["a"]]));
}

#[test]
fn replicas_that_were_scaled_away_are_counted_by_whoever_has_the_latest_backup_of_them() {
    let mut fleet = fleet(&["a", "b", "c", "d"]);
    let d = id(fleet.server("d"));
    let early = backup(&fleet.server("d").client());
    fleet.under_load(|fleet| {
        assert_eq!(import(&fleet.server("a").client(), &early), ["d imported"]);
        let late = backup(&fleet.server("d").client());
        assert_eq!(import(&fleet.server("b").client(), &late), ["d imported"]);
        fleet.end(&["d"]);
        fleet.discover();
    });
    for name in ["a", "b", "c"] {
        let client = fleet.server(name).client();
        let answer = cluster(&client, TOTALS[0].0);
        assert_eq!(answer["complete"], true, "{answer}");
        let row = row(&client, &d);
        assert_eq!((&row[1], &row[2]), (&json!("ended"), &json!(["a", "b"])), "{answer}");
    }
    fleet.expect("a b c d:ended");
    // Also if its holders go.
    fleet.end(&["b"]);
    fleet.expect("a b:ended c d:ended");
    fleet.end(&["a"]);
    fleet.expect("a:ended b:ended c d:ended");
}

#[test]
fn a_cluster_moves_with_all_that_it_has_imported() {
    let old = Setup::new().at(NOW).variable("replica", "old-0").variable("export_token", TOKEN).start();
    let visits = |server: &Server, number| (0..number).for_each(|_| _ = server.client().visit());
    visits(&old, 7);
    let numbers = old.client().post("/import?name=counter", &[BEARER], "page,visits,at\n/,30,2026-11-23\n");
    assert_eq!(numbers.status, 200, "{}", numbers.text());
    let mut fleet = fleet(&["a", "b", "c"]);
    let first = backup(&old.client());
    assert_eq!(import(&fleet.server("a").client(), &first), ["old-0 imported", "counter imported"]);
    for name in ["a", "b", "c"] {
        check(&fleet.server(name).client(), 97, &[], &[]);
    }
    // What came meanwhile follows, from whichever of the two it is known first.
    visits(&old, 5);
    let second = backup(&old.client());
    assert_eq!(import(&fleet.server("b").client(), &second), ["old-0 imported", "counter imported"]);
    assert_eq!(import(&fleet.server("a").client(), &second), ["old-0 replaced", "counter unchanged"]);
    fleet.server("a").client().post("/import", &[BEARER], first).problem(409);
    fleet.discover();
    let check_all = |fleet: &Fleet, names: &[&str], missing: &[&str]| {
        for name in names {
            check(&fleet.server(name).client(), 102, missing, missing);
            assert_eq!(row(&fleet.server(name).client(), &id(&old))[0], 12, "{name}");
        }
    };
    check_all(&fleet, &["a", "b", "c"], &[]);
    // What a replica has imported is in its own backup.
    let again = Setup::new().variable("export_token", TOKEN).start();
    assert_eq!(
        import(&again.client(), &backup(&fleet.server("a").client())),
        ["a imported", "counter imported", "old-0 imported"]
    );
    assert_eq!(again.client().count(""), 62);
    // Another has it, too.
    fleet.end(&["a"]);
    check(&fleet.server("c").client(), 102, &[], &["a"]);
    let volume = fleet.kill("b");
    check(&fleet.server("c").client(), 102, &["b"], &["a", "b", "counter", "old-0"]);
    fleet.run(1, "b", &volume);
    fleet.discover();
    check(&fleet.server("c").client(), 102, &[], &["a"]);
}
