//! Where the links of the pages lead.

use serde_json::{Value, json};

use crate::browser::browse;
use crate::site::{cluster, filled, now, setup};

#[test]
fn a_page_leads_to_its_own_visits_and_back() {
    let servers = cluster();
    browse(|tab| {
        for (page, encoded) in [("/blog/", "/blog/"), ("/about us", ""), ("/أخبار", "")] {
            tab.go(&format!("{}/visits", servers[0].url()));
            let click = "[...document.querySelectorAll('a[href*=\"page=\"]')].find(a => a.innerText.trim() === arguments[0]).click()";
            tab.run(click, &json!(page));
            let query = tab.get("new URLSearchParams(location.search).get('page')");
            assert_eq!(query, page, "{encoded}");
            assert!(tab.text().contains(page) && tab.get("document.title") != "", "{}", tab.text());
            let back = tab.get("[...document.querySelectorAll('a[href]')].filter(a => a.pathname === '/visits' && !a.search.includes('page=')).length");
            assert!(back.as_u64() > Some(0), "no way back from {page}");
        }
    });
}

#[test]
fn earlier_visits_are_reached_to_the_first() {
    let pages: Vec<_> = (0..45).map(|number| format!("/{number:02}")).collect();
    let visits = (0..).zip(&pages).map(|(number, page)| (now() - 60_000_000 + number, page.as_str()));
    let server = filled(setup("footfall-0"), visits);
    browse(|tab| {
        tab.go(&format!("{}/visits?tail=10&tz=Asia/Kathmandu", server.url()));
        let mut seen = Vec::new();
        loop {
            let shown = tab.get(
                "[...[...document.querySelectorAll('table')].filter(table => table.innerText.includes('Page') && table.querySelector('tbody time')).at(-1).tBodies[0].rows]
                    .map(row => row.innerText.match(/\\/\\d\\d/)[0])",
            );
            let shown: Vec<_> = shown.as_array().expect("visits").clone();
            assert!(!shown.is_empty() && shown.len() <= 10, "{shown:?}");
            seen.extend(shown.iter().map(|page| page.as_str().expect("a page").to_owned()));
            assert!(tab.text().contains("Asia/Kathmandu"), "{}", tab.text());
            let earlier = tab.get("document.querySelector('a[href*=\"before=\"]')?.href ?? ''");
            match earlier.as_str() {
                None | Some("") => break,
                Some(earlier) => tab.go(earlier),
            }
            assert!(seen.len() <= 45, "{seen:?}");
        }
        seen.sort();
        assert_eq!(seen, pages);
    });
}

#[test]
fn every_link_leads_somewhere() {
    let servers = cluster();
    browse(|tab| {
        for target in
            ["", "/visits", "/visits?page=/about%20us&tail=3&tz=Europe/Moscow", "/visits?scope=replica&before=30"]
        {
            tab.go(&format!("{}{target}", servers[0].url()));
            let links =
                tab.run("return [...document.querySelectorAll('a')].map(a => a.getAttribute('href'))", &Value::Null);
            for link in links.as_array().expect("links") {
                let link = link.as_str().expect("a link");
                assert!(link.starts_with('/') && !link.starts_with("//"), "{target}: {link}");
                assert_eq!(
                    servers[0].client().get_with(link, &[("accept", "text/html, */*;q=0.1")]).status,
                    200,
                    "{link}"
                );
            }
        }
    });
}
