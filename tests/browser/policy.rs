//! Nothing is refused, nothing is complained about, and markup is text.

use serde_json::{Value, json};

use crate::browser::{Tab, browse};
use crate::server::Setup;
use crate::site::{cluster, encode, filled, now, setup};

const MARKUP: &str = "/<script>alert(1)</script>";
const BREAKOUT: &str = r#"/"><img src=x onerror=alert(1)>'</title></svg><b>&amp;"#;

#[test]
fn nothing_is_refused_and_nothing_is_complained_about() {
    let servers = cluster();
    browse(|tab| {
        for scheme in ["light", "dark"] {
            tab.prefer(scheme);
            for target in [
                "",
                "/visits",
                "/visits?page=/blog/",
                "/visits?scope=replica&tail=1000&tz=Asia/Kathmandu",
                "/badge.svg",
            ] {
                tab.go(&format!("{}{target}", servers[0].url()));
                assert_eq!(tab.complaints(), Vec::<String>::new(), "{target}");
            }
        }
    });
}

#[test]
fn the_style_applies() {
    let servers = cluster();
    browse(|tab| {
        for target in ["", "/visits"] {
            tab.go(&format!("{}{target}", servers[0].url()));
            let style = tab.get(
                "[document.styleSheets.length > 0, getComputedStyle(document.body).marginTop, document.compatMode]",
            );
            assert_eq!(style, json!([true, "0px", "CSS1Compat"]), "{target}");
            // Attributes of style the policy would refuse.
            assert_eq!(tab.get("document.querySelectorAll('[style]').length"), 0);
        }
    });
}

#[test]
fn whatever_would_run_or_load_is_refused() {
    let server = Setup::new().start();
    browse(|tab| {
        for target in ["", "/visits"] {
            for (smuggle, what) in [
                (
                    "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)",
                    "script",
                ),
                ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')", "style"),
                ("document.body.insertAdjacentHTML('beforeend', '<img src=\"/count.gif\">')", "image"),
            ] {
                tab.go(&format!("{}{target}", server.url()));
                tab.run(smuggle, &Value::Null);
                let refused = crate::server::eventually("a refusal", || {
                    let complaints = tab.complaints();
                    (!complaints.is_empty()).then_some(complaints)
                });
                assert!(refused[0].contains("Content Security Policy"), "{what}: {refused:?}");
                assert_eq!(tab.get("window.ran"), Value::Null);
            }
        }
    });
    let agents = server.client().count("");
    assert!(agents <= 6, "an image was loaded: {agents}");
}

fn assert_harmless(tab: &Tab, url: &str) {
    tab.go(url);
    let found = tab.get("document.querySelectorAll('script, img, b, [onerror]').length");
    assert_eq!(found, 0, "{url}");
    assert_eq!(tab.complaints(), Vec::<String>::new(), "{url}");
}

#[test]
fn markup_in_the_names_of_pages_is_text() {
    let pages = [MARKUP, BREAKOUT];
    let server = filled(setup("footfall-0"), pages.iter().map(|page| (now() - 1, *page)));
    browse(|tab| {
        assert_harmless(tab, &format!("{}/visits", server.url()));
        let text = tab.text();
        for page in pages {
            assert!(text.contains(page), "{page}: {text}");
            let encoded = encode(page);
            assert_harmless(tab, &format!("{}/visits?page={encoded}", server.url()));
            assert!(tab.text().contains(page), "{page}: {}", tab.text());
            assert_harmless(tab, &format!("{}/badge.svg?label={encoded}", server.url()));
        }
    });
}

#[test]
fn markup_in_the_names_of_replicas_is_text() {
    for name in [MARKUP, BREAKOUT] {
        let peer = filled(setup(name), [(now() - 1, "/")]);
        let asker = filled(setup("footfall-0").variable("peers", peer.url()), [(now() - 1, "/")]);
        browse(|tab| {
            assert_harmless(tab, &format!("{}/visits", asker.url()));
            assert!(tab.text().contains(name), "{name}: {}", tab.text());
            for target in ["", "/visits", "/badge.svg?scope=cluster"] {
                assert_harmless(tab, &format!("{}{target}", peer.url()));
            }
        });
    }
}

#[test]
fn pages_are_the_same_without_scripts() {
    let servers = cluster();
    let empty = setup("footfall-0").start();
    browse(|tab| {
        for url in [servers[0].url(), empty.url()] {
            tab.go(&format!("{url}/visits"));
            let with = tab.text();
            tab.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
            tab.go(&format!("{url}/visits?tz=UTC"));
            // The script that reads the page is not the page's.
            tab.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": false }));
            assert!(tab.get("location.search") == "?tz=UTC" && with.len() > 200, "{with}");
            assert_eq!(tab.text(), with);
            assert_eq!(tab.get("document.querySelectorAll('script').length"), 0);
        }
    });
}

#[test]
fn looking_at_the_visits_is_no_visit_and_reloading_the_page_is_one() {
    let server = Setup::new().start();
    browse(|tab| {
        for visit in 1..=3 {
            tab.go(server.url());
            assert!(tab.text().contains(&visit.to_string()), "{}", tab.text());
            tab.go(&format!("{}/visits", server.url()));
        }
        assert_eq!(server.client().count(""), 3);
    });
}
