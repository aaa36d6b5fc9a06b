//! Pictures, taken apart: the GIF that counts, and the SVGs.

use roxmltree::{Document, Node};

use crate::client::Answer;

const SVG: &str = "http://www.w3.org/2000/svg";

/// What a picture is made of that runs nothing and loads nothing.
const HARMLESS: [&str; 17] = [
    "svg",
    "title",
    "desc",
    "defs",
    "g",
    "rect",
    "line",
    "path",
    "polyline",
    "circle",
    "text",
    "tspan",
    "style",
    "clipPath",
    "mask",
    "linearGradient",
    "stop",
];

/// Checks that it is a GIF of a single pixel, which is transparent.
pub fn assert_transparent_pixel(gif: &[u8]) {
    assert_eq!(&gif[..6], b"GIF89a", "{gif:?}");
    assert_eq!(gif[6..10], [1, 0, 1, 0], "not of 1 by 1");
    let colors = if gif[10] & 0x80 == 0 { 0 } else { 3 * (2 << (gif[10] & 7)) };
    let blocks = &gif[13 + colors..];
    let [0x21, 0xF9, 4, flags, _, _, transparent, 0, image @ ..] = blocks else { panic!("no control: {blocks:?}") };
    assert_eq!(flags & 1, 1, "no color is transparent");
    let [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, flags, data @ ..] = image else { panic!("no image: {image:?}") };
    assert_eq!(flags & 0x80, 0, "a table of colors of its own");
    let [width, length, codes @ ..] = data else { panic!("no data: {data:?}") };
    // Two codes of `width` + 1 bits: clear, and the pixel.
    let bits = codes.iter().take(2).rev().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
    let code = |place: u32| bits >> (place * u32::from(width + 1)) & ((2 << width) - 1);
    assert_eq!((code(0), code(1)), (1 << width, u32::from(*transparent)), "the pixel is not the transparent color");
    assert_eq!(codes[usize::from(*length)..], [0, 0x3B], "not the end");
}

/// Reads an SVG, and checks that it runs nothing and loads nothing, whoever shows it.
pub fn svg(text: &str) -> Document<'_> {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(document.root_element().has_tag_name((SVG, "svg")), "{text}");
    for node in document.descendants().filter(Node::is_element) {
        assert_eq!(node.tag_name().namespace(), Some(SVG), "{text}");
        assert!(HARMLESS.contains(&node.tag_name().name()), "<{}> in {text}", node.tag_name().name());
        for attribute in node.attributes() {
            let (name, value) = (attribute.name().to_lowercase(), attribute.value().to_lowercase());
            assert!(!name.starts_with("on") && !name.ends_with("href"), "{name} in {text}");
            for word in ["javascript:", "data:", "url(h", "url(/", "@import"] {
                // What is read aloud may be anything.
                assert!(name == "aria-label" || !value.contains(word), "{word} in {text}");
            }
        }
    }
    document
}

/// What is written in it, a text an element.
pub fn texts<'a>(document: &'a Document) -> Vec<&'a str> {
    document.descendants().filter(|node| node.has_tag_name((SVG, "text"))).filter_map(|node| node.text()).collect()
}

/// The title of the whole.
pub fn title<'a>(document: &'a Document) -> &'a str {
    let title = document.root_element().children().find(|node| node.has_tag_name((SVG, "title")));
    title.and_then(|title| title.text()).expect("a title")
}

/// The bars of a chart: what each says, and how high it is.
pub fn bars(document: &Document) -> Vec<(String, f64)> {
    let bars = document.descendants().filter(|node| node.attribute("class") == Some("bar"));
    bars.map(|bar| {
        assert!(bar.has_tag_name((SVG, "rect")), "{bar:?}");
        let title = bar.children().find(|node| node.has_tag_name((SVG, "title")));
        let height = bar.attribute("height").and_then(|height| height.parse().ok()).expect("a height");
        (title.and_then(|title| title.text()).expect("a title").to_owned(), height)
    })
    .collect()
}

/// Checks that it is a picture of an error, which is no visit and is not kept.
pub fn assert_refused(target: &str, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{target}");
    assert_eq!(answer.header("x-visit"), "", "{target}: an error is no visit");
    assert_eq!(answer.header("vary"), "Accept", "{target}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{target}");
    assert_eq!(answer.header("content-length"), answer.body.len().to_string(), "{target}");
    if target.starts_with("/count.gif") {
        assert_eq!(answer.header("content-type"), "image/gif", "{target}");
        assert_eq!(answer.header("cache-control"), "no-store", "{target}");
        assert_transparent_pixel(&answer.body);
    } else {
        assert_eq!(answer.header("content-type"), "image/svg+xml", "{target}");
        assert!(!answer.header("cache-control").contains("max-age=5"), "{target}");
        let document = svg(answer.text());
        assert!(texts(&document).contains(&"error"), "{target}: {}", answer.text());
        let sentence = title(&document);
        assert!(sentence.ends_with('.') && sentence.contains(' '), "not a sentence: {sentence}");
    }
}
