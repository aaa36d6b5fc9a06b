//! `retain_visits`: how much the log keeps, and what is counted once it is gone.

use crate::server::{Server, Setup};
use crate::volume::{Volume, insert};

/// 2026-03-29T01:00:00Z, which begins a slot.
const BORDER: i64 = 1_774_746_000_000_000;
const MINUTE: i64 = 60_000_000;

fn retaining(number: &str) -> Server {
    Setup::new().variable("retain_visits", number).start()
}

fn log(volume: &Volume) -> Vec<i64> {
    let database = volume.open();
    let mut statement = database.prepare("SELECT id FROM visits ORDER BY id").expect("a statement");
    let ids = statement.query_map([], |row| row.get(0)).expect("rows");
    ids.collect::<Result<_, _>>().expect("ids")
}

fn sum(volume: &Volume, table: &str) -> i64 {
    volume.open().query_row(&format!("SELECT sum(visits) FROM {table}"), [], |row| row.get(0)).expect("a sum")
}

#[test]
fn the_log_keeps_exactly_the_last_visits() {
    for keep in [1, 2, 5] {
        let server = retaining(&keep.to_string());
        let client = server.client();
        for number in 1..=12 {
            assert_eq!(client.visit(), number);
            let first = (number - keep).max(0) + 1;
            assert_eq!(super::ids(&client.json("/visits")), (first..=number).collect::<Vec<_>>(), "{keep}");
            assert_eq!(client.count(""), number, "{keep}");
            let ignored = client.get_with("/", &[("purpose", "prefetch")]);
            assert!(ignored.text().ends_with(&format!("\n{number} visits on local\n")), "{}", ignored.text());
        }
        assert_eq!(log(server.volume()).len(), usize::try_from(keep).expect("a number"));
        for table in ["pages", "slots", "tallies"] {
            assert_eq!(sum(server.volume(), table), 12, "{table}");
        }
    }
}

#[test]
fn many_at_once_leave_exactly_the_last_visits() {
    let server = retaining("7");
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let client = server.client();
                for _ in 0..20 {
                    client.visit();
                }
            });
        }
    });
    assert_eq!(log(server.volume()), (314..=320).collect::<Vec<_>>());
    for query in ["", "page=/", "since=1h"] {
        assert_eq!(server.client().count(query), 320, "{query}");
    }
    assert!(server.client().json("/")["visits"] == 321);
}

#[test]
fn nothing_is_dropped_when_all_is_kept() {
    let server = retaining("0");
    let client = server.client();
    client.get("/readyz");
    insert(&mut server.volume().open(), (0..3000).map(|number| (BORDER + number, "/")));
    assert_eq!(client.visit(), 3001);
    assert_eq!(server.volume().audit(), 3001);
}

#[test]
fn a_large_log_is_a_little_too_long_at_times() {
    let server = retaining("1000");
    let client = server.client();
    client.get("/readyz");
    insert(&mut server.volume().open(), (0..1500).map(|number| (BORDER + number, "/")));
    for number in 1501..1600 {
        assert_eq!(client.visit(), number);
        if number > 1510 {
            let kept = log(server.volume());
            assert!((1000..=1010).contains(&kept.len()), "{}", kept.len());
            assert_eq!(kept.last(), Some(&number));
        }
    }
    assert_eq!(client.count(""), 1599);
}

#[test]
fn a_log_that_is_much_too_long_becomes_shorter_in_steps() {
    let server = retaining("10");
    let client = server.client();
    client.get("/readyz");
    insert(&mut server.volume().open(), (0..3500).map(|number| (BORDER + number, "/")));
    let mut kept = 3500;
    for number in 3501..3510 {
        client.visit();
        let now = log(server.volume()).len();
        // One came, and up to a thousand went.
        assert!(
            ((kept + 1usize).saturating_sub(1000)..kept).contains(&now) || (kept, now) == (10, 10),
            "{kept} and then {now}"
        );
        assert_eq!(client.count(""), number);
        kept = now;
    }
    assert_eq!(log(server.volume()), (3500..=3509).collect::<Vec<_>>());
}

#[test]
fn a_restart_with_less_to_keep_loses_no_number() {
    let server = Server::start();
    let client = server.client();
    for _ in 0..10 {
        client.visit();
    }
    let volume = server.kill();
    let server = Setup::on(&volume).variable("retain_visits", "1").start();
    assert_eq!(server.client().count(""), 10);
    assert_eq!(server.client().visit(), 11);
    assert_eq!(super::ids(&server.client().json("/visits")), [11]);
    let volume = server.kill();
    assert_eq!(Setup::on(&volume).start().client().visit(), 12);
}

