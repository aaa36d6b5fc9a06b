//! The badge: a label and the number of visits, or an error.

use maud::{Markup, html};

use super::color::Color;
use super::document::document;

/// The label where none is asked for.
const DEFAULT_LABEL: &str = "visits";

const HEIGHT: f64 = 20.0;
/// The space to the left and to the right of a text.
const PADDING: f64 = 6.0;

/// Draws a label and a number, with a plus sign where visits of some replicas are missing in it.
pub fn badge(label: Option<&str>, visits: i64, complete: bool, color: Color) -> String {
    let message = format!("{visits}{}", if complete { "" } else { "+" });
    draw(label.unwrap_or(DEFAULT_LABEL), &message, None, color)
}

/// Draws that there is an error. The details are in the title, which browsers show at the pointer.
pub fn error_badge(details: &str) -> String {
    draw(DEFAULT_LABEL, "error", Some(details), Color::ERROR)
}

fn draw(label: &str, message: &str, title: Option<&str>, color: Color) -> String {
    let (label_width, message_width) = (text_width(label), text_width(message));
    let label_box = label_width + 2.0 * PADDING;
    let width = label_box + message_width + 2.0 * PADDING;
    let name = format!("{label}: {message}");
    let text = |text: &str, x: f64, width: f64, color: &str| -> Markup {
        html! {
            // Fonts differ from reader to reader: a given length makes every text fit.
            text x=(x) y="14" fill=(color) textLength=(width) lengthAdjust="spacingAndGlyphs" { (text) }
        }
    };
    document(&html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label=(name)
            width=(width) height=(HEIGHT) viewBox={ "0 0 " (width) " " (HEIGHT) } {
            title { (title.unwrap_or(&name)) }
            clipPath id="round" { rect width=(width) height=(HEIGHT) rx="3" {} }
            g clip-path="url(#round)" {
                rect width=(label_box) height=(HEIGHT) fill=(Color::LABEL.hex()) {}
                rect x=(label_box) width=(width - label_box) height=(HEIGHT) fill=(color.hex()) {}
            }
            g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" {
                (text(label, PADDING, label_width, Color::LABEL.text_color()))
                (text(message, label_box + PADDING, message_width, color.text_color()))
            }
        }
    })
}

/// The approximate width of a text in Verdana of 11 pixels.
fn text_width(text: &str) -> f64 {
    let width = |character: char| match character {
        ' ' | 'f' | 'i' | 'j' | 'l' | 'r' | 't' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' => 4.0,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 10.0,
        // From Hangul on, most characters are as wide as they are high.
        '\u{1100}'.. => 11.0,
        _ => 7.0,
    };
    text.chars().map(width).sum()
}
