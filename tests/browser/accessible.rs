//! What those need who use a keyboard or a screen reader.

use serde_json::{Value, json};

use crate::browser::{ENTER, TAB, Tab, browse};
use crate::site::{cluster, setup};

fn array(value: &Value) -> &[Value] {
    value.as_array().expect("an array")
}

/// Everything that Tab should reach, in order.
const REACHABLE: &str = "[...document.querySelectorAll('a[href], summary, button, input, select, textarea, [tabindex]')]\
    .filter(one => one.checkVisibility())";

/// Notes each element that gets the focus, and what shows that it has it.
const WATCH: &str = r#"
window.seen = [];
const all = REACHABLE;
document.addEventListener("focusin", event => {
    const style = getComputedStyle(event.target);
    const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    window.seen.push({ index: all.indexOf(event.target), what: event.target.innerText, visible: outline || style.boxShadow !== "none" });
});
return all.length;"#;

fn assert_reachable(tab: &Tab, least: u64) {
    let number = tab.run(&WATCH.replace("REACHABLE", REACHABLE), &Value::Null).as_u64().expect("a number");
    assert!(number >= least, "{number} links");
    tab.press(&vec![TAB; usize::try_from(number).expect("a number")]);
    let seen = tab.get("window.seen");
    let order: Vec<_> = array(&seen).iter().map(|one| one["index"].as_u64()).collect();
    assert_eq!(order, (0..number).map(Some).collect::<Vec<_>>(), "{seen}");
    for one in array(&seen) {
        assert_eq!(one["visible"], true, "no sign of the focus: {one}");
    }
}

#[test]
fn tab_reaches_every_link_and_shows_where_it_is() {
    let servers = cluster();
    browse(|tab| {
        tab.go(servers[0].url());
        assert_reachable(tab, 1);
        tab.go(&format!("{}/visits", servers[0].url()));
        assert_reachable(tab, 3 + 9);
        tab.prefer("dark");
        tab.go(&format!("{}/visits", servers[0].url()));
        assert_reachable(tab, 3 + 9);
    });
}

#[test]
fn a_table_behind_a_chart_is_opened_by_a_key() {
    let servers = cluster();
    browse(|tab| {
        tab.go(&format!("{}/visits", servers[0].url()));
        tab.run("document.querySelector('figure summary').focus()", &Value::Null);
        tab.press(&[ENTER]);
        assert_eq!(tab.get("document.querySelector('figure details').open"), true);
    });
}

/// What a page is made of.
const STRUCTURE: &str = r#"
const all = selector => [...document.querySelectorAll(selector)];
const ids = all("[id]").map(one => one.id);
const refers = name => all(`[${name}]`).flatMap(one => one.getAttribute(name).split(/\s+/));
return {
    language: document.documentElement.lang,
    title: document.title,
    headings: all("h1, h2, h3, h4, h5, h6").map(one => +one.tagName[1]),
    emptyHeadings: all("h1, h2, h3").filter(one => !one.innerText.trim()).length,
    mains: all("main").length,
    outside: [...document.body.children].filter(one => !one.matches("main, header, footer, nav, aside, a")).map(one => one.tagName),
    tables: all("table").length,
    badTables: all("table").filter(one => !one.querySelector("th")).length,
    badHeaders: all("th").filter(one => !["col", "row"].includes(one.scope)).map(one => one.outerHTML),
    unnamedTables: all("table").filter(one => !one.caption && !one.hasAttribute("aria-label") && !one.hasAttribute("aria-labelledby")).length,
    badPictures: all("svg").filter(one => one.getAttribute("role") !== "img" && !one.hasAttribute("aria-hidden")).length,
    duplicates: ids.filter((id, index) => ids.indexOf(id) !== index),
    dangling: ["aria-labelledby", "aria-describedby", "aria-controls", "for"].flatMap(refers).filter(id => !ids.includes(id)),
    badTimes: all("time").filter(one => isNaN(Date.parse(one.dateTime))).map(one => one.outerHTML),
    emptyLinks: all("a").filter(one => !one.innerText.trim() || !one.href).map(one => one.outerHTML),
    scripts: all("script, [onclick], [onload], iframe, object, embed, form").length,
    viewport: document.querySelector("meta[name=viewport]")?.content ?? "",
};"#;