/// Six visits, two in each of three slots that begin at 01:00, 01:15 and 01:30, and the last two kept by the log; on
/// `/` and on `/b` in turn.
fn pruned(kept: &str) -> Server {
    let server = Setup::new().variable("retain_visits", kept).at("2026-03-29T01:40:00Z").start();
    server.client().get("/readyz");
    let minutes = [1, 11, 16, 26, 31];
    let visits = minutes.iter().zip(["/", "/b"].iter().cycle()).map(|(minute, page)| (BORDER + minute * MINUTE, *page));
    insert(&mut server.volume().open(), visits);
    assert_eq!(server.client().visit(), 6);
    server
}

#[test]
fn a_slot_that_is_pruned_counts_if_it_begins_in_the_range() {
    let server = pruned("2");
    let client = server.client();
    assert_eq!(super::ids(&client.json("/visits")), [5, 6]);
    for (query, all, root) in [
        ("", 6, 4),
        // On the borders of slots, nothing is lost.
        ("since=2026-03-29T01:00:00Z", 6, 4),
        ("since=2026-03-29T01:15:00Z", 4, 3),
        ("until=2026-03-29T01:15:00Z", 2, 1),
        ("since=2026-03-29T01:15:00Z&until=2026-03-29T01:30:00Z", 2, 1),
        ("since=2026-03-29T01:30:00Z", 2, 2),
        ("until=2026-03-29T01:30:00Z", 4, 2),
        // Within slots that are pruned, all or nothing.
        ("since=2026-03-29T01:00:00.000001Z", 4, 3),
        ("since=2026-03-29T01:10:00Z", 4, 3),
        ("until=2026-03-29T01:00:00.000001Z", 2, 1),
        ("until=2026-03-29T01:20:00Z", 4, 2),
        ("since=2026-03-29T01:10:00Z&until=2026-03-29T01:20:00Z", 2, 1),
        ("since=2026-03-29T01:17:00Z&until=2026-03-29T01:27:00Z", 0, 0),
        ("since=2026-03-29T01:15:00Z&until=2026-03-29T01:15:00.000001Z", 2, 1),
        // Where the log is there, to the microsecond.
        ("since=2026-03-29T01:31:00Z", 2, 2),
        ("since=2026-03-29T01:31:00.000001Z", 1, 1),
        ("until=2026-03-29T01:31:00Z", 4, 2),
        ("until=2026-03-29T01:31:00.000001Z", 5, 3),
        ("since=2026-03-29T01:20:00Z&until=2026-03-29T01:40:00Z", 1, 1),
        ("since=2026-03-29T01:40:00Z&until=2026-03-29T01:40:00.000001Z", 1, 1),
        ("since=2026-03-29T01:40:00.000001Z", 0, 0),
    ] {
        assert_eq!(client.count(query), all, "{query}");
        assert_eq!(client.count(&format!("{query}&page=/")), root, "{query} of /");
        assert_eq!(client.count(&format!("{query}&page=/b")), all - root, "{query} of /b");
    }
}

#[test]
fn the_log_is_counted_exactly_where_only_the_beginning_of_its_slot_is_pruned() {
    // The log begins in the middle of a slot: with its visit of 01:26, or of 01:40.
    for (kept, oldest, before) in [("3", "01:26:00", 3), ("1", "01:40:00", 5)] {
        let server = pruned(kept);
        let client = server.client();
        assert_eq!(client.count(&format!("until=2026-03-29T{oldest}Z")), before, "{kept} kept");
        assert_eq!(client.count(&format!("since=2026-03-29T{oldest}Z")), 6 - before, "{kept} kept");
        assert_eq!(client.count("since=2026-03-29T01:40:00Z"), 1, "{kept} kept");
        assert_eq!(client.count("since=2026-03-29T01:40:00.000001Z"), 0, "{kept} kept");
        assert_eq!(client.count("until=2026-03-29T01:40:00Z"), 5, "{kept} kept");
        let slots = client.count("since=2026-03-29T01:15:00Z&until=2026-03-29T01:30:00Z");
        assert_eq!(slots, 2, "{kept} kept");
    }
}
