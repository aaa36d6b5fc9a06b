//! HTML and SVG in which nothing is markup but what the renderer wrote.
//!
//! What it writes is known: a few elements with a few attributes. So a name that is taken for markup, or that ends an
//! attribute, shows up as something else.

use footfall::visit::is_plain;

const ELEMENTS: &str = " a aside bdi body br caption clipPath dd details div dl dt figcaption figure footer g h1 h2 head \
    header html line link main meta nav p rect section span strong style summary svg table tbody td text th thead time \
    title tr ";
const VOID: &str = " br link meta ";
const ATTRIBUTES: &str = " aria-current aria-label aria-labelledby charset class clip-path colspan content datetime fill \
    font-family font-size height href id lang lengthAdjust name rel role rx scope text-anchor textLength viewBox width x \
    x1 x2 xmlns y y1 y2 ";

/// Checks a drawing, which is XML.
pub fn check_svg(text: &str) {
    assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"), "no drawing: {text}");
    check(text);
}

/// Checks a page.
pub fn check_html(text: &str) {
    check(text.strip_prefix("<!DOCTYPE html>").expect("HTML"));
}

/// Checks that every element is a known one with known attributes, and ends where it should.
fn check(text: &str) {
    let mut open = Vec::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('<') {
        let style = open.last() == Some(&"style");
        assert!(style || is_text(before), "markup in a text: {before}");
        let (tag, after) = from.split_once('>').expect("the end of a tag");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "another end in {text}");
            continue;
        }
        assert!(!style, "an element within a style: {tag}");
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(is_one_of(ELEMENTS, name), "<{tag}>");
        check_attributes(attributes);
        if !is_one_of(VOID, name) {
            open.push(name);
        }
    }
    assert!(open.is_empty() && is_text(rest), "{open:?} does not end");
}

fn check_attributes(attributes: &str) {
    let mut rest = attributes;
    while !rest.is_empty() {
        let (name, from) = rest.split_once("=\"").expect("a value in quotes");
        let (value, after) = from.split_once('"').expect("the end of a value");
        assert!(is_one_of(ATTRIBUTES, name.trim_start()), "{name} in {attributes}");
        assert!(is_text(value), "markup in a value: {value}");
        assert!(name != "href" || value.starts_with('/') || value == "data:,", "a link to elsewhere: {value}");
        rest = after;
    }
}

/// Whether it has no markup, no bare quote, no bare ampersand, and nothing that XML does not have.
fn is_text(text: &str) -> bool {
    let entity = |after: &str| ["amp;", "lt;", "gt;", "quot;"].iter().any(|entity| after.starts_with(entity));
    !text.contains(['<', '>', '"']) && is_plain(&text.replace('\n', "")) && text.split('&').skip(1).all(entity)
}

fn is_one_of(names: &str, name: &str) -> bool {
    !name.is_empty() && !name.contains(' ') && names.contains(&format!(" {name} "))
}