fn assert_structure(tab: &Tab) {
    let page = tab.run(STRUCTURE, &Value::Null);
    assert_eq!(page["language"], "en");
    assert!(page["title"].as_str().is_some_and(|title| title.contains("Footfall")), "{}", page["title"]);
    let headings: Vec<_> = array(&page["headings"]).iter().map(|level| level.as_u64().expect("a level")).collect();
    assert_eq!(headings.iter().filter(|level| **level == 1).count(), 1, "{headings:?}");
    assert_eq!(headings[0], 1, "{headings:?}");
    assert!(headings.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{headings:?}");
    for none in ["emptyHeadings", "badTables", "unnamedTables", "badPictures", "scripts"] {
        assert_eq!(page[none], 0, "{none}: {page}");
    }
    for none in ["outside", "badHeaders", "duplicates", "dangling", "badTimes", "emptyLinks"] {
        assert_eq!(page[none], json!([]), "{none}");
    }
    assert_eq!(page["mains"], 1);
    let viewport = page["viewport"].as_str().expect("a viewport");
    assert!(viewport.contains("width=device-width") && !viewport.contains("user-scalable=no"), "{viewport}");
}

#[test]
fn pages_are_made_of_what_they_are_about() {
    let servers = cluster();
    let empty = setup("footfall-0").variable("peers", "http://footfall-1.localhost:1").start();
    browse(|tab| {
        for target in ["", "/visits", "/visits?page=/blog/", "/visits?scope=replica", "/visits?tail=1000"] {
            for url in [servers[0].url(), empty.url()] {
                tab.go(&format!("{url}{target}"));
                assert_structure(tab);
            }
        }
        tab.go(&format!("{}/visits", servers[0].url()));
        let tables = tab.run(STRUCTURE, &Value::Null)["tables"].as_u64();
        // One behind each chart, and the pages, the visits and the replicas.
        assert!(tables >= Some(3 + 2), "{tables:?}");
    });
}

#[test]
fn a_screen_reader_finds_three_pictures_by_their_names() {
    let servers = cluster();
    browse(|tab| {
        tab.go(&format!("{}/visits", servers[0].url()));
        tab.devtools("Accessibility.enable", &json!({}));
        let tree = tab.devtools("Accessibility.getFullAXTree", &json!({}));
        let nodes: Vec<_> = array(&tree["nodes"]).iter().filter(|node| node["ignored"] == false).collect();
        let named = |roles: &[&str]| -> Vec<String> {
            let of_role =
                nodes.iter().filter(|node| node["role"]["value"].as_str().is_some_and(|role| roles.contains(&role)));
            of_role.map(|node| node["name"]["value"].as_str().unwrap_or_default().to_owned()).collect()
        };
        let pictures = named(&["image", "img", "SvgRoot", "graphics-document"]);
        assert_eq!(pictures.len(), 3, "{pictures:?}");
        for (name, range) in pictures.iter().zip(["24 hours", "7 days", "30 days"]) {
            assert!(name.contains(range), "{pictures:?}");
        }
        for role in ["link", "table", "heading", "DisclosureTriangle"] {
            assert!(
                named(&[role]).iter().all(|name| !name.trim().is_empty()),
                "a {role} without a name: {:?}",
                named(&[role])
            );
        }
        assert_eq!(named(&["main"]).len(), 1);
    });
}

#[test]
fn titles_tell_the_pages_apart() {
    let servers = cluster();
    browse(|tab| {
        let titles = ["", "/visits", "/visits?page=/blog/"].map(|target| {
            tab.go(&format!("{}{target}", servers[0].url()));
            tab.get("document.title").to_string()
        });
        assert!(titles[0] != titles[1] && titles[1] != titles[2], "{titles:?}");
    });
}
