//! Colors.

use csscolorparser::NAMED_COLORS;

/// A color: red, green and blue, from 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    /// The background of an error.
    pub const ERROR: Self = Self([0xcf, 0x22, 0x2e]);
    /// The background of a label.
    pub const LABEL: Self = Self([0x3d, 0x44, 0x4d]);
    /// The background of a number.
    pub const NUMBER: Self = Self([0x09, 0x69, 0xda]);

    /// Parses a name that shields.io or CSS knows, or 3 or 6 hexadecimal digits with or without a `#`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::of_shields(text)
            .or_else(|| NAMED_COLORS.get(text.into()).copied().map(Self))
            .or_else(|| Self::of_digits(text.strip_prefix('#').unwrap_or(text)))
    }

    /// The colors that badges of shields.io have: some names are in CSS, too, for other colors.
    fn of_shields(name: &str) -> Option<Self> {
        let color = match name.to_ascii_lowercase().as_str() {
            "brightgreen" | "success" => [0x44, 0xcc, 0x11],
            "green" => [0x97, 0xca, 0x00],
            "yellowgreen" => [0xa4, 0xa6, 0x1d],
            "yellow" => [0xdf, 0xb3, 0x17],
            "orange" | "important" => [0xfe, 0x7d, 0x37],
            "red" | "critical" => [0xe0, 0x5d, 0x44],
            "blue" | "informational" => [0x00, 0x7e, 0xc6],
            "grey" | "gray" => [0x55, 0x55, 0x55],
            "lightgrey" | "lightgray" | "inactive" => [0x9f, 0x9f, 0x9f],
            _ => return None,
        };
        Some(Self(color))
    }

    fn of_digits(digits: &str) -> Option<Self> {
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

    /// Writes it as `#` and 6 hexadecimal digits.
    pub fn hex(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// The color of text on it, black or white: the one with the higher contrast, as WCAG 2.2 defines it. At a relative
    /// luminance of 0.179 both have the same.
    pub fn text_color(self) -> &'static str {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 { "#000" } else { "#fff" }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a text is parsed to, as it is written.
    fn hex(text: &str) -> Option<String> {
        Color::parse(text).map(Color::hex)
    }

    #[test]
    fn a_color_has_three_or_six_digits_or_a_name() {
        for (text, color) in [("#fff", "#ffffff"), ("a0c", "#aa00cc"), ("0969DA", "#0969da"), ("teal", "#008080")] {
            assert_eq!(hex(text).as_deref(), Some(color), "{text}");
        }
        for text in ["", "#", "12", "1234", "12345", "1234567", "ggg", "+12", "##fff", "url(x)", "é00", "-12345"] {
            assert_eq!(hex(text), None, "{text}");
        }
        for text in ["#red", "red ", "transparent", "currentColor", "rgb(0,0,0)"] {
            assert_eq!(hex(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_that_shields_io_and_css_have_is_the_color_of_shields_io() {
        for (name, color) in [
            ("brightgreen", "#44cc11"),
            ("green", "#97ca00"),
            ("yellowgreen", "#a4a61d"),
            ("yellow", "#dfb317"),
            ("orange", "#fe7d37"),
            ("red", "#e05d44"),
            ("blue", "#007ec6"),
            ("grey", "#555555"),
            ("lightgrey", "#9f9f9f"),
            ("blueviolet", "#8a2be2"),
        ] {
            assert_eq!(hex(name).as_deref(), Some(color), "{name}");
        }
    }

    #[test]
    fn a_color_of_shields_io_has_its_other_names() {
        for (alias, name) in [
            ("success", "brightgreen"),
            ("important", "orange"),
            ("critical", "red"),
            ("informational", "blue"),
            ("inactive", "lightgrey"),
            ("gray", "grey"),
            ("lightgray", "lightgrey"),
        ] {
            assert_eq!((hex(alias).is_some(), hex(alias)), (true, hex(name)), "{alias}");
        }
    }

    #[test]
    fn the_case_of_a_name_does_not_matter() {
        for (text, name) in [("BrightGreen", "brightgreen"), ("RED", "red"), ("RebeccaPurple", "rebeccapurple")] {
            assert_eq!((hex(text).is_some(), hex(text)), (true, hex(name)), "{text}");
        }
    }

    #[test]
    fn text_is_readable_on_any_color() {
        for (color, text_color) in [
            ("000", "#fff"),
            ("fff", "#000"),
            ("0969da", "#fff"),
            ("cf222e", "#fff"),
            ("yellow", "#000"),
            ("brightgreen", "#000"),
        ] {
            assert_eq!(Color::parse(color).map(Color::text_color), Some(text_color), "{color}");
        }
    }

    proptest! {
        #[test]
        fn digits_are_a_color_if_there_are_3_or_6(text in "\\PC{0,8}", digits in "#?[0-9a-fA-F]{1,8}") {
            prop_assert!(Color::parse(&text).is_none_or(|color| color.hex().len() == 7));
            let length = digits.trim_start_matches('#').len();
            prop_assert_eq!(Color::parse(&digits).is_some(), length == 3 || length == 6, "{}", digits);
        }

        #[test]
        fn a_color_is_parsed_as_it_is_written(color in any::<[u8; 3]>().prop_map(Color)) {
            prop_assert_eq!(Color::parse(&color.hex()), Some(color));
        }
    }
}
