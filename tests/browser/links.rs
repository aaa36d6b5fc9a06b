//! Where the links of the pages lead.

use std::collections::BTreeSet;

use footfall_tests::eventually;
use serde_json::json;

use crate::browser::Tab;
use crate::client::Client;
use crate::fake::Fake;
use crate::site::{below, cluster, filled, now, setup};

#[test]
fn a_page_leads_to_its_own_visits() {
    let (servers, tab) = (cluster(1), Tab::open());
    for page in ["/blog", "/about us", "/أخبار"] {
        tab.go(&format!("{}/visits", servers[0].url()));
        let link =
            format!("[...document.querySelectorAll('a')].find(a => a.innerText.trim() === {}).href", json!(page));
        tab.go(tab.eval(&link).as_str().expect("a link"));
        assert_eq!(tab.eval("document.title"), format!("Visits to {page} – Footfall"));
        assert_eq!(tab.eval("new URLSearchParams(location.search).get('page')"), page);
    }
}

#[test]
fn every_link_leads_somewhere_and_those_of_a_page_back_to_all() {
    let (servers, tab) = (cluster(1), Tab::open());
    let mut seen = BTreeSet::new();
    for target in [
        "/",
        "/visits",
        "/visits?page=/about%20us&tail=3&tz=Europe/Moscow",
        "/visits?scope=replica&before=30",
        "/pages?tz=Europe/Moscow&limit=2&offset=2&search=/",
    ] {
        tab.go(&format!("{}{target}", servers[0].url()));
        let links =
            tab.eval("[...document.querySelectorAll('a:not([href=\"#buckets\"])')].map(a => a.getAttribute('href'))");
        for link in links.as_array().expect("links") {
            let link = link.as_str().expect("a link");
            assert!(!link.starts_with('/') && !link.contains(':'), "{target}: {link}");
            let answer = servers[0].client().get_with(&format!("/{link}"), &[("accept", "text/html, */*;q=0.1")]);
            assert_eq!(answer.status, 200, "{target}: {link}");
            seen.insert(link.to_owned());
        }
    }
    assert!(seen.contains("visits") && seen.contains("visits?range=30d&tz=Europe/Moscow&tail=3"), "{seen:?}");
    assert!(seen.contains("pages?range=30d") && seen.iter().any(|link| link.ends_with("&offset=4")), "{seen:?}");
}

#[test]
fn a_proxy_may_take_a_prefix_from_the_path() {
    let server = filled(setup("footfall-0"), [(now() - 1, "/blog/x")]);
    let (proxy, tab) = (below("/stats", &server), Tab::open());
    let stats = format!("{}/stats/", proxy.url());
    tab.go(&stats);
    let click = |text: &str| {
        let link = format!("[...document.links].find(link => link.innerText === {}).href", json!(text));
        tab.go(tab.eval(&link).as_str().expect("a link"));
    };
    click("All visits");
    click("/blog/x");
    assert_eq!(tab.eval("location.href"), format!("{stats}visits?range=30d&page=/blog/x"));
    for link in tab.eval("[...document.links].map(link => link.href)").as_array().expect("links") {
        let link = link.as_str().expect("a link");
        let path = link.strip_prefix(&proxy.url()).expect("a link to this server");
        assert_eq!(Client::new(&proxy.url()).get(path).status, 200, "{link}");
    }
    let snippets = tab.eval("document.querySelector('.snippets').textContent").to_string();
    assert!(snippets.contains(&format!("{stats}footfall.js")), "{snippets}");
    tab.go(&format!("{stats}visits/?page=/blog/x"));
    assert_eq!(tab.eval("location.href"), format!("{stats}visits?page=/blog/x"));
}

/// Sends a form after this was done to it, and shows the answer: its address without that of the proxy. While a form is
/// sent, the tab cannot be asked.
fn send(tab: &Tab, proxy: &Fake, form: &str, fill: &str) -> String {
    let before = proxy.asked().len();
    tab.eval(&format!(
        "(form => {{ {fill}; form.querySelector('button').click() }})(document.querySelector('{form}'))"
    ));
    let asked = eventually("a request", || proxy.asked().get(before).map(|asked| asked.target.clone()));
    tab.go(&format!("{}{asked}", proxy.url()));
    asked
}

#[test]
fn a_search_finds_pages_and_keeps_the_range_and_the_order() {
    let server = filled(setup("footfall-0"), [(now() - 1, "/blog/a b"), (now() - 1, "/impressum")]);
    let (proxy, tab) = (below("/stats", &server), Tab::open());
    tab.go(&format!("{}/stats/visits?range=7d&tz=Asia/Kathmandu", proxy.url()));
    let search = "form[role=search]";
    let asked = send(&tab, &proxy, search, "form.elements.search.value = 'A b'");
    assert_eq!(asked, "/stats/pages?range=7d&tz=Asia%2FKathmandu&search=A+b");
    assert!(tab.text().contains("1 visit to 1 page with “A b” in the name"), "{}", tab.text());
    assert!(tab.text().contains("/blog/a b") && !tab.text().contains("/impressum"), "{}", tab.text());
    tab.go(&format!("{}/stats/pages?sort=name&since=2026-11-20&offset=1", proxy.url()));
    assert!(!tab.text().contains("/blog/a b") && tab.text().contains("/impressum"), "{}", tab.text());
    let asked = send(&tab, &proxy, search, "form.elements.search.value = '/'");
    assert_eq!(asked, "/stats/pages?sort=name&since=2026-11-20&search=%2F");
}

