//! The numbers that people dial inside the company.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Text;

/// The number that reaches one person or device inside the company.
///
/// Kept as text: `042` and `42` are two extensions. Digits, `*` and `#`, with a `+` in front where
/// the dial plan is built on E.164; at least one character, at most [`Extension::MAX_LEN`].
/// Not a route pattern: `X`, `!` and `[` stand for other numbers and are refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Text", into = "Text")]
pub struct Extension(Text);

/// Why a text can't be dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDialable {
    /// Nothing to dial.
    #[error("it is empty")]
    Empty,
    /// Longer than [`Extension::MAX_LEN`].
    #[error("it has {0} characters, at most {max} can be dialled", max = Extension::MAX_LEN)]
    TooLong(usize),
    /// The first character that no telephone has a key for.
    #[error("{0:?} can't be dialled")]
    Character(char),
}

impl Extension {
    /// The longest number a switch takes: 24 digits, as Cisco UCM's directory numbers have.
    pub const MAX_LEN: usize = 24;

    /// Reads an extension; white space around it is not part of it.
    ///
    /// # Errors
    ///
    /// [`NotDialable`] names the first character that cannot be dialled, or the length.
    pub fn parse(text: &str) -> Result<Self, NotDialable> {
        let text = text.trim();
        let digits = text.strip_prefix('+').unwrap_or(text);
        if digits.is_empty() {
            return Err(text.chars().next().map_or(NotDialable::Empty, NotDialable::Character));
        }
        if let Some(bad) = digits.chars().find(|c| !matches!(c, '0'..='9' | '*' | '#')) {
            return Err(NotDialable::Character(bad));
        }
        match text.len() {
            ..=Self::MAX_LEN => Ok(Self(text.into())),
            length => Err(NotDialable::TooLong(length)),
        }
    }

    /// The number as it is dialled.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<Text> for Extension {
    type Error = NotDialable;

    fn try_from(text: Text) -> Result<Self, NotDialable> {
        Self::parse(&text)
    }
}

impl From<Extension> for Text {
    fn from(extension: Extension) -> Self {
        extension.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_are_part_of_the_number() {
        assert_ne!(Extension::parse("042").unwrap(), Extension::parse("42").unwrap());
    }

    #[test]
    fn what_can_be_dialled_is_kept_as_it_is() {
        for text in ["4021", "0", "*61#", "+442079460123"] {
            assert_eq!(Extension::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(Extension::parse(" 4021\t").unwrap().as_str(), "4021");
    }

    #[test]
    fn what_stands_for_other_numbers_is_refused() {
        for (text, why) in [
            ("", NotDialable::Empty),
            ("+", NotDialable::Character('+')),
            ("40XX", NotDialable::Character('X')),
            ("4[0-5]1", NotDialable::Character('[')),
            ("TBC", NotDialable::Character('T')),
            ("4021 4022", NotDialable::Character(' ')),
            ("٤٠٢١", NotDialable::Character('٤')),
            ("0123456789012345678901234", NotDialable::TooLong(25)),
        ] {
            assert_eq!(Extension::parse(text), Err(why), "{text}");
        }
    }
}
