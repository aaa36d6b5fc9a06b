//! Every page: readable, accessible, and without complaints, on a desk and on a phone, in light and in dark.

use serde_json::json;

use crate::browser::Tab;
use crate::site::{cluster, encode, filled, make_coarse, now, setup};

/// Checks a page on all screens and in both schemes, and that it says this. Pictures of it are in target/screenshots.
fn assert_page(tab: &Tab, name: &str, url: &str, says: &[&str]) {
    for (width, scheme) in [(1280, "light"), (1280, "dark"), (800, "light"), (360, "dark"), (320, "light")] {
        let name = format!("{name}-{width}-{scheme}");
        tab.emulate(width, scheme);
        tab.go(url);
        tab.save_screenshot(&name);
        tab.emulate(width, scheme);
        let text = tab.text();
        for words in says {
            assert!(text.contains(words), "{name} does not say {words}: {text}");
        }
        tab.eval("document.querySelectorAll('details').forEach(one => one.open = true)");
        assert_eq!(tab.eval(include_str!("layout.js")), json!({}), "{name}");
        assert_eq!(tab.complaints(), Vec::<String>::new(), "{name}");
        if width != 800 {
            assert_eq!(tab.violations(), Vec::<String>::new(), "{name}");
            assert_eq!(tab.eval(include_str!("contrast.js")), json!([]), "{name}");
        }
    }
}

#[test]
fn the_pages_of_a_cluster() {
    let (servers, tab) = (cluster(20), Tab::open());
    let url = servers[0].url();
    assert_page(&tab, "home", url, &["footfall-0"]);
    let all = ["All replicas", "footfall-1", "/blog/group-commit", "/أخبار"];
    assert_page(&tab, "dashboard", &format!("{url}/visits"), &all);
    assert_page(&tab, "page", &format!("{url}/visits?page=/blog/&tz=Asia/Kathmandu"), &["/blog", "Asia/Kathmandu"]);
    let list = ["visits to 8 pages", "/blog/group-commit", "/أخبار", "12 months", "From", "to"];
    assert_page(&tab, "list", &format!("{url}/pages?since=90d"), &list);
    let part = ["Previous pages", "Next pages", "with “B” in the name", "Visits since"];
    assert_page(&tab, "part", &format!("{url}/pages?search=B&since=7d&sort=name&limit=1&offset=1"), &part);
    make_coarse(&servers[0]);
    let coarse =
        ["footfall-0 alone", "visits are counted by the day or longer", "footfall-0 has each visit since 2026-10-2"];
    assert_page(&tab, "replica", &format!("{url}/visits?scope=replica&tail=100"), &coarse);
}

#[test]
fn the_pages_of_a_replica_without_visits() {
    let (server, tab) = (setup("footfall-0").start(), Tab::open());
    assert_page(
        &tab,
        "empty",
        &format!("{}/visits", server.url()),
        &["No visits yet", "that is the first one", "curl http://127.0.0.1:", "No page was visited in this time."],
    );
    assert!(!tab.text().contains("replicas"), "there are no others: {}", tab.text());
    assert_page(&tab, "empty-list", &format!("{}/pages", server.url()), &["0 visits to 0 pages."]);
    assert_page(&tab, "no-such-page", &format!("{}/visits?page=/no", server.url()), &["The log has no such visits."]);
}

#[test]
fn the_pages_of_a_cluster_that_misses_a_peer_and_has_long_names() {
    let (replica, peer) = ("r".repeat(253), "p".repeat(253));
    let pages = [
        format!("/{}", "x".repeat(511)),
        format!("/{}", "ص".repeat(255)),
        format!("/{}", "漢字".repeat(85)),
        format!("/{}", "w-".repeat(255)),
    ];
    let visits: Vec<_> = pages.iter().map(|page| (now() - 1, page.as_str())).collect();
    let other = filled(setup(&peer), visits.clone());
    let dead = format!("{}.{}.localhost", "d".repeat(63), "e".repeat(63));
    let peers = format!("{},http://{dead}:1", other.url());
    let server = filled(setup(&replica).variable("peers", &peers), visits);
    let tab = Tab::open();
    // The reason depends on how soon a resolver says that there is no such name.
    let missing = format!("{} is missing: it", "d".repeat(63));
    let says = [&replica, &peer, &pages[0], &pages[1], missing.as_str()];
    assert_page(&tab, "missing", &format!("{}/visits", server.url()), &says);
    assert_page(&tab, "long-home", server.url(), &[&replica]);
    assert_page(
        &tab,
        "long-list",
        &format!("{}/pages?search={}", server.url(), "w-".repeat(64)),
        &[&pages[3], "is missing"],
    );
    assert_page(
        &tab,
        "long",
        &format!("{}/visits?scope=replica&page={}", server.url(), encode(&pages[0])),
        &[&pages[0]],
    );
}

#[test]
fn the_dashboard_of_a_cluster_of_which_one_has_ended_and_one_is_silent() {
    let ([first, second, third], tab) = (cluster(1), Tab::open());
    assert_eq!(third.client().get("/drain").text(), "drained\n");
    // Of two answers with one number the later one holds.
    first.set_clock("2026-11-23T14:37:22.5Z");
    // Whoever is not known by that name yet is asked, too.
    assert_eq!(first.client().json("/replica/ask?replica=footfall-2")["answered"], true);
    drop((second.kill(), third.kill()));
    let says = [
        "footfall-1 is missing: ",
        "visits at 2026-11-23 14:37+00:00, which are in the total, and not in the range.",
        "footfall-2 ended by 2026-11-23 14:37+00:00 with",
        "no answer, as of 2026-11-23",
    ];
    assert_page(&tab, "states", &format!("{}/visits", first.url()), &says);
}

#[test]
fn a_check_of_a_page_sees_what_is_wrong() {
    let (server, tab) = (setup("footfall-0").start(), Tab::open());
    tab.emulate(360, "light");
    tab.go(&format!("{}/visits", server.url()));
    tab.eval(
        "const [h1, p, bar, text] = ['h1', 'p', 'rect.bar', 'svg text'].map(one => document.querySelector(one));
        h1.style.color = '#999';
        p.style.cssText = 'width: 1000px; font-size: 5px';
        bar.setAttribute('height', 50), bar.style.fill = '#eee', text.style.fill = '#eee'",
    );
    assert!(tab.violations()[0].contains("contrast"), "{:?}", tab.violations());
    let layout = tab.eval(include_str!("layout.js"));
    assert!(layout["wide"].is_array() && layout["small"].is_array(), "{layout}");
    assert_eq!(tab.eval(include_str!("contrast.js")).as_array().map(Vec::len), Some(2));
}

#[test]
fn a_private_dashboard_opens_with_the_token_as_a_password() {
    let (server, tab) = (setup("footfall-0").variable("read_token", "read-me").start(), Tab::open());
    let visits = format!("{}/visits", server.url());
    tab.go(&visits.replace("http://", "http://anybody:read-me@"));
    assert!(tab.text().starts_with("Visits"), "{}", tab.text());
    // The browser sends it again by itself.
    tab.go(&format!("{visits}?tail=3"));
    assert!(tab.text().starts_with("Visits"), "{}", tab.text());
}
