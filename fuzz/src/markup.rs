//! HTML and SVG without any markup but the renderers'.
//!
//! They write a few known elements with a few known attributes. So a name that becomes markup, or ends an attribute, is
//! found as an unknown one.

use footfall::visit::is_printable;

const ELEMENTS: &str = " a aside bdi body br button caption clipPath code dd desc details div dl dt figcaption figure footer form \
    g h1 h2 head header html input label line link main meta nav p pre rect script section span strong style summary svg table tbody td text th thead time \
    title tr ";
const VOID: &str = " br input link meta ";
const ATTRIBUTES: &str = " action aria-current aria-label aria-labelledby aria-sort charset class clip-path colspan content \
    data-update datetime dir fill font-family font-size height hidden href id lang lengthAdjust maxlength method name open rel required role rx scope \
    text-anchor textLength type value viewBox width x x1 x2 xmlns y y1 y2 ";

/// Checks an SVG.
pub fn check_svg(text: &str) {
    assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"), "not an SVG: {text}");
    check(text);
}

/// Checks a page.
pub fn check_html(text: &str) {
    check(text.strip_prefix("<!DOCTYPE html>").expect("HTML"));
}

/// Checks that all elements and attributes are known, and that elements are properly nested.
fn check(text: &str) {
    let mut open = Vec::new();
    let mut remaining = text;
    while let Some((before, from)) = remaining.split_once('<') {
        let is_raw = matches!(open.last(), Some(&"style" | &"script"));
        assert!(is_raw || is_text(before), "markup in a text: {before}");
        let (tag, after) = from.split_once('>').expect("the end of a tag");
        remaining = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "another end in {text}");
            continue;
        }
        assert!(!is_raw, "an element within a style or a script: {tag}");
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(is_one_of(ELEMENTS, name), "<{tag}>");
        check_attributes(attributes);
        if !is_one_of(VOID, name) {
            open.push(name);
        }
    }
    assert!(open.is_empty() && is_text(remaining), "{open:?} does not end");
}

fn check_attributes(attributes: &str) {
    let mut remaining = attributes;
    while !remaining.is_empty() {
        let (names, from) = remaining.split_once("=\"").unwrap_or((remaining, "\""));
        let (value, after) = from.split_once('"').expect("the end of a value");
        // Some have no value.
        let names = names.split_ascii_whitespace();
        assert!(names.clone().all(|name| is_one_of(ATTRIBUTES, name)), "unknown in {attributes}");
        assert!(is_text(value), "markup in a value: {value}");
        let is_here = !value.contains("//") && !value.contains(':') || value == "data:,";
        assert!(
            !["href", "action"].contains(&names.last().unwrap_or_default()) || is_here,
            "a link to elsewhere: {value}"
        );
        remaining = after;
    }
}

/// Whether a text has no markup, no quotes and no ampersands that are not escaped, and no characters that XML excludes.
fn is_text(text: &str) -> bool {
    let entity = |after: &str| ["amp;", "lt;", "gt;", "quot;"].iter().any(|entity| after.starts_with(entity));
    !text.contains(['<', '>', '"']) && is_printable(&text.replace('\n', "")) && text.split('&').skip(1).all(entity)
}

fn is_one_of(names: &str, name: &str) -> bool {
    !name.is_empty() && !name.contains(' ') && names.contains(&format!(" {name} "))
}