#[test]
fn two_dates_are_a_range_of_whole_days_that_can_be_kept() {
    let (hour, day) = (3_600_000_000, 24 * 3_600_000_000);
    let visits =
        [(now() - 3 * day, "/early"), (now() - 2 * day, "/a"), (now() - day + 9 * hour, "/b"), (now() - hour, "/late")];
    let server = filled(setup("footfall-0"), visits);
    let (proxy, tab) = (below("/stats", &server), Tab::open());
    for target in ["visits?page=/a&tail=3", "pages?search=/"] {
        tab.go(&format!("{}/stats/{target}", proxy.url()));
        let fill = "form.elements.since.value = '2026-11-21'; form.elements.until.value = '2026-11-22'";
        let asked = send(&tab, &proxy, ".ranges form", fill);
        assert!(asked.starts_with("/stats/") && asked.ends_with("&since=2026-11-21&until=2026-11-22"), "{asked}");
    }
    assert!(tab.text().contains("2 visits to 2 pages"), "{}", tab.text());
    tab.go(&format!("{}/stats/visits?since=2026-11-21&until=2026-11-22", proxy.url()));
    let numbers = "[...document.querySelectorAll('#numbers div')].map(one => one.innerText.split('\\n').slice(0, 2))";
    let expected = json!([["2026-11-21 to 2026-11-22", "2"], ["Today", "1"], ["All time", "4"]]);
    assert_eq!(tab.eval(numbers), expected);
    assert!(tab.text().contains("100% more than in the period before (1)"), "{}", tab.text());
    let latest = tab.eval("document.querySelector('#latest').innerText").to_string();
    assert!(latest.contains("/a") && latest.contains("/b") && !latest.contains("/late"), "{latest}");
    let dates = "[...document.querySelectorAll('input[type=date]')].map(input => input.value)";
    assert_eq!(tab.eval(dates), json!(["2026-11-21", "2026-11-22"]));
}

/// Every number that the dashboard links, and where that leads: the number of visits there.
#[test]
fn each_number_leads_to_what_it_is_made_of() {
    let (servers, tab) = (cluster(1), Tab::open());
    let url = servers[0].url();
    let click = |selector: &str| {
        let number = tab.eval(&format!("document.querySelector('{selector}').textContent"));
        tab.go(tab.eval(&format!("document.querySelector('{selector}').href")).as_str().expect("a link"));
        number.as_str().expect("a number").to_owned()
    };
    let first = || tab.eval("document.querySelector('#numbers dd').innerText").as_str().expect("a number").to_owned();
    let dashboard = || tab.go(&format!("{url}/visits?range=7d"));
    for part in [
        "#numbers div:nth-of-type(2) a",
        "#numbers div:nth-of-type(3) a",
        "#numbers .change a",
        "#buckets tr:nth-of-type(2) a",
        "#pages td a",
    ] {
        dashboard();
        let number = click(part);
        assert_eq!(first(), number, "{part}");
    }
    dashboard();
    let number = click("#numbers a");
    assert!(tab.text().contains(&format!("{number} visits to 8 pages")), "{number}: {}", tab.text());
    for (column, member) in [("2", "visits"), ("3", "in_range")] {
        dashboard();
        let number = click(&format!("#replicas tr:nth-child(1) td:nth-child({column}) a"));
        assert!(tab.text().contains("footfall-0 alone") && first() == number, "{column}");
        dashboard();
        let number = click(&format!("#replicas tr:nth-child(2) td:nth-child({column}) a")).replace(',', "");
        let counted = tab.eval(&format!("JSON.parse(document.body.innerText).replicas[1].{member}"));
        assert_eq!(counted.to_string(), number, "{member}");
    }
    // An hour is made of minutes.
    tab.go(&format!("{url}/visits?range=today"));
    let number = click("#buckets tr:nth-of-type(12) a");
    assert_eq!(first(), number);
    assert!(tab.text().contains("by the minute"), "{}", tab.text());
}

#[test]
fn earlier_visits_are_reached_to_the_first() {
    let pages: Vec<_> = (0..25).map(|number| format!("/{number:02}")).collect();
    let visits = (0..).zip(&pages).map(|(number, page)| (now() - 60_000_000 + number, page.as_str()));
    let server = filled(setup("footfall-0"), visits);
    let (tab, mut seen) = (Tab::open(), Vec::new());
    let mut next = format!("{}/visits?tail=10&tz=Asia/Kathmandu", server.url());
    while !next.is_empty() {
        tab.go(&next);
        assert!(tab.text().contains("Asia/Kathmandu"), "{}", tab.text());
        let shown = tab.eval("[...document.querySelectorAll('.latest td:nth-child(2)')].map(cell => cell.innerText)");
        let shown = shown.as_array().expect("visits").iter().map(|page| page.as_str().expect("a page").to_owned());
        seen.extend(shown);
        assert!(seen.len() <= pages.len(), "{seen:?}");
        next =
            tab.eval("document.querySelector('a[href*=\"before=\"]')?.href ?? ''").as_str().expect("a link").to_owned();
    }
    seen.reverse();
    assert_eq!(seen, pages);
}
