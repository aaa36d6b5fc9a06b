//! The badge: what is counted, and the number.

use maud::{Markup, html};

use super::xml;

const HEIGHT: f64 = 20.0;
/// Left and right of a text.
const PADDING: f64 = 6.0;

/// What a badge says.
pub struct Badge<'a> {
    /// What is counted.
    pub label: &'a str,
    /// The number.
    pub message: &'a str,
    /// What else there is to say.
    pub title: Option<&'a str>,
    /// The color behind the number.
    pub color: Color,
}

/// A color: red, green and blue, from 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    /// That of an error.
    pub const ERROR: Self = Self([0xcf, 0x22, 0x2e]);
    const LABEL: Self = Self([0x3d, 0x44, 0x4d]);

    /// Reads 3 or 6 hexadecimal digits, maybe behind a `#`, or a name.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = match text {
            "blue" => "0969da",
            "green" => "1a7f37",
            "grey" => "59636e",
            "orange" => "bc4c00",
            "red" => "cf222e",
            "yellow" => "dfb317",
            other => other.strip_prefix('#').unwrap_or(other),
        };
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        match digits.len() {
            6 => Some(Self([red, green, blue])),
            3 => Some(Self([green & 15, blue >> 4, blue & 15].map(|digit| digit * 17))),
            _ => None,
        }
    }

    fn hex(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// Black or white, whichever is easier to read on it: by the contrast of WCAG 2.2, which is the same for both where the
    /// relative luminance is 0.179.
    fn ink(self) -> &'static str {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 { "#000" } else { "#fff" }
    }
}

impl Default for Color {
    fn default() -> Self {
        Self([0x09, 0x69, 0xda])
    }
}

/// Draws it.
pub fn badge(badge: &Badge) -> String {
    let (label, message) = (width(badge.label), width(badge.message));
    let split = label + 2.0 * PADDING;
    let whole = split + message + 2.0 * PADDING;
    let name = format!("{}: {}", badge.label, badge.message);
    let text = |text: &str, x: f64, width: f64, ink: &str| -> Markup {
        html! {
            // The fonts of readers differ: the length is given, so that every text fits.
            text x=(x) y="14" fill=(ink) textLength=(width) lengthAdjust="spacingAndGlyphs" { (text) }
        }
    };
    xml(&html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label=(name)
            width=(whole) height=(HEIGHT) viewBox={ "0 0 " (whole) " " (HEIGHT) } {
            title { (badge.title.unwrap_or(&name)) }
            clipPath id="round" { rect width=(whole) height=(HEIGHT) rx="3" {} }
            g clip-path="url(#round)" {
                rect width=(split) height=(HEIGHT) fill=(Color::LABEL.hex()) {}
                rect x=(split) width=(whole - split) height=(HEIGHT) fill=(badge.color.hex()) {}
            }
            g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" {
                (text(badge.label, PADDING, label, Color::LABEL.ink()))
                (text(badge.message, split + PADDING, message, badge.color.ink()))
            }
        }
    })
}

/// About as wide as a text is in Verdana of 11 pixels.
fn width(text: &str) -> f64 {
    let wide = |character: char| match character {
        ' ' | 'f' | 'i' | 'j' | 'l' | 'r' | 't' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' => 4.0,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 10.0,
        // From Hangul on, scripts are mostly as wide as they are high.
        '\u{1100}'.. => 11.0,
        _ => 7.0,
    };
    text.chars().map(wide).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_color_has_three_or_six_digits_or_a_name() {
        for (text, hex) in
            [("#fff", "#ffffff"), ("a0c", "#aa00cc"), ("0969DA", "#0969da"), ("red", "#cf222e"), ("blue", "#0969da")]
        {
            assert_eq!(Color::parse(text).map(Color::hex).as_deref(), Some(hex), "{text}");
        }
        for text in ["", "#", "12", "1234", "12345", "1234567", "ggg", "+12", "##fff", "url(x)", "Red", "é00", "-12345"]
        {
            assert_eq!(Color::parse(text), None, "{text}");
        }
        assert_eq!(Color::parse("blue"), Some(Color::default()));
    }

    #[test]
    fn a_number_is_read_on_any_color() {
        for (color, ink) in [("000", "#fff"), ("fff", "#000"), ("blue", "#fff"), ("yellow", "#000"), ("red", "#fff")] {
            assert_eq!(Color::parse(color).map(Color::ink), Some(ink), "{color}");
        }
    }
    proptest! {
        #[test]
        fn any_text_is_a_color_or_none(text in "\\PC{0,8}", digits in "#?[0-9a-fA-F]{1,8}") {
            prop_assert!(Color::parse(&text).is_none_or(|color| color.hex().len() == 7));
            let length = digits.trim_start_matches('#').len();
            prop_assert_eq!(Color::parse(&digits).is_some(), length == 3 || length == 6, "{}", digits);
        }

        #[test]
        fn a_color_is_read_as_it_is_written(parts in any::<[u8; 3]>()) {
            prop_assert_eq!(Color::parse(&Color(parts).hex()), Some(Color(parts)));
        }
    }
}
