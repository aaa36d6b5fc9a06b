//! Backups, and importing them elsewhere.

use std::time::Instant;

use http::Method;
use serde_json::{Value, json};

use super::export_under_way::{INSTANCE, begin, finish};
use super::exports::{BEARER, TOKEN, ndjson};
use super::{AT, MINUTE, with_visits};
use crate::client::{Answer, Client};
use crate::server::{PATIENCE, Runtime, Server, Setup, eventually};
use crate::soak::few_pages;
use crate::soak::load::Load;
use crate::volume::{Volume, prune};

const NOW: &str = "2026-03-29T03:00:00Z";

/// The least that `max_storage` may be.
const MAX_STORAGE: i64 = 16 << 20;

fn setup() -> Setup {
    Setup::new().at(NOW).variable("export_token", TOKEN)
}

fn backup(client: &Client) -> Answer {
    let answer = client.get_with("/backup", &[BEARER]);
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"), "{}", answer.text());
    answer
}

/// Imports a backup, and tells what became of it.
fn import(server: &Server, backup: &Answer) -> String {
    let answer = server.client().post("/import", &[BEARER], backup.text());
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["imports"][0]["outcome"].as_str().expect("an outcome").to_owned()
}

/// What a replica tells of its visits, but for the log, and for the names and ids of replicas.
fn told(client: &Client) -> Vec<Value> {
    let range = "since=2026-03-28T00:00:00Z&until=2026-03-29T03:00:00Z";
    let mut targets =
        vec!["/visits/summary?tail=1".to_owned(), format!("/visits/histogram?{range}&bucket=day&tz=Asia/Tokyo")];
    for page in ["/", "/a", "/long-ago", "(other)"] {
        targets.push(format!("/visits/count?page={page}"));
        targets.push(format!("/visits/histogram?{range}&page={page}"));
    }
    let tell = |target: String| {
        let mut answer = client.json(&target);
        for member in ["replica", "id", "revision", "view", "imports", "latest", "before"] {
            answer.as_object_mut().expect("a report").remove(member);
        }
        answer
    };
    targets.into_iter().map(tell).collect()
}

#[test]
fn a_replica_that_imports_a_backup_tells_what_the_other_one_did() {
    let mut visits: Vec<_> = (0..1200).map(|visit| (AT - 500 * MINUTE + visit * MINUTE / 2, "/")).collect();
    visits.extend([(AT - 90_000 * MINUTE, "/long-ago"); 4]);
    visits.extend([(AT + 110 * MINUTE, "/a"), (AT + 111 * MINUTE, "/b"), (AT + 112 * MINUTE, "/a")]);
    for runtime in Runtime::ALL {
        let (new, old) = (setup().runtime(runtime).start(), setup().runtime(runtime).variable("replica", "old"));
        // Pages beyond the third are not told apart, and most of the log is gone.
        let old = with_visits(old.variable("max_pages", "3"), visits.iter().copied());
        prune(&old.volume().open(), 10);
        let backup = backup(&old.client());
        assert_eq!(backup.header("content-disposition"), "attachment; filename=\"backup-old.ndjson\"");
        assert_eq!(import(&new, &backup), "imported");
        let before = told(&old.client());
        for (one, other) in told(&new.client()).iter().zip(&before) {
            assert_eq!(one, other);
        }
        assert_eq!(import(&new, &backup), "unchanged");
        assert_eq!((told(&new.client()), new.client().visit()), (before, 1));
        // Its own visits are counted with them, and are its own log.
        assert_eq!(new.client().json("/")["visits"], 1209);
        assert_eq!((new.client().count(""), new.client().count("page=/")), (1209, 1202));
        assert!(new.client().get("/metrics").text().contains("\nfootfall_imported_visits 1207\n"));
        assert_eq!(new.volume().log().len(), 2);
        let metrics = new.client().get("/metrics").text().to_owned();
        assert!(metrics.contains("\nfootfall_visits_total 2\n"), "{metrics}");
    }
}

