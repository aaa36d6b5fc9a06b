//! `/count.gif`: a visit by a picture.

use http::Method;

use super::Site;
use super::picture::{assert_refused, assert_transparent_pixel};
use crate::client::Client;

/// The only pages that these tests visit, for a server never forgets one.
const PAGE: &str = "/footfall-test";
const PAGE_WITH_A_BLANK: &str = "/footfall-test/a b";

/// The page of a visit, in the log.
fn page(client: &Client, id: i64) -> String {
    let tail = client.json(&format!("/visits?tail=1&scope=replica&before={}", id + 1));
    assert_eq!(tail["visits"][0]["id"], id);
    tail["visits"][0]["page"].as_str().expect("a page").to_owned()
}

#[test]
fn a_visit_by_a_picture_is_answered_with_a_transparent_pixel() {
    let site = Site::find();
    let client = site.client();
    let answer = client.get("/count.gif");
    assert_eq!(answer.status, 200);
    assert_transparent_pixel(&answer.body);
    for (header, value) in [
        ("content-type", "image/gif"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
        ("vary", "Accept"),
    ] {
        assert_eq!(answer.header(header), value, "{header}");
    }
    assert_eq!(page(&client, answer.recorded().expect("a visit")), "/");
}

#[test]
fn a_picture_counts_for_the_page_that_it_names() {
    let site = Site::find();
    let client = site.client();
    for (query, expected) in [
        ("page=/footfall-test", PAGE),
        ("page=%2Ffootfall-test&_=1763886640", PAGE),
        ("cache=buster&page=/footfall-test&a&=&&b=c&b=d", PAGE),
        ("page=/footfall-test/a+b", PAGE_WITH_A_BLANK),
        ("page=/footfall-test/a%20b", PAGE_WITH_A_BLANK),
        ("", "/"),
        ("1763886640", "/"),
        ("Page=/footfall-test&tail=0&scope=none&PAGE=x", "/"),
    ] {
        let before = client.count("");
        let answer = client.get(&format!("/count.gif?{query}"));
        assert_eq!(answer.status, 200, "{query}");
        let recorded = page(&client, answer.recorded().expect("a visit"));
        assert!(recorded == expected || recorded == "(other)" && expected != "/", "{query}: {recorded}");
        assert!(client.count("") > before, "{query}");
    }
}

#[test]
fn what_a_cache_buster_is_made_of_does_not_matter() {
    let site = Site::find();
    let many = "a&".repeat(3900);
    for query in ["%FF=1", "x=%FF", "x=%00", "%00", "x=%zz", "a=1&a=1", "=", "?", &many] {
        let answer = site.client().get(&format!("/count.gif?{query}"));
        assert_eq!(answer.status, 200, "{query:.40}");
        assert!(answer.recorded().is_some(), "{query:.40}");
    }
}

#[test]
fn a_picture_of_a_page_that_cannot_be_is_a_picture_and_no_visit() {
    let site = Site::find();
    let client = site.client();
    let long = format!("page=/{}", "x".repeat(512));
    let wide = format!("page=/{}", "%C3%A9".repeat(256));
    for query in [
        "page",
        "page=",
        "page=blog",
        "page=%20/",
        "page=(other)",
        "page=http://other.test/",
        "page=/%00",
        "page=/%0A",
        "page=/%7F",
        "page=/%C2%85",
        "page=/%EF%BF%BE",
        "page=/%FF",
        "page=/%ED%A0%80",
        "page=/&page=/",
        "page=/&x=y&page=/footfall-test",
        &long,
        &wide,
    ] {
        let target = format!("/count.gif?{query}");
        assert_refused(&target, &client.get(&target), 400);
    }
    let longest = format!("/count.gif?page=/{}", "x".repeat(511));
    // HEAD, lest it be a page for ever.
    assert_eq!(client.request(&Method::HEAD, &longest, &[]).status, 200);
}

#[test]
fn other_errors_of_the_picture_are_pictures_as_well() {
    let site = Site::find();
    let client = site.client();
    for accept in ["text/html", "application/json", "image/png", "image/svg+xml", "image/gif;q=0", "*/*;q=0"] {
        let target = format!("/count.gif?{accept}");
        assert_refused(&target, &client.get_with("/count.gif", &[("accept", accept)]), 406);
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let answer = client.request(&method, "/count.gif", &[]);
        assert_refused("/count.gif", &answer, 405);
        assert_eq!(answer.header("allow"), "GET, HEAD");
    }
    let target = format!("/count.gif?{}", "x".repeat(8000));
    assert_refused(&target, &client.get(&target), 414);
}

#[test]
fn a_browser_takes_the_picture_for_an_image() {
    let site = Site::find();
    for accept in
        ["image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "image/*", "image/gif", "*/*", "IMAGE/GIF"]
    {
        let answer = site.client().get_with("/count.gif", &[("accept", accept)]);
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/gif"), "{accept}");
    }
}

#[test]
fn a_picture_that_nobody_looks_at_is_no_visit() {
    let site = Site::find();
    let client = site.client();
    for (header, value, reason) in [
        ("user-agent", "kube-probe/1.37", "agent"),
        ("sec-purpose", "prefetch;prerender", "prefetch"),
        ("purpose", "prefetch", "prefetch"),
        ("x-moz", "prefetch", "prefetch"),
    ] {
        let answer = client.get_with("/count.gif?page=/never/visited", &[(header, value)]);
        assert_eq!(answer.status, 200, "{header}");
        assert_eq!(answer.header("x-visit"), format!("ignored; reason={reason}"), "{header}");
        assert_eq!(answer.header("cache-control"), "no-store", "{header}");
        assert_transparent_pixel(&answer.body);
    }
    let head = client.request(&Method::HEAD, "/count.gif?page=/never/visited", &[]);
    assert_eq!((head.status, head.header("x-visit")), (200, "ignored; reason=head"));
    assert_eq!(head.header("content-type"), "image/gif");
    assert_eq!(head.header("content-length"), client.get("/count.gif").body.len().to_string());
    assert_eq!(client.count("page=/never/visited"), 0);
}
