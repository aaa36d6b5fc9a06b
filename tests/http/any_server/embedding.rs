//! What pages of other sites use: the script, `/visit` that it calls, and the picture.

use http::Method;

use super::Site;

#[test]
fn a_script_of_any_site_records_a_visit() {
    let site = Site::find();
    let before = site.count("page=/footfall-test/script");
    for (target, headers) in [
        ("/visit?page=/footfall-test/script", &[("origin", "https://elsewhere.test")][..]),
        ("/visit?page=/footfall-test/script/&v=1&v=2", &[("accept", "image/png"), ("content-type", "text/plain")]),
        ("/visit", &[("referer", "https://elsewhere.test/footfall-test/script/index.html?utm_source=x#y")]),
    ] {
        let answer = site.request(&Method::POST, target, headers);
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{target}");
        assert!(answer.recorded().is_some() && !answer.headers.contains_key("content-length"), "{target}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{target}");
        assert_eq!(answer.header("access-control-expose-headers"), "X-Visit", "{target}");
        assert_eq!(answer.header("cache-control"), "no-store", "{target}");
    }
    assert_eq!(site.count("page=/footfall-test/script"), before + 3);
}

#[test]
fn a_browser_may_ask_first_and_no_credentials_are_allowed() {
    let site = Site::find();
    let headers = [
        ("origin", "https://elsewhere.test"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let answer = site.request(&Method::OPTIONS, "/visit?page=/footfall-test/preflight", &headers);
    assert_eq!((answer.status, answer.header("x-visit")), (204, ""));
    for (name, value) in [("origin", "*"), ("methods", "POST"), ("headers", "*")] {
        assert_eq!(answer.header(&format!("access-control-allow-{name}")), value);
    }
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    assert_eq!(site.count("page=/footfall-test/preflight"), 0);
}

#[test]
fn a_body_is_ignored_and_a_long_one_refused() {
    let site = Site::find();
    let target = "/visit?page=/footfall-test/body";
    let before = site.count("page=/footfall-test/body");
    for length in [1, 1024] {
        let answer = site.post(target, &[], vec![b'x'; length]);
        assert!(answer.status == 204 && answer.recorded().is_some(), "{length}: {answer:?}");
    }
    for (headers, length) in [(&[][..], 1025), (&[("transfer-encoding", "chunked")], 5000)] {
        let answer = site.post(target, headers, vec![b'x'; length]);
        answer.problem(413);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "a script may read why");
    }
    assert_eq!(site.count("page=/footfall-test/body"), before + 2);
}

#[test]
fn visit_has_no_get_and_refuses_what_is_no_page() {
    let site = Site::find();
    for method in [Method::GET, Method::HEAD, Method::PUT] {
        let answer = site.request(&method, "/visit", &[]);
        assert_eq!((answer.status, answer.header("allow")), (405, "POST, OPTIONS"), "{method}");
    }
    for page in ["page=blog", "page=(other)", "page=/%00", "page=/&page=/"] {
        site.request(&Method::POST, &format!("/visit?{page}"), &[]).problem(400);
    }
}

#[test]
fn a_picture_without_a_page_counts_for_the_page_that_has_it() {
    let site = Site::find();
    let longest = format!("https://elsewhere.test/{}", "x".repeat(511));
    for (referer, page) in [
        ("https://elsewhere.test/footfall-test/referer/", "/footfall-test/referer"),
        ("http://elsewhere.test:8080/footfall-test/a%20b%2Bc?x=y", "/footfall-test/a b+c"),
        ("https://elsewhere.test/footfall-test/%E9t%E9", "/footfall-test/%E9t%E9"),
        // Browsers tell other origins no path by default.
        ("https://elsewhere.test/", "/"),
        ("https://elsewhere.test", "/"),
        ("about:client", "/"),
        ("footfall-test/relative", "/"),
        ("", "/"),
        (&longest, &longest["https://elsewhere.test".len()..]),
    ] {
        let id = site.get_with("/footfall.gif", &[("referer", referer)]).recorded().expect("a visit");
        let visit = &site.json(&format!("/visits?tail=1&scope=replica&before={}", id + 1))["visits"][0];
        assert!(visit["page"] == page || visit["page"] == "(other)" && page != "/", "{referer}: {visit}");
    }
    let too_long = format!("{longest}x");
    for target in ["/footfall.gif", "/visit"] {
        let method = if target == "/visit" { Method::POST } else { Method::GET };
        let answer = site.request(&method, target, &[("referer", &too_long)]);
        assert_eq!((answer.status, answer.header("x-visit")), (400, ""), "{target}");
    }
}

#[test]
fn the_script_and_the_pictures_may_be_embedded_anywhere() {
    let site = Site::find();
    for target in ["/footfall.js", "/footfall.gif", "/badge.svg", "/badge.svg?color=nonsense"] {
        assert_eq!(site.get(target).header("cross-origin-resource-policy"), "cross-origin", "{target}");
    }
    let script = site.get("/footfall.js");
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(script.header("cache-control"), "max-age=86400");
    assert!(script.body.len() < 1000, "{} bytes", script.body.len());
    for target in ["/", "/visits", "/version"] {
        assert!(!site.get(target).headers.contains_key("cross-origin-resource-policy"), "{target}");
    }
}

#[test]
fn crawlers_are_kept_off() {
    let robots = Site::find().get("/robots.txt");
    assert_eq!(
        (robots.text(), robots.header("content-type")),
        ("User-agent: *\nDisallow: /\n", "text/plain; charset=utf-8")
    );
}
