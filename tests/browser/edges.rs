//! Nothing to show, too much to show, and peers that are not there.

use rusqlite::Connection;

use crate::browser::browse;
use crate::server::Server;
use crate::site::{database, filled, month, now, setup};

#[test]
fn an_empty_log_says_so() {
    let server = setup("footfall-0").start();
    browse(|tab| {
        tab.go(&format!("{}/visits", server.url()));
        let text = tab.text();
        assert!(text.contains("footfall-0") && text.contains('0'), "{text}");
        assert!(says_none(&text) && !text.contains(" such "), "{text}");
        for nonsense in ["NaN", "null", "undefined", "None", "Some(", "inf"] {
            assert!(!text.contains(nonsense), "{nonsense}: {text}");
        }
        let bad = tab.get("[...document.querySelectorAll('svg *')].filter(one => [...one.attributes].some(a => /NaN|inf|-\\d/.test(a.value))).map(one => one.outerHTML)");
        assert_eq!(bad, serde_json::json!([]));
        assert_eq!(tab.complaints(), Vec::<String>::new());
    });
}

/// Whether there is a sentence that says that there are no visits.
fn says_none(text: &str) -> bool {
    let text = text.to_lowercase();
    text.lines().any(|line| line.ends_with('.') && line.contains("visit") && line.split(' ').any(|word| word == "no"))
}

#[test]
fn a_page_that_nobody_visited_says_so() {
    let server = filled(setup("footfall-0"), month(1, 2));
    browse(|tab| {
        tab.go(&format!("{}/visits?page=/nowhere", server.url()));
        assert!(says_none(&tab.text()), "{}", tab.text());
        assert!(tab.text().contains("/nowhere"), "{}", tab.text());
    });
}

fn million(database: &Connection) {
    let spread = "WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 999999)
        INSERT INTO visits (at, page) SELECT ?1 - (999999 - n) * 2500000, '/' FROM number";
    database.execute_batch("PRAGMA synchronous = OFF").expect("a setting");
    assert_eq!(database.execute(spread, [now()]).expect("visits"), 1_000_000);
}

#[test]
fn a_million_visits_are_shown_like_a_thousand() {
    let server: Server = setup("footfall-0").start();
    million(&database(&server));
    browse(|tab| {
        let start = std::time::Instant::now();
        tab.go(&format!("{}/visits", server.url()));
        let took = start.elapsed();
        let plain: String =
            tab.text().chars().filter(|character| !matches!(character, ',' | '\u{202f}' | '\u{a0}')).collect();
        assert!(plain.contains("1000000"), "{plain}");
        assert!(took.as_secs_f64() < 3.0, "{took:?}");
    });
}

#[test]
fn what_is_missing_is_said_plainly_with_its_reason() {
    let alive = filled(setup("footfall-1"), month(2, 1));
    let peers = format!("{},http://footfall-2.footfall-headless.localhost:1", alive.url());
    let server = filled(setup("footfall-0").variable("peers", &peers), month(1, 2));
    let summary = server.client().json("/visits/summary?scope=cluster");
    let reason = summary["reasons"]["footfall-2"].as_str().expect("a reason");
    browse(|tab| {
        tab.go(&format!("{}/visits", server.url()));
        let text = tab.text();
        assert!(text.contains("footfall-2") && text.contains("missing"), "{text}");
        assert!(text.contains(reason), "{reason}: {text}");
        assert!(text.contains("footfall-1"), "{text}");
        tab.go(&format!("{}/visits?scope=replica", server.url()));
        assert!(!tab.text().contains("missing"), "{}", tab.text());
    });
}

#[test]
fn a_replica_without_peers_speaks_of_no_cluster() {
    let server = filled(setup("footfall-0"), month(1, 2));
    browse(|tab| {
        tab.go(&format!("{}/visits", server.url()));
        assert!(!tab.text().to_lowercase().contains("cluster"), "{}", tab.text());
        assert!(!tab.text().contains("missing"), "{}", tab.text());
    });
}

#[test]
fn a_problem_is_readable_in_a_browser() {
    let server = setup("footfall-0").start();
    browse(|tab| {
        for target in ["/nothing", "/visits?tail=many", "/visits?page=%00", "/visits?tz=Mars/Olympus"] {
            tab.go(&format!("{}{target}", server.url()));
            let text = tab.get("document.documentElement.innerText");
            assert!(
                text.as_str().is_some_and(|text| text.contains("detail") || text.contains('.')),
                "{target}: {text}"
            );
        }
    });
}
