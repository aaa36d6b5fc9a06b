//! What the keys reach.

use serde_json::{Value, json};

use crate::browser::Tab;
use crate::site::cluster;

/// Everything that Tab should reach, in order; from then on `seen` has what gets the focus, and what shows that it has it.
const WATCH: &str = r#"
window.seen = [];
window.all = [...document.querySelectorAll("a[href], summary, button, input, select, textarea, [tabindex]")]
    .filter(one => one.checkVisibility());
document.addEventListener("focusin", event => {
    const style = getComputedStyle(event.target);
    const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    seen.push([all.indexOf(event.target), outline || style.boxShadow !== "none"]);
});
all.length"#;

#[test]
fn tab_reaches_every_link_and_shows_where_it_is() {
    let (servers, tab) = (cluster(1), Tab::open());
    for (target, scheme, least) in [("", "light", 1), ("/visits", "light", 12), ("/visits", "dark", 12)] {
        tab.emulate(1280, scheme);
        tab.go(&format!("{}{target}", servers[0].url()));
        let number = tab.eval(WATCH).as_u64().expect("a number");
        assert!(number >= least, "{number} links");
        let expected: Vec<_> = (0..number).map(|index| json!([index, true])).collect();
        // A date has several fields, in which the focus stays.
        while tab.eval("seen.length").as_u64() < Some(number) && tab.eval("document.hasFocus()") == true {
            tab.press("Tab");
        }
        assert_eq!(tab.eval("seen"), Value::from(expected), "{target} in {scheme}");
    }
}

#[test]
fn the_table_behind_a_chart_is_opened_by_a_key() {
    let (servers, tab) = (cluster(1), Tab::open());
    tab.go(&format!("{}/visits", servers[0].url()));
    let shown = "[...document.querySelectorAll('figure table')].map(table => table.checkVisibility())";
    assert_eq!(tab.eval(shown), json!([false]));
    tab.eval("document.querySelector('figure summary').focus()");
    tab.press("Enter");
    assert_eq!(tab.eval(shown), json!([true]));
}
