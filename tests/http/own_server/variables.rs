//! The variables of the app.

use crate::any_server::RESOURCES;
use crate::any_server::picture::assert_refused;
use crate::server::Setup;

#[test]
fn a_bad_variable_is_named_everywhere_but_where_life_is_asked_for() {
    let long = "x".repeat(254);
    for (variable, value) in [
        ("timezone", "Mars/Olympus"),
        ("replica", &long),
        ("synchronous", "off"),
        ("retain_visits", "-1"),
        ("max_pages", "many"),
        ("pixel_path", "footfall.gif"),
        ("pixel_path", "/visits/count"),
        ("peers", "footfall-1:5000"),
        ("peer_timeout_ms", "0"),
        ("replicas", "all"),
        ("retired", "footfall-1"),
        ("drain_seconds", "3601"),
        ("badge", "hidden"),
        ("export_token", "two words"),
        ("read_token", "two words"),
    ] {
        let server = Setup::new().variable(variable, value).start();
        let client = server.client();
        for target in RESOURCES.into_iter().chain(["/visits/export.csv"]) {
            let answer = client.get(target);
            match target {
                "/healthz" => assert_eq!(answer.text(), "ok\n"),
                "/footfall.gif" | "/badge.svg" => assert_refused(target, &answer, 500),
                _ => {
                    let problem = answer.problem(500);
                    let detail = problem["detail"].as_str().unwrap_or_default();
                    assert!(detail.contains(&format!("`{variable}`")), "{variable}={value}: {detail}");
                    assert!(problem.get("parameter").is_none(), "{problem}");
                }
            }
        }
        client.get("/nothing").problem(404);
        server.wait_for_log(&format!("footfall: The variable `{variable}` must be "));
        assert!(!server.volume().database().exists(), "there is a database, though {variable}={value}");
        // What it is, is a secret though it be none that can be used.
        assert!(!variable.ends_with("_token") || !server.log().contains(value), "{}", server.log());
    }
}

#[test]
fn the_picture_is_where_pixel_path_says_and_nowhere_else() {
    let server = Setup::new().variable("pixel_path", "/assets/line.gif").start();
    let client = server.client();
    assert_eq!(client.get("/assets/line.gif?page=/x").recorded(), Some(1));
    let paths = client.get("/footfall.gif").problem(404)["detail"].to_string();
    assert!(paths.contains("/assets/line.gif") && !paths.contains("/footfall.gif"), "{paths}");
    let script = client.get("/footfall.js");
    assert!(script.text().contains("'assets/line.gif'"), "{}", script.text());
    let dashboard = client.get_with("/visits", &[("accept", "text/html")]);
    assert!(dashboard.text().contains("/assets/line.gif?page=/") && !dashboard.text().contains("footfall.gif"));
}

#[test]
fn variables_may_have_their_largest_and_smallest_values() {
    let (long, longer) = ("x".repeat(253), "x".repeat(4000));
    for values in [
        [
            ("replica", long.as_str()),
            ("retain_visits", "9223372036854775807"),
            ("max_pages", "9223372036854775807"),
            ("timezone", "Etc/GMT+12"),
            ("peers", " http://127.0.0.1:1 ,, http://[::1]:81/, "),
            ("peer_timeout_ms", " 60000 "),
            ("export_token", &longer),
            ("synchronous", " full "),
        ],
        [
            ("replica", "x"),
            ("retain_visits", " 1 "),
            ("max_pages", "0"),
            ("timezone", "Etc/GMT-14"),
            ("peers", " , "),
            ("peer_timeout_ms", "1"),
            ("export_token", "!"),
            ("synchronous", "normal"),
        ],
    ] {
        let server = values.into_iter().fold(Setup::new(), |setup, (name, value)| setup.variable(name, value)).start();
        let client = server.client();
        assert_eq!((client.visit(), client.visit(), client.count("")), (1, 2, 2), "{values:?}");
        assert_eq!((client.get("/readyz").status, client.json("/")["replica"].as_str()), (200, Some(values[0].1)));
        // With `full`, each visit is on the disk before it is answered.
        let durable: i64 =
            server.volume().open().query_row("SELECT durable FROM watermarks", [], |row| row.get(0)).expect("a row");
        assert_eq!(durable, if values[7].1 == "normal" { 0 } else { 3 });
        assert_eq!(server.volume().audit(), 3, "{values:?}");
    }
}

#[test]
fn what_is_ignored_is_one_a_line_and_is_added_to_the_health_checkers() {
    let server = Setup::new().variable("ignore_agents", "my-checker/\n \n Other, or so\n").start();
    let visit = |agent: &str| server.client().get_with("/", &[("user-agent", agent)]);
    for agent in ["my-checker/1.0", "Mozilla/5.0 (compatible; My-Checker/1.0)", "Another, or so", "kube-probe/1.37"] {
        assert_eq!(visit(agent).header("x-visit"), "ignored; reason=agent", "{agent}");
    }
    for (agent, id) in ["my-checker", "Other", "or so", ""].iter().zip(1..) {
        assert_eq!(visit(agent).recorded(), Some(id), "{agent}");
    }
}
