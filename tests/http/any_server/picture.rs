//! Pictures, taken apart: the GIF that counts, and the SVGs.

use roxmltree::{Document, Node};

use crate::client::Answer;

const SVG: &str = "http://www.w3.org/2000/svg";

/// The elements that run nothing and load nothing.
const HARMLESS: [&str; 9] = ["svg", "title", "desc", "g", "rect", "line", "text", "style", "clipPath"];

/// The smallest GIF: one pixel, which has the transparent color.
pub const TRANSPARENT_PIXEL: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// Parses an SVG, and checks that it runs nothing and loads nothing, whoever shows it.
pub fn svg(text: &str) -> Document<'_> {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(document.root_element().has_tag_name((SVG, "svg")), "{text}");
    for node in document.descendants().filter(Node::is_element) {
        assert_eq!(node.tag_name().namespace(), Some(SVG), "{text}");
        assert!(HARMLESS.contains(&node.tag_name().name()), "<{}> in {text}", node.tag_name().name());
        for attribute in node.attributes() {
            let (name, value) = (attribute.name().to_lowercase(), attribute.value().to_lowercase());
            assert!(!name.starts_with("on") && !name.ends_with("href"), "{name} in {text}");
            // A label for screen readers may be anything.
            let loads = ["javascript:", "data:", "url(h", "url(/", "@import"].iter().any(|word| value.contains(word));
            assert!(name == "aria-label" || !loads, "{value} in {text}");
        }
    }
    document
}

/// The texts in it, one an element.
pub fn texts<'a>(document: &'a Document) -> Vec<&'a str> {
    document.descendants().filter(|node| node.has_tag_name((SVG, "text"))).filter_map(|node| node.text()).collect()
}

/// The title of the document.
pub fn title<'a>(document: &'a Document) -> &'a str {
    let title = document.root_element().children().find(|node| node.has_tag_name((SVG, "title")));
    title.and_then(|title| title.text()).expect("a title")
}

/// The bars of a chart: their titles and heights.
pub fn bars(document: &Document) -> Vec<(String, f64)> {
    let bars = document.descendants().filter(|node| node.attribute("class") == Some("bar"));
    bars.map(|bar| {
        let title = bar.children().find(|node| node.has_tag_name((SVG, "title")));
        let height = bar.attribute("height").and_then(|height| height.parse().ok()).expect("a height");
        (title.and_then(|title| title.text()).expect("a title").to_owned(), height)
    })
    .collect()
}

/// Checks that it is a picture of an error, which is no visit and is not cached.
pub fn assert_refused(target: &str, answer: &Answer, status: u16) {
    assert_eq!((answer.status, answer.header("x-visit")), (status, ""), "{target}");
    assert_eq!(answer.header("cache-control"), "no-store", "{target}");
    if target.starts_with("/footfall.gif") {
        assert_eq!(answer.header("content-type"), "image/gif", "{target}");
        assert_eq!(answer.body, TRANSPARENT_PIXEL, "{target}");
    } else {
        assert_eq!(answer.header("content-type"), "image/svg+xml", "{target}");
        let document = svg(answer.text());
        assert!(texts(&document).contains(&"error"), "{target}: {}", answer.text());
        let sentence = title(&document);
        assert!(sentence.ends_with('.') && sentence.contains(' '), "not a sentence: {sentence}");
    }
}
