//! The badge: a label and the number of visits, or an error.

use maud::{Markup, html};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::color::Color;
use super::document::document;
use crate::render::labels::{abbreviate, group_thousands};

const HEIGHT: f64 = 20.0;
/// The space to the left and to the right of a text.
const PADDING: f64 = 6.0;
/// The width of half a Chinese character, which is as wide as it is high.
const CELL: f64 = 5.5;
/// The radius of rounded corners.
const RADIUS: f64 = 3.0;

/// The corners of a badge, by the names that they have at shields.io.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Rounded.
    Flat,
    /// Not rounded.
    FlatSquare,
}

impl Style {
    /// Parses the name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "flat" => Some(Self::Flat),
            "flat-square" => Some(Self::FlatSquare),
            _ => None,
        }
    }
}

/// What whoever embeds a badge may choose.
pub struct Look {
    /// The text before the number.
    pub label: String,
    /// The background of the label.
    pub label_color: Color,
    /// The background of the number.
    pub color: Color,
    /// The corners.
    pub style: Style,
}

impl Default for Look {
    fn default() -> Self {
        Self { label: "visits".to_owned(), label_color: Color::LABEL, color: Color::NUMBER, style: Style::Flat }
    }
}

/// Draws a label and a number, with a plus sign where visits of some replicas are missing in it. The number may be
/// abbreviated; its title is exact.
pub fn badge(look: &Look, visits: i64, complete: bool) -> String {
    let plus = if complete { "" } else { "+" };
    let name = format!("{}: {}{plus}", look.label, group_thousands(visits));
    draw(look, &format!("{}{plus}", abbreviate(visits)), &name, &name)
}

/// Draws that there is an error. The details are in the title, which browsers show at the pointer.
pub fn error_badge(details: &str) -> String {
    let look = Look { color: Color::ERROR, ..Look::default() };
    draw(&look, "error", &format!("{}: error", look.label), details)
}

/// Draws a label and a message. The name is read out to those who do not see them.
fn draw(look: &Look, message: &str, name: &str, title: &str) -> String {
    let Look { label, label_color, color, style } = look;
    let (label_width, message_width) = (text_width(label), text_width(message));
    let label_box = label_width + 2.0 * PADDING;
    let width = label_box + message_width + 2.0 * PADDING;
    let is_round = *style == Style::Flat;
    let text = |text: &str, x: f64, width: f64, color: &str| -> Markup {
        html! {
            // Fonts differ from reader to reader: a given length makes every text fit.
            text x=(x) y="14" fill=(color) textLength=(width) lengthAdjust="spacingAndGlyphs" { (text) }
        }
    };
    document(&html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label=(name)
            width=(width) height=(HEIGHT) viewBox={ "0 0 " (width) " " (HEIGHT) } {
            title { (title) }
            @if is_round { clipPath id="round" { rect width=(width) height=(HEIGHT) rx=(RADIUS) {} } }
            g clip-path=[is_round.then_some("url(#round)")] {
                rect width=(label_box) height=(HEIGHT) fill=(label_color.hex()) {}
                rect x=(label_box) width=(width - label_box) height=(HEIGHT) fill=(color.hex()) {}
            }
            g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" {
                (text(label, PADDING, label_width, label_color.text_color()))
                (text(message, label_box + PADDING, message_width, color.text_color()))
            }
        }
    })
}

/// The approximate width of a text in Verdana of 11 pixels.
fn text_width(text: &str) -> f64 {
    // What a letter takes beside its cell.
    let difference = |character: char| match character {
        ' ' | 'f' | 'i' | 'j' | 'l' | 'r' | 't' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' => {
            4.0 - CELL
        }
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 10.0 - CELL,
        other if other.width() == Some(1) => 7.0 - CELL,
        // What has two cells, or none, as combining marks.
        _ => 0.0,
    };
    // The cells of the whole text: several characters may be one emoji.
    let cells = u32::try_from(text.width()).unwrap_or(u32::MAX);
    f64::from(cells) * CELL + text.chars().map(difference).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_has_the_name_of_shields_io() {
        assert_eq!(Style::parse("flat"), Some(Style::Flat));
        assert_eq!(Style::parse("flat-square"), Some(Style::FlatSquare));
        for text in ["", "Flat", "flat_square", "plastic", "for-the-badge"] {
            assert_eq!(Style::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_abbreviated_number_is_exact_in_the_title() {
        let badge = badge(&Look::default(), 12_399, false);
        let name = "visits: 12,399+";
        for part in [">12.3k+</text>".to_owned(), format!("<title>{name}<"), format!("aria-label=\"{name}\"")] {
            assert!(badge.contains(&part), "{part}: {badge}");
        }
    }

    #[test]
    fn marks_take_no_width_of_their_own() {
        // Latin, Thai, Devanagari, Hebrew.
        for (marked, bare) in [("e\u{301}\u{323}", "e"), ("ผู้", "ผ"), ("कु", "क"), ("שָׁ", "ש")] {
            assert!((text_width(marked) - text_width(bare)).abs() < 0.1, "{marked}");
        }
    }

    #[test]
    fn an_emoji_of_several_characters_is_as_wide_as_one_of_one() {
        for emoji in ["👨‍👩‍👧‍👦", "👋🏽", "🏳️‍🌈"] {
            let ratio = text_width(emoji) / text_width("🦀");
            assert!((0.8..1.3).contains(&ratio), "{emoji}: {ratio}");
        }
    }

    #[test]
    fn a_wide_character_is_as_wide_as_it_is_high() {
        for character in ["訪", "방", "ｖ", "🦀"] {
            assert!((text_width(character) - 11.0).abs() < 0.1, "{character}");
        }
    }
}
