//! Light and dark, and whether all can be read.

use serde_json::Value;

use crate::browser::{Tab, browse};
use crate::server::Setup;
use crate::site::{cluster, setup};

/// What WCAG 2.2 asks for: 1.4.3 of text, 1.4.11 of what is no text.
const OF_TEXT: f64 = 4.5;
const OF_BARS: f64 = 3.0;

/// Looks at a page as somebody sees it who prefers this; gives what is measured.
fn measure(tab: &Tab, url: &str, scheme: &str) -> Value {
    tab.prefer(scheme);
    tab.go(url);
    tab.run("document.querySelectorAll('details').forEach(one => one.open = true)", &Value::Null);
    tab.run(include_str!("contrast.js"), &Value::Null)
}

fn assert_readable(measured: &Value, scheme: &str) {
    for (what, least) in [("texts", OF_TEXT), ("bars", OF_BARS)] {
        for one in measured[what].as_array().expect("an array") {
            assert!(one["contrast"].as_f64().is_some_and(|contrast| contrast >= least), "{scheme}: {one}");
        }
    }
    let page = measured["page"].as_f64().expect("a luminance");
    assert!(if scheme == "dark" { page < 0.1 } else { page > 0.8 }, "{scheme}: {page}");
}

#[test]
fn all_text_can_be_read_in_light_and_in_dark() {
    let servers = cluster();
    let lonely = setup("footfall-0").variable("peers", "http://footfall-1.localhost:1").start();
    browse(|tab| {
        for scheme in ["light", "dark"] {
            let home = measure(tab, servers[0].url(), scheme);
            assert!(home["texts"].as_array().expect("texts").len() >= 6, "{home}");
            assert_readable(&home, scheme);
            for url in [servers[0].url(), lonely.url()] {
                let visits = measure(tab, &format!("{url}/visits"), scheme);
                assert!(visits["texts"].as_array().expect("texts").len() > 100, "{visits}");
                assert_readable(&visits, scheme);
            }
            let page = measure(tab, &format!("{}/visits?page=/blog/&scope=replica", servers[0].url()), scheme);
            assert_readable(&page, scheme);
        }
    });
}

#[test]
fn bars_are_seen_in_light_and_in_dark() {
    let servers = cluster();
    browse(|tab| {
        let colours = ["light", "dark"].map(|scheme| {
            let measured = measure(tab, &format!("{}/visits", servers[0].url()), scheme);
            let bars = measured["bars"].as_array().expect("bars");
            assert!(bars.len() > 40, "{} bars", bars.len());
            bars[0]["colour"].clone()
        });
        assert_ne!(colours[0], colours[1], "a colour of its own for each background");
    });
}

#[test]
fn a_link_is_more_than_a_colour_or_stands_apart() {
    let server = Setup::new().start();
    browse(|tab| {
        tab.go(server.url());
        let links = tab.get(
            "[...document.querySelectorAll('p a')].map(a => getComputedStyle(a).textDecorationLine.includes('underline'))",
        );
        assert_eq!(links, serde_json::json!([true]));
    });
}

#[test]
fn the_measure_tells_what_cannot_be_read() {
    let server = Setup::new().start();
    browse(|tab| {
        tab.go(server.url());
        tab.run("document.querySelector('h1').style.color = '#999'", &Value::Null);
        let measured = tab.run(include_str!("contrast.js"), &Value::Null);
        let worst = measured["texts"].as_array().expect("texts").iter();
        let worst = worst
            .min_by(|one, other| one["contrast"].as_f64().partial_cmp(&other["contrast"].as_f64()).expect("numbers"));
        assert!(worst.is_some_and(|worst| worst["contrast"].as_f64() < Some(3.0)), "{measured}");
    });
}
