//! Secrets.

use std::fmt;

use http::HeaderValue;
use subtle::ConstantTimeEq;

/// A secret that is compared in constant time and never shown.
///
/// All that is known of the type of its bytes is [`ConstantTimeEq`], so that comparing them with `==` does not compile.
#[derive(Clone)]
pub struct Token<Byte = u8>(Vec<Byte>);

impl Token {
    /// Wraps a secret.
    pub fn new(secret: &str) -> Self {
        Self(secret.as_bytes().to_vec())
    }

    /// The value of `Authorization` with it; `None` if no header can have it.
    pub fn bearer(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_bytes(&[b"Bearer ", self.0.as_slice()].concat()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl<Byte: ConstantTimeEq> Token<Byte> {
    /// Whether `given` is the secret. How long the comparison takes depends on the lengths, and on nothing else.
    pub fn is(&self, given: &[Byte]) -> bool {
        self.0.as_slice().ct_eq(given).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use subtle::Choice;

    use super::*;

    #[test]
    fn only_the_secret_itself_is_accepted() {
        let token = Token::new("xyzzy");
        assert!(token.is(b"xyzzy"));
        for given in ["", "x", "xyzz", "xyzzy ", "xyzzz", "Xyzzy"] {
            assert!(!token.is(given.as_bytes()), "{given:?}");
        }
    }

    #[test]
    fn a_token_is_not_shown() {
        assert_eq!(format!("{:?}", Token::new("xyzzy")), "Token");
    }

    /// A byte that counts how often it is compared. It has no other comparison.
    struct Counted(u8, Rc<Cell<usize>>);

    impl ConstantTimeEq for Counted {
        fn ct_eq(&self, other: &Self) -> Choice {
            self.1.set(self.1.get() + 1);
            self.0.ct_eq(&other.0)
        }
    }

    #[test]
    fn every_byte_is_compared_even_after_one_that_differs() {
        let comparisons = Rc::new(Cell::new(0));
        let counted = |text: &str| -> Vec<_> { text.bytes().map(|byte| Counted(byte, comparisons.clone())).collect() };
        for (given, expected) in [("xyzzy", true), ("Xyzzy", false), ("xyzzY", false), ("XYZZY", false)] {
            comparisons.set(0);
            assert_eq!(Token(counted("xyzzy")).is(&counted(given)), expected);
            assert_eq!(comparisons.get(), 5, "{given}");
        }
    }
}
