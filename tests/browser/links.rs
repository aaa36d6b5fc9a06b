//! Where the links of the pages lead.

use std::collections::BTreeSet;

use footfall_tests::eventually;
use serde_json::json;

use crate::browser::Tab;
use crate::client::Client;
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
        let links = tab.eval("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))");
        for link in links.as_array().expect("links") {
            let link = link.as_str().expect("a link");
            assert!(!link.starts_with('/') && !link.contains(':'), "{target}: {link}");
            let answer = servers[0].client().get_with(&format!("/{link}"), &[("accept", "text/html, */*;q=0.1")]);
            assert_eq!(answer.status, 200, "{target}: {link}");
            seen.insert(link.to_owned());
        }
    }
    assert!(seen.contains("visits") && seen.contains("visits?tz=Europe/Moscow&tail=3"), "{seen:?}");
    assert!(seen.contains("pages") && seen.iter().any(|link| link.ends_with("&offset=4")), "{seen:?}");
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
    assert_eq!(tab.eval("location.href"), format!("{stats}visits?page=/blog/x"));
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

#[test]
fn a_form_finds_pages_and_keeps_the_range_and_the_order() {
    let server = filled(setup("footfall-0"), [(now() - 1, "/blog/a b"), (now() - 1, "/impressum")]);
    let (proxy, tab) = (below("/stats", &server), Tab::open());
    tab.go(&format!("{}/stats/visits", proxy.url()));
    let link = "[...document.links].find(link => link.innerText === 'All pages').href";
    tab.go(tab.eval(link).as_str().expect("a link"));
    tab.go(&format!("{}?sort=name&since=7d&offset=1", tab.eval("location.href").as_str().expect("a URL")));
    assert!(!tab.text().contains("/blog/a b") && tab.text().contains("/impressum"), "{}", tab.text());
    tab.eval(
        "document.querySelector('input[name=search]').value = 'A b', document.querySelector('form button').click()",
    );
    let has_searched = || proxy.asked().pop().filter(|asked| asked.target.ends_with("&search=A+b"));
    let asked = eventually("a search", has_searched).target;
    assert!(
        asked.starts_with("/stats/pages?since=") && asked.contains("&sort=name&") && !asked.contains("offset"),
        "{asked}"
    );
    // While a form is sent, the tab cannot be asked.
    tab.go(&format!("{}{asked}", proxy.url()));
    assert!(tab.text().contains("1 visit to 1 page with “A b” in the name"), "{}", tab.text());
    assert!(tab.text().contains("/blog/a b") && !tab.text().contains("/impressum"), "{}", tab.text());
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