#[test]
fn a_backup_tells_in_its_first_line_what_it_is_of_and_has_the_log_latest_first() {
    let server =
        with_visits(setup().variable("replica", "b"), [(AT, "/"), (AT + MINUTE, "/a"), (AT + 2 * MINUTE, "/")]);
    let client = server.client();
    let answer = backup(&client);
    let lines = ndjson(answer.text());
    let id = client.json("/replica")["id"].take();
    let at = |minute: i64| format!("2026-03-29T01:{minute:02}:00.000000+00:00");
    let database = json!({
        "id": id, "replica": "b", "revision": client.json("/replica")["revision"], "visits": 3,
        "as_of": "2026-03-29T03:00:00.000000+00:00", "coarse_before": 0,
    });
    let slot = AT / (15 * MINUTE);
    let header = json!({
        "version": 1, "schema": 7, "tallies": 2, "log": 3, "last": { "id": 3, "at": at(2) }, "database": database,
    });
    let expected = [
        json!({ "backup": header }),
        json!({ "tallies": { "page": "/", "slots": [[slot, 2]] } }),
        json!({ "tallies": { "page": "/a", "slots": [[slot, 1]] } }),
        json!({ "visit": { "id": 3, "at": at(2), "page": "/" } }),
        json!({ "visit": { "id": 2, "at": at(1), "page": "/a" } }),
        json!({ "visit": { "id": 1, "at": at(0), "page": "/" } }),
    ];
    assert_eq!(lines[..6], expected);
    let end = &lines[6]["end"];
    assert_eq!((lines.len(), &end["lines"], &end["visits"]), (7, &json!(6), &json!(3)));
    let head = client.request(&Method::HEAD, "/backup", &[BEARER]);
    assert_eq!((head.status, head.body.len(), head.header("cache-control")), (200, 0, "no-store"));
    client.get_with("/backup?x=y", &[BEARER]).problem(400);
    client.get("/backup").problem(401);
    client.get_with("/backup", &[("authorization", "Bearer nonsense")]).problem(401);
    Server::start().client().get_with("/backup", &[BEARER]).problem(404);
    assert_eq!(client.count(""), 3, "a backup is no visit");
}

#[test]
fn a_later_backup_replaces_an_earlier_one_and_an_earlier_one_is_refused() {
    let (old, new) = (setup().start(), setup().start());
    old.client().visit();
    let first = backup(&old.client());
    assert_eq!(import(&new, &first), "imported");
    old.client().get("/footfall.gif?page=/a");
    let second = backup(&old.client());
    assert_eq!((import(&new, &second), import(&new, &second)), ("replaced".to_owned(), "unchanged".to_owned()));
    let problem = new.client().post("/import", &[BEARER], first.text()).problem(409);
    assert!(problem["detail"].as_str().expect("a detail").starts_with("A later backup"), "{problem}");
    let problem = old.client().post("/import", &[BEARER], second.text()).problem(409);
    assert!(problem["detail"].as_str().expect("a detail").contains("this replica itself"), "{problem}");
    assert_eq!((new.client().count(""), new.client().count("page=/a"), old.client().count("")), (2, 1, 2));
    // A page that is deleted is deleted here, too.
    new.client().visit();
    let deleted = new.client().request(&Method::DELETE, "/pages?page=/", &[BEARER]).json();
    assert_eq!((&deleted["deleted"], new.client().count("")), (&json!(2), 1));
}

#[test]
fn backups_under_load_are_each_of_one_moment() {
    for runtime in Runtime::ALL {
        let (old, new) = (setup().runtime(runtime).start(), setup().start());
        old.client().visit();
        let load = Load::of(4000, &old, 16, few_pages);
        let (mut last, begun) = (0, Instant::now());
        while last < 3000 {
            assert!(begun.elapsed() < 3 * PATIENCE, "only {last} visits");
            let backup = backup(&old.client());
            let lines = ndjson(backup.text());
            let told = lines[0]["backup"]["database"]["visits"].as_i64().expect("a number");
            assert!(told >= last && lines[0]["backup"]["last"]["id"] == told, "{told} after {last}");
            last = told;
            import(&new, &backup);
            assert_eq!(new.client().count(""), told);
            let log = lines.iter().filter(|line| line["visit"].is_object()).count();
            assert_eq!(i64::try_from(log), Ok(told), "the log is not all there");
        }
        assert_eq!(load.finish().answered(), 4000);
    }
}

