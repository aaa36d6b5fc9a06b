//! Colors.

/// A color: red, green and blue, from 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    /// The background of an error.
    pub const ERROR: Self = Self([0xcf, 0x22, 0x2e]);
    /// The background of a label.
    pub const LABEL: Self = Self([0x3d, 0x44, 0x4d]);

    /// Parses a name, or 3 or 6 hexadecimal digits with or without a `#`.
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

impl Default for Color {
    fn default() -> Self {
        Self([0x09, 0x69, 0xda])
    }
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
    fn text_is_readable_on_any_color() {
        for (color, text_color) in
            [("000", "#fff"), ("fff", "#000"), ("blue", "#fff"), ("yellow", "#000"), ("red", "#fff")]
        {
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
