//! What a blocker with `EasyPrivacy` blocks, and what then still counts.

use crate::blocker::{Blocker, Seen};
use crate::elsewhere::{Site, Visitor, script};
use crate::site::below;

fn allowed(request: &str) -> Seen {
    (request.to_owned(), None)
}

fn blocked(request: &str, rule: &str) -> Seen {
    (request.to_owned(), Some(rule.to_owned()))
}

#[test]
fn easyprivacy_blocks_neither_the_script_nor_the_visit_nor_the_picture() {
    let visitor = Visitor::new("").at(|server| {
        let picture = format!(r#"<body><img src="{}/footfall.gif?page=/picture">"#, server.url());
        Site::start(&(script(server.url(), "") + &picture))
    });
    let blocker = Blocker::install(&visitor.browser, &visitor.site.url("/"));
    visitor.goes("/page");
    let url = visitor.server.url().to_owned();
    visitor.counted_in_any_order(&["/page", "/picture"]);
    let requests = ["GET /footfall.gif?page=/picture", "GET /footfall.js", "POST /visit?page=/page"];
    assert_eq!(blocker.seen(&url), requests.map(allowed));
}

#[test]
fn easyprivacy_blocks_other_ways_to_count() {
    let mut visitor = Visitor::new("");
    let blocker = Blocker::install(&visitor.browser, &visitor.site.url("/"));
    visitor.goes("/page");
    visitor.counted("/page");
    let url = visitor.server.url();
    visitor.does(&format!("navigator.sendBeacon('{url}/visit?page=/beacon')"));
    visitor.does(&format!("(new Image().src = '{url}/count.gif?page=/count')"));
    visitor.goes("/after");
    visitor.counted("/after");
    let seen = blocker.seen(visitor.server.url());
    let other: Vec<_> = seen.into_iter().filter(|(request, _)| !request.ends_with("footfall.js")).collect();
    let expected = [
        blocked("GET /count.gif?page=/count", "/count.gif?"),
        allowed("POST /visit?page=/after"),
        blocked("POST /visit?page=/beacon", "$ping,third-party"),
        allowed("POST /visit?page=/page"),
    ];
    assert_eq!(other, expected);
}

#[test]
fn the_picture_counts_where_easyprivacy_blocks_the_visit() {
    let mut visitor = Visitor::new("");
    let proxy = below("/analytics", &visitor.server);
    visitor = visitor.at(|_| Site::start(&script(&format!("{}/analytics", proxy.url()), "")));
    let blocker = Blocker::install(&visitor.browser, &visitor.site.url("/"));
    for path in ["/page?a=1", "/app"] {
        visitor.goes(path);
        visitor.counted(path);
    }
    let expected = [
        allowed("GET /analytics/footfall.gif?page=/app"),
        allowed("GET /analytics/footfall.gif?page=/page?a=1"),
        allowed("GET /analytics/footfall.js"),
        blocked("POST /analytics/visit?page=/app", "/analytics/visit?"),
        blocked("POST /analytics/visit?page=/page?a=1", "/analytics/visit?"),
    ];
    let mut seen = blocker.seen(&proxy.url());
    // It may be kept.
    seen.dedup();
    assert_eq!(seen, expected);
}