/// Fills a database with tallies until they take most of the storage, as those of many pages over years do.
fn fill(volume: &Volume) -> i64 {
    const FILL: &str = "
        INSERT INTO pages (id, page, visits, last_slot)
            SELECT value, '/page/' || value, 560, 559 FROM generate_series(1, 2000);
        INSERT INTO tallies SELECT page.value, slot.value, 1
            FROM generate_series(1, 2000) AS page, generate_series(0, 559) AS slot;
        INSERT INTO slots (slot, visits, first_id, last_id)
            SELECT value, 2000, 2000 * value + 1, 2000 * value + 2000 FROM generate_series(0, 559);
        UPDATE watermarks SET tallied = 1120000;
        INSERT INTO visits (id, at, page) VALUES (1120000, 559 * 900000000, '/page/1');";
    let series = |from: &str, to: &str| {
        format!(
            "(WITH RECURSIVE s (value) AS (SELECT {from} UNION ALL SELECT value + 1 FROM s WHERE value < {to}) SELECT value FROM s)"
        )
    };
    let sql = FILL
        .replace("generate_series(1, 2000)", &series("1", "2000"))
        .replace("generate_series(0, 559)", &series("0", "559"));
    let database = volume.open();
    database.execute_batch(&sql).expect("tallies");
    database.query_row("SELECT used FROM storage", [], |row| row.get(0)).expect("a number")
}

#[test]
fn a_backup_of_a_full_replica_fits_an_empty_one_of_the_same_size_and_no_second_one_does() {
    let setup = || setup().variable("max_storage", "16Mi").instance_memory(2 * INSTANCE);
    let [old, new, other] = [(); 3].map(|()| with_visits(setup(), []));
    let used = fill(old.volume());
    assert!((MAX_STORAGE / 8 * 6..MAX_STORAGE).contains(&used), "{used} bytes");
    fill(other.volume());
    let full = backup(&old.client());
    assert_eq!(import(&new, &full), "imported");
    assert_eq!((new.client().count(""), new.client().count("page=/page/77")), (1_120_000, 560));
    // A second one does not, and leaves nothing.
    let refused = new.client().post("/import", &[BEARER], backup(&other.client()).text());
    assert!(refused.problem(413)["detail"].as_str().expect("a detail").contains("`max_storage`"));
    assert_eq!((new.client().count(""), rows(&new)), (1_120_000, [1, 2001, 560, 1_120_000]));
}

/// How many rows there are of imports, pages, slots and tallies.
pub fn rows(server: &Server) -> [i64; 4] {
    let database = server.volume().open();
    ["imports", "pages", "slots", "tallies"].map(|table| {
        let count = format!("SELECT count(*) FROM {table}");
        database.query_row(&count, [], |row| row.get(0)).expect("a number")
    })
}

#[test]
fn a_backup_without_its_last_line_is_none() {
    let server = with_visits(setup(), []);
    fill(server.volume());
    for change in ["UPDATE watermarks SET epoch = epoch + 1", "UPDATE slots SET last_id = 1120001 WHERE slot = 3"] {
        let wire = begin(&server, "/backup");
        server.volume().open().execute_batch(change).expect("a change");
        let (text, is_complete) = finish(wire);
        assert!(!is_complete && !text.contains("\"end\""), "{change}");
        server.wait_for_log("footfall: a backup was cut off: the tallies have changed since it began");
        let answer = setup().start().client().post("/import", &[BEARER], text);
        answer.problem(400);
    }
    let is_told = || server.log().matches("a backup was cut off").count() == 2;
    eventually("both in the log", || is_told().then_some(()));
}
