//! The badge and the counting picture, in somebody else's page.

use serde_json::json;

use crate::browser::{Tab, browse};
use crate::server::{Server, Setup, eventually};
use crate::site::{filled, month, setup};

/// A page of another site, in which pictures can be put.
fn elsewhere(tab: &Tab) -> Server {
    let other = Setup::new().start();
    tab.devtools("Page.setBypassCSP", &json!({ "enabled": true }));
    tab.go(other.url());
    other
}

/// Puts a picture into the page, and gives its size once it is there; 0 where it cannot be shown.
fn show(tab: &Tab, url: &str) -> (f64, f64) {
    tab.run("window.picture = new Image(); picture.src = arguments[0]; document.body.append(picture);", &json!(url));
    eventually("a picture", || tab.get("picture.complete").as_bool().filter(|complete| *complete));
    let size = |name: &str| tab.get(name).as_f64().expect("a number");
    (size("picture.naturalWidth"), size("picture.naturalHeight"))
}

#[test]
fn the_picture_counts_for_a_page_of_another_site() {
    let server = Setup::new().start();
    browse(|tab| {
        let _other = elsewhere(tab);
        assert_eq!(show(tab, &format!("{}/count.gif?page=/blog/x&cb=1", server.url())), (1.0, 1.0));
        assert_eq!(server.client().count("page=/blog/x"), 1);
        // Kept nowhere.
        assert_eq!(
            show(tab, &format!("{}/count.gif?page=/blog/x&cb=1", server.url().replace("127.0.0.1", "localhost"))),
            (1.0, 1.0)
        );
        assert_eq!(server.client().count("page=/blog/x"), 2);
        assert_eq!(tab.complaints(), Vec::<String>::new());
    });
}

#[test]
fn a_badge_is_shown_in_a_page_of_another_site() {
    let server = filled(setup("footfall-0"), month(1, 2));
    browse(|tab| {
        let _other = elsewhere(tab);
        for query in [
            "",
            "?label=visits%20this%20week&since=7d",
            "?color=f0f&page=/nowhere",
            "?scope=cluster",
            "?color=nonsense",
        ] {
            let (width, height) = show(tab, &format!("{}/badge.svg{query}", server.url()));
            assert!((40.0..400.0).contains(&width) && (16.0..32.0).contains(&height), "{query}: {width} x {height}");
        }
    });
}

#[test]
fn the_text_of_a_badge_fits_into_it() {
    let server = filled(setup("footfall-0"), month(1, 2));
    let (narrow, wide, mixed) = ("i".repeat(64), "W".repeat(64), "%F0%9F%A6%80".repeat(20));
    browse(|tab| {
        for label in [
            "visits",
            "x",
            &narrow,
            &wide,
            "%D8%B2%D9%8A%D8%A7%D8%B1%D8%A7%D8%AA",
            "%E8%A8%AA%E5%95%8F%E8%80%85%E6%95%B0",
            &mixed,
        ] {
            tab.go(&format!("{}/badge.svg?label={label}", server.url()));
            let boxes = tab.get(
                "[...document.querySelectorAll('text')].map(text => {
                    const { left, right, top, bottom } = text.getBoundingClientRect();
                    const frame = document.documentElement.getBoundingClientRect();
                    return [left >= frame.left && right <= frame.right, top >= frame.top - 1 && bottom <= frame.bottom + 1, left, right, frame.right];
                })",
            );
            let boxes = boxes.as_array().expect("texts");
            assert!(boxes.len() >= 2, "{label}: {boxes:?}");
            assert!(boxes.iter().all(|text| text[0] == true && text[1] == true), "{label}: {boxes:?}");
            // What is left and what is right may have a shadow each, but not each other's place.
            let (left, right) = (&boxes[0], &boxes[boxes.len() - 1]);
            assert!(left[3].as_f64() <= right[2].as_f64(), "{label}: {boxes:?}");
        }
    });
}
