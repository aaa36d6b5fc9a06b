//! The variables of the app.

use crate::any_server::picture::assert_refused;
use crate::server::Setup;

#[test]
fn a_bad_variable_is_named_everywhere_but_where_life_is_asked_for() {
    let long = "x".repeat(254);
    for (variable, value) in [
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("timezone", "europe/moscow"),
        ("timezone", "UTC+3"),
        ("replica", ""),
        ("replica", "  "),
        ("replica", &long),
        ("replica", "a\u{7}b"),
        ("replica", "a\u{fffe}b"),
        ("replica", "\u{ffff}"),
        ("synchronous", "off"),
        ("synchronous", ""),
        ("synchronous", "NORMAL"),
        ("retain_visits", "-1"),
        ("retain_visits", ""),
        ("retain_visits", "1e6"),
        ("retain_visits", "9223372036854775808"),
        ("max_pages", "-1"),
        ("max_pages", "many"),
        ("max_pages", "1.5"),
        ("peers", "footfall-1:5000"),
        ("peers", "footfall-1"),
        ("peers", "https://footfall-1:5000"),
        ("peers", "ftp://footfall-1"),
        ("peers", "http://"),
        ("peers", "http://:5000"),
        ("peers", "http://a/b"),
        ("peers", "http://a?b=c"),
        ("peers", "http://user:secret@a"),
        ("peers", "http://a b"),
        ("peers", "http://a:99999"),
        ("peers", "http://a:port"),
        ("peers", "http://a; http://b"),
        ("peers", "http://a, b"),
        ("peer_timeout_ms", "0"),
        ("peer_timeout_ms", "60001"),
        ("peer_timeout_ms", ""),
        ("peer_timeout_ms", "-1"),
        ("peer_timeout_ms", "0.5"),
        ("peer_timeout_ms", "1e3"),
        ("peer_timeout_ms", "500ms"),
        ("peer_timeout_ms", "18446744073709551616"),
        ("export_token", "two words"),
        ("export_token", "schl\u{fc}ssel"),
        ("export_token", "a\u{7f}b"),
        ("export_token", "a\tb"),
    ] {
        let server = Setup::new().variable(variable, value).start();
        let client = server.client();
        for target in ["/count.gif", "/badge.svg"] {
            assert_refused(&format!("{target} with {variable}={value}"), &client.get(target), 500);
        }
        for target in [
            "/",
            "/visits",
            "/visits/count",
            "/visits/histogram",
            "/visits/summary",
            "/visits/export.csv",
            "/metrics",
            "/readyz",
            "/version",
        ] {
            let problem = client.get(target).problem(500);
            let detail = problem["detail"].as_str().unwrap_or_default();
            assert!(detail.contains(&format!("`{variable}`")), "{variable}={value}: {detail}");
            assert!(problem.get("parameter").is_none(), "{problem}");
        }
        assert_eq!(client.get("/healthz").text(), "ok\n", "{variable}={value}");
        client.get("/nothing").problem(404);
        server.wait_for_log(&format!("footfall: The variable `{variable}` must be "));
        let database = server.volume().database();
        assert!(!database.exists(), "there is a database, though {variable}={value}");
        // What it is, is a secret though it be none that can be used.
        assert!(variable != "export_token" || !server.log().contains(value), "{}", server.log());
    }
}

#[test]
fn a_variable_may_have_its_largest_and_smallest_values() {
    let long = "x".repeat(253);
    for (variable, value) in [
        ("replica", long.as_str()),
        ("retain_visits", "9223372036854775807"),
        ("retain_visits", " 5 "),
        ("max_pages", "0"),
        ("max_pages", "9223372036854775807"),
        ("synchronous", " full "),
        ("timezone", "Etc/GMT+12"),
        ("ignore_agents", ""),
        ("peers", " , "),
        ("peers", " http://127.0.0.1:1 ,, http://[::1]:81/, "),
        ("peers", "http://footfall-1.footfall-headless.default.svc.cluster.local:5000"),
        ("peer_timeout_ms", "1"),
        ("peer_timeout_ms", " 60000 "),
        ("export_token", "!~"),
        ("export_token", " "),
        ("export_token", &"x".repeat(4000)),
    ] {
        let server = Setup::new().variable(variable, value).start();
        assert_eq!(server.client().visit(), 1, "{variable}={value}");
        assert_eq!(server.client().visit(), 2, "{variable}={value}");
        assert_eq!(server.client().count(""), 2, "{variable}={value}");
        assert_eq!(server.client().get("/readyz").status, 200, "{variable}={value}");
    }
}

#[test]
fn a_name_of_markup_is_text_everywhere() {
    let name = "<script>alert(1)</script>&\"'\\ \u{e9}\u{1f463}";
    let server = Setup::new().variable("replica", name).start();
    let client = server.client();
    let page = client.get_with("/", &[("accept", "text/html")]);
    assert!(!page.text().contains("<script"), "{}", page.text());
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;";
    assert!(page.text().contains(escaped), "{}", page.text());
    assert!(page.text().contains("\u{e9}\u{1f463}"), "{}", page.text());
    assert_eq!(page.header("content-length"), page.body.len().to_string());
    assert_eq!(client.json("/")["replica"], name);
    assert_eq!(client.json("/visits")["replica"], name);
    assert_eq!(client.json("/visits/count")["replica"], name);
    assert!(client.get("/").text().ends_with(&format!("\nvisit 3 on {name}\n")));
}

#[test]
fn the_list_of_ignored_agents_can_be_ones_own() {
    let server = Setup::new().variable("ignore_agents", "my-checker/, ,Other Checker").start();
    let client = server.client();
    for agent in ["my-checker/1.0", "my-checker/", "Other Checker", "Other Checkers"] {
        let answer = client.get_with("/", &[("user-agent", agent)]);
        assert_eq!(answer.header("x-visit"), "ignored; reason=agent", "{agent}");
    }
    let visitors = ["kube-probe/1.37", "My-Checker/1.0", "a my-checker/", "", "Other"];
    for (agent, id) in visitors.into_iter().zip(1..) {
        assert_eq!(client.get_with("/", &[("user-agent", agent)]).recorded(), Some(id), "{agent}");
    }
    let both = [("user-agent", "my-checker/1.0"), ("purpose", "prefetch")];
    assert!(client.get_with("/", &both).header("x-visit").starts_with("ignored; reason="));
}

#[test]
fn an_empty_list_ignores_no_agent() {
    let server = Setup::new().variable("ignore_agents", "").start();
    assert_eq!(server.client().get_with("/", &[("user-agent", "kube-probe/1.37")]).recorded(), Some(1));
    let prefetch = server.client().get_with("/", &[("purpose", "prefetch")]);
    assert_eq!(prefetch.header("x-visit"), "ignored; reason=prefetch");
}

#[test]
fn a_token_of_blanks_is_none() {
    let server = Setup::new().variable("export_token", " ").start();
    for header in [&[][..], &[("authorization", "Bearer ")], &[("authorization", "Bearer")]] {
        server.client().get_with("/visits/export.csv", header).problem(404);
    }
}
