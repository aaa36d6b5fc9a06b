//! What the Content Security Policy refuses, and that markup is text.

use footfall_tests::eventually;
use serde_json::{Value, json};

use crate::browser::Tab;
use crate::site::{encode, filled, now, setup};

const MARKUP: [&str; 2] = ["/<script>alert(1)</script>", r#"/"><img src=x onerror=alert(1)>'</title></svg><b>&amp;"#];

#[test]
fn whatever_would_run_or_load_is_refused() {
    let (server, tab) = (setup("footfall-0").start(), Tab::open());
    for target in ["/", "/visits"] {
        for smuggle in [
            "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)",
            "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')",
            "document.body.insertAdjacentHTML('beforeend', '<img src=\"/footfall.gif\">')",
        ] {
            tab.go(&format!("{}{target}", server.url()));
            tab.eval(smuggle);
            let refused = eventually("a refusal", || tab.complaints().pop());
            assert!(refused.contains("Content Security Policy"), "{smuggle}: {refused}");
            assert_eq!(tab.eval("window.ran"), Value::Null);
        }
    }
    assert_eq!(server.client().count(""), 3, "a visit for each time that the page was shown, and none by an image");
}

fn assert_harmless(tab: &Tab, url: &str) {
    tab.go(url);
    let found = tab.eval("document.querySelectorAll('body *:not(body > script:last-child):is(script, img, b, [onerror], [style])').length");
    assert_eq!(found, 0, "{url}");
    assert_eq!(tab.complaints(), Vec::<String>::new(), "{url}");
}

#[test]
fn markup_in_names_is_text() {
    let visits = || MARKUP.map(|page| (now() - 1, page));
    let peer = filled(setup(MARKUP[0]), visits());
    let server = filled(setup(MARKUP[1]).variable("peers", peer.url()), visits());
    let (tab, url) = (Tab::open(), server.url());
    assert_harmless(&tab, &format!("{url}/visits"));
    let text = tab.text();
    for name in MARKUP {
        // The page and the replica.
        assert!(text.matches(name).count() >= 2, "{name}: {text}");
        let encoded = encode(name);
        assert_harmless(&tab, &format!("{url}/visits?page={encoded}"));
        assert_eq!(tab.eval("document.querySelector('h1').innerText"), format!("Visits to {name}"));
        assert_harmless(&tab, &format!("{url}/badge.svg?label={encoded}"));
        assert_eq!(tab.eval("document.querySelector('g text').textContent"), name);
    }
    assert_harmless(&tab, url);
    let picture = server.client().get_with("/visits/histogram", &[("accept", "image/svg+xml")]);
    assert_harmless(&tab, &format!("data:image/svg+xml,{}", encode(picture.text())));
    assert_eq!(tab.eval("document.querySelectorAll('rect.bar').length > 0"), json!(true));
}
