//! The script, in the pages of a site and in an app of a single page, both on another origin.

use chromiumoxide::cdp::browser_protocol::page::{AddScriptToEvaluateOnNewDocumentParams, BringToFrontParams};

use crate::elsewhere::{Site, Visitor, script};

/// A page and an app.
const KINDS: [&str; 2] = ["/page", "/app"];

#[test]
fn a_view_is_counted_once_and_so_is_the_next() {
    let mut visitor = Visitor::new("");
    for path in KINDS.into_iter().chain(KINDS) {
        visitor.goes(path);
        visitor.counted(path);
    }
    assert_eq!(visitor.browser.complaints(), Vec::<String>::new());
}

#[test]
fn what_is_prerendered_and_never_shown_is_not_counted() {
    for path in KINDS {
        let mut visitor = Visitor::expecting(path);
        visitor.counted(&format!("/lead?{path}"));
        visitor.site.lead("/elsewhere");
        visitor.counted("/elsewhere");
        let metrics = visitor.server.client().get("/metrics");
        assert!(metrics.text().contains("{reason=\"prefetch\"} 0\n"), "asked for a visit: {}", metrics.text());
    }
}

#[test]
fn what_is_prerendered_is_counted_when_it_is_shown() {
    for path in KINDS {
        let mut visitor = Visitor::expecting(path);
        visitor.counted(&format!("/lead?{path}"));
        visitor.site.lead(path);
        visitor.site.wait_until("activated", path);
        visitor.counted(path);
    }
}

#[test]
fn back_and_forward_are_counted_where_the_browser_kept_the_page() {
    let mut visitor = Visitor::new("");
    visitor.goes("/page");
    visitor.counted("/page");
    visitor.follows("/app");
    visitor.counted("/app");
    for (path, command) in [("/page", "history.back()"), ("/app", "history.forward()")] {
        visitor.does(command);
        visitor.site.wait_until("restored", path);
        visitor.counted(path);
    }
}

#[test]
fn five_navigations_of_an_app_by_history_are_five_visits() {
    let mut visitor = Visitor::new("");
    visitor.goes("/app");
    visitor.counted("/app");
    visitor.follows("/app/1");
    visitor.counted("/app/1");
    visitor.does("history.pushState({}, '', '/app/1?tab=2')");
    visitor.counted("/app/1?tab=2");
    visitor.does("history.replaceState({}, '', '/app/3')");
    visitor.counted("/app/3");
    visitor.does("history.back()");
    visitor.counted("/app/1");
    visitor.does("history.forward()");
    visitor.counted("/app/3");
}

#[test]
fn what_leads_nowhere_else_is_not_counted_again() {
    let mut visitor = Visitor::new("");
    visitor.goes("/app?utm_source=x");
    visitor.counted("/app");
    visitor.does("history.replaceState({}, '', '/app')");
    visitor.does("history.pushState({}, '', '/app')");
    visitor.does("history.pushState({}, '', '#part')");
    visitor.does("(location.hash = 'other')");
    visitor.browser.eval("new Promise(done => { onpopstate = () => done(0); history.back() })");
    visitor.follows("/app/1");
    visitor.counted("/app/1");
}

#[test]
fn a_hidden_tab_is_counted_when_it_is_looked_at_and_only_then() {
    let mut visitor = Visitor::new("");
    visitor.goes("/");
    visitor.counted("/");
    // Another tab comes to the front. Its browser says that it is a bot, so that it is not counted.
    visitor.does("window.open('/front')");
    visitor.site.wait_until("shown", "/front");
    for path in KINDS {
        visitor.goes(path);
        visitor.site.wait_until("hidden", path);
    }
    visitor.does("history.pushState({}, '', '/app/1')");
    visitor.browser.execute(BringToFrontParams::default());
    visitor.counted("/app/1");
    visitor.does("window.open('/again')");
    visitor.site.wait_until("shown", "/again");
    visitor.browser.execute(BringToFrontParams::default());
    visitor.follows("/app/2");
    visitor.counted("/app/2");
}

#[test]
fn two_of_it_count_once() {
    let mut visitor = Visitor::new("").at(|server| Site::start(&script(server.url(), "").repeat(2)));
    for path in KINDS {
        visitor.goes(path);
        visitor.counted(path);
    }
    visitor.follows("/app/1");
    visitor.counted("/app/1");
    visitor.does("history.back()");
    visitor.counted("/app");
}

#[test]
fn a_page_is_its_path_and_query_unless_it_has_a_name() {
    let mut visitor = Visitor::new("");
    for (path, page) in [
        ("/%D8%A3/a%20b%2Bc?q=%C3%A4&r=+&utm_source=x#part", "/أ/a b+c?q=ä&r=+"),
        ("/100%25/?a=1&b=2", "/100%?a=1&b=2"),
        ("/caf%E9", "/caf%E9"),
    ] {
        visitor.goes(path);
        visitor.counted(page);
    }
    let mut visitor = Visitor::new(r#"data-page="/blog/100% &amp; more""#);
    visitor.goes("/page");
    visitor.counted("/blog/100% & more");
}

#[test]
fn global_privacy_control_is_heeded_where_the_site_says_so() {
    let mut visitor = Visitor::new("data-gpc");
    visitor.goes("/before");
    visitor.counted("/before");
    let other = Site::counting(&visitor.server, "");
    // As a browser that has it says it; Chromium has none.
    visitor.browser.execute(AddScriptToEvaluateOnNewDocumentParams::new(
        "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })",
    ));
    visitor.goes("/app");
    visitor.site.wait_until("shown", "/app");
    visitor.follows("/app/1");
    visitor.browser.go(&other.url("/after"));
    visitor.counted("/after");
}

#[test]
fn the_picture_counts_where_a_policy_refuses_the_request() {
    let mut visitor = Visitor::new("").at(|server| {
        let policy = format!("script-src 'self' {0}; connect-src 'self'; img-src {0}", server.url());
        let head = format!(r#"<meta http-equiv="Content-Security-Policy" content="default-src 'none'; {policy}">"#);
        Site::start(&(head + &script(server.url(), "")))
    });
    visitor.goes("/page?a=1&b=2");
    visitor.counted("/page?a=1&b=2");
    let complaints = visitor.browser.complaints();
    assert!(complaints.iter().any(|complaint| complaint.contains("connect-src")), "{complaints:?}");
}
