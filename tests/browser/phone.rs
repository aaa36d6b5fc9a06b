//! A narrow screen, and long names on it.

use serde_json::{Value, json};

use crate::browser::{Tab, browse};
use crate::site::{NOW, busy_cluster, cluster, encode, filled, month, now, setup};

/// What sticks out of the screen, and out of nothing that can be scrolled by itself.
const WIDE: &str = r#"
const width = document.documentElement.clientWidth;
const scrolls = element => element && (["auto", "scroll"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
const wide = [...document.body.querySelectorAll("*")].filter(one => one.checkVisibility() && one.getBoundingClientRect().right > width + 1 && !scrolls(one));
return {
    window: innerWidth,
    width: document.documentElement.scrollWidth,
    wide: wide.slice(0, 5).map(one => one.outerHTML.slice(0, 200)),
    scrolling: [...document.querySelectorAll("*")].filter(one => one !== document.documentElement && scrolls(one) && one.scrollWidth > one.clientWidth + 1).map(one => one.outerHTML.slice(0, 100)),
};"#;

fn assert_fits(tab: &Tab, url: &str) {
    for width in [360, 320] {
        tab.resize(width, 740, true);
        tab.go(url);
        tab.run("document.querySelectorAll('details').forEach(one => one.open = true)", &Value::Null);
        let fit = tab.run(WIDE, &Value::Null);
        assert_eq!(fit, json!({ "window": width, "width": width, "wide": [], "scrolling": [] }), "{url}");
    }
}

#[test]
fn a_phone_shows_the_pages_without_scrolling_sideways() {
    let servers = cluster();
    browse(|tab| {
        for target in ["", "/visits", "/visits?page=/blog/", "/visits?scope=replica&tail=100"] {
            assert_fits(tab, &format!("{}{target}", servers[0].url()));
        }
    });
}

#[test]
fn long_names_break_on_a_phone() {
    let (replica, peer) = ("r".repeat(253), "p".repeat(253));
    let pages = [
        format!("/{}", "x".repeat(511)),
        format!("/{}", "ص".repeat(255)),
        format!("/{}", "漢字".repeat(85)),
        "/مرحبا بالعالم/الصفحة الأولى".to_owned(),
        format!("/{}", "w-".repeat(255)),
    ];
    let visits: Vec<_> = pages.iter().map(|page| (now() - 1, page.as_str())).collect();
    let other = filled(setup(&peer), visits.clone());
    let dead = format!("http://{}.{}.localhost:1", "d".repeat(63), "e".repeat(63));
    let peers = format!("{},{dead}", other.url());
    let server = filled(setup(&replica).variable("peers", &peers), visits);
    browse(|tab| {
        assert_fits(tab, server.url());
        assert_fits(tab, &format!("{}/visits", server.url()));
        for page in &pages {
            let encoded = encode(page);
            assert_fits(tab, &format!("{}/visits?page={encoded}", server.url()));
        }
        for name in [&replica, &peer, &pages[0], &pages[1]] {
            tab.go(&format!("{}/visits", server.url()));
            assert!(tab.text().contains(name.as_str()), "not all of {name}");
        }
    });
}

#[test]
fn numbers_and_bars_do_not_lie_over_each_other() {
    let server = filled(setup("footfall-0"), month(7, 200));
    browse(|tab| {
        for width in [360, 800, 1280] {
            tab.resize(width, 800, width < 500);
            tab.go(&format!("{}/visits", server.url()));
            let overlaps = tab.get(
                "[...document.querySelectorAll('figure svg')].map(svg => {
                    const boxes = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
                    const frame = svg.getBoundingClientRect();
                    const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
                    const out = box => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
                    return boxes.flatMap(([text, box], index) =>
                        (out(box) ? [text + ' is cut off'] : []).concat(
                        boxes.slice(index + 1).filter(([, other]) => over(box, other)).map(([other]) => text + ' over ' + other)));
                })",
            );
            assert_eq!(overlaps, json!([[], [], []]), "{width} pixels, {NOW}");
        }
    });
}

#[test]
fn text_on_a_phone_is_large_enough() {
    let servers = cluster();
    browse(|tab| {
        tab.resize(360, 740, true);
        tab.go(&format!("{}/visits", servers[0].url()));
        let small = tab.get(
            "[...document.querySelectorAll('body *')].filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
                .filter(one => one.checkVisibility() && !one.closest('title'))
                .filter(one => {
                    const scale = one.closest('svg') ? one.closest('svg').getScreenCTM().a : 1;
                    return parseFloat(getComputedStyle(one).fontSize) * scale < 9;
                }).map(one => one.outerHTML.slice(0, 100))",
        );
        assert_eq!(small, json!([]));
    });
}

#[test]
fn numbers_clocks_and_short_names_stay_in_one_piece() {
    let servers = busy_cluster(10);
    browse(|tab| {
        for width in [360, 800, 1280] {
            tab.resize(width, 800, width < 500);
            for target in ["", "/visits", "/visits?scope=replica"] {
                tab.go(&format!("{}{target}", servers[0].url()));
                // The name of a replica may be broken where there is hardly room for it.
                let names = if width < 1000 { "" } else { "|footfall-\\d" };
                let broken = tab.run(
                    "const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                    const broken = [];
                    for (let node; (node = walker.nextNode());) {
                        const parts = node.textContent.matchAll(new RegExp('\\\\d\\\\d:\\\\d\\\\d:\\\\d\\\\d|[\\\\d,]*\\\\d' + arguments[0], 'g'));
                        for (const part of parts) {
                            const range = document.createRange();
                            range.setStart(node, part.index);
                            range.setEnd(node, part.index + part[0].length);
                            const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
                            if (lines.size > 1) broken.push(part[0]);
                        }
                    }
                    return broken;",
                    &json!(names),
                );
                assert_eq!(broken, json!([]), "{target} at {width} pixels");
            }
        }
    });
}
