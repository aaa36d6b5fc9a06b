//! The ids of databases.

use serde::{Deserialize, Serialize};

/// The random id of a database, made with it: 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Id(String);

impl Id {
    /// Parses an id.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 16 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// An id for a text, which is the same everywhere: its hash by FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/>.
    pub fn of(text: &str) -> Self {
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(format!("{hash:016x}"))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no id")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_an_id_as_in_the_standard() {
        for (text, id) in [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8")] {
            assert_eq!(Id::of(text).as_str(), id);
        }
    }

    #[test]
    fn an_id_has_sixteen_hexadecimal_digits() {
        assert_eq!(Id::parse("0123456789abcdef").map(|id| id.0).as_deref(), Some("0123456789abcdef"));
        for text in
            ["", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdeg", "0123456789abcd\u{e9}"]
        {
            assert_eq!(Id::parse(text), None, "{text}");
        }
    }
}
