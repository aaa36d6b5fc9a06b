//! The badge and the counting picture, in somebody else's page.

use chromiumoxide::cdp::browser_protocol::page::SetBypassCspParams;
use serde_json::{Value, json};

use crate::browser::Tab;
use crate::elsewhere::{Site, Visitor};
use crate::server::Server;
use crate::site::{encode, filled, now, setup};

/// A page of another site, in which pictures can be put.
fn elsewhere() -> (Server, Tab) {
    let (other, tab) = (setup("other").start(), Tab::open());
    tab.execute(SetBypassCspParams::new(true));
    tab.go(other.url());
    (other, tab)
}

/// Puts a picture into the page, and gives its width and height once it is there; 0 where it cannot be shown.
fn show(tab: &Tab, url: &str) -> Value {
    tab.eval(&format!(
        "new Promise(done => {{
            const picture = new Image();
            picture.onload = () => done([picture.naturalWidth, picture.naturalHeight]);
            picture.onerror = () => done([0, 0]);
            picture.src = {};
            document.body.append(picture);
        }})",
        json!(url)
    ))
}

#[test]
fn the_picture_counts_for_a_page_of_another_site() {
    let server = setup("footfall-0").start();
    let (other, tab) = elsewhere();
    for visits in 1..=2 {
        // The second time from another page: it is kept nowhere.
        assert_eq!(show(&tab, &format!("{}/footfall.gif?page=/blog/x", server.url())), json!([1, 1]));
        assert_eq!(server.client().count("page=/blog/x"), visits);
        tab.go(&format!("{}/?again", other.url()));
    }
    assert_eq!(tab.complaints(), Vec::<String>::new());
}

#[test]
fn a_picture_without_a_page_counts_for_the_page_that_has_it_if_its_site_tells_it() {
    let picture = |server: &Server, policy: &str| {
        Site::start(&format!(r#"<body><img src="{}/footfall.gif" {policy}>"#, server.url()))
    };
    let mut visitor = Visitor::new("").at(|server| picture(server, ""));
    visitor.goes("/blog/x?a=1");
    visitor.counted("/");
    let mut visitor = visitor.at(|server| picture(server, r#"referrerpolicy="no-referrer-when-downgrade""#));
    visitor.goes("/blog/y?a=1");
    visitor.counted("/blog/y");
}

#[test]
fn the_snippets_of_the_dashboard_count() {
    let (page, visitor) = ("/أخبار & \"more\"", Visitor::new(""));
    visitor.browser.go(&format!("{}/visits?page={}", visitor.server.url(), encode(page)));
    let snippets = visitor.browser.eval("[...document.querySelectorAll('.snippets code')].map(code => code.innerText)");
    let [script, picture] = [0, 1].map(|index| snippets[index].as_str().expect("a snippet"));
    let visitor = visitor.at(|_| Site::start(&format!("{script}<body>{picture}")));
    visitor.goes("/elsewhere");
    visitor.counted_in_any_order(&[page, page]);
}

#[test]
fn a_badge_and_a_histogram_are_shown_in_a_page_of_another_site() {
    let server = filled(setup("footfall-0"), [(now() - 1, "/")]);
    let (_other, tab) = elsewhere();
    for query in ["", "?label=visits%20this%20week&since=7d", "?color=f0f&page=/nowhere", "?color=nonsense"] {
        let size = show(&tab, &format!("{}/badge.svg{query}", server.url()));
        assert!(
            size[0].as_f64().is_some_and(|width| (40.0..400.0).contains(&width)) && size[1] == 20,
            "{query}: {size}"
        );
    }
    let size = show(&tab, &format!("{}/visits/histogram?bucket=day", server.url()));
    assert!(size[0].as_f64() > Some(100.0) && size[1].as_f64() > Some(100.0), "{size}");
}

/// Labels that are short, long, wide, narrow, and full of marks on their letters.
fn labels() -> Vec<String> {
    let scripts = ["visits", "x", "Посетители", "زيارات", "訪問者数", "ผู้เยี่ยมชม", "आगंतुक"].map(str::to_owned);
    let repeated = [("i", 64), ("W", 64), ("🦀", 20), ("e\u{301}", 32), ("e\u{300}\u{301}\u{302}", 16)];
    scripts.into_iter().chain(repeated.map(|(text, times)| text.repeat(times))).collect()
}

#[test]
fn the_text_of_a_badge_fits_into_it() {
    let (server, tab) = (filled(setup("footfall-0"), [(now() - 1, "/")]), Tab::open());
    for label in labels() {
        tab.go(&format!("{}/badge.svg?label={label}", server.url()));
        let free = tab.eval(
            "(() => {
                const [frame, label, number] = ['svg', 'g text', 'g text:last-child']
                    .map(one => document.querySelector(one).getBoundingClientRect());
                const edges = [frame.left, label.left, label.right, number.left, number.right, frame.right];
                return edges.slice(1).map((edge, index) => edge - edges[index]);
            })()",
        );
        let free: Vec<_> = free.as_array().expect("lengths").iter().map(Value::as_f64).collect();
        assert!(free.iter().all(|length| *length > Some(0.0)), "{label}: {free:?}");
    }
}

#[test]
fn a_badge_is_about_as_wide_as_its_text() {
    let (server, tab) = (filled(setup("footfall-0"), [(now() - 1, "/")]), Tab::open());
    for label in labels() {
        tab.go(&format!("{}/badge.svg?label={label}", server.url()));
        let ratio = tab.eval(
            "(() => {
                const label = document.querySelector('g text');
                const given = label.getBoundingClientRect().width;
                label.removeAttribute('textLength');
                return given / label.getBoundingClientRect().width;
            })()",
        );
        // A font that lacks a script shows a box for each character, and for each mark.
        assert!(ratio.as_f64().is_some_and(|ratio| (0.6..1.8).contains(&ratio)), "{label}: {ratio}");
    }
}
