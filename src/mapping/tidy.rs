//! Texts as the directory keeps them.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::directory::{Field, Text};

/// A source's text as a field keeps it: composed (NFC), without white space at its ends, on one
/// line but for an address. None where nothing is left.
///
/// Control characters that are no line ends stay; whoever prints them has to escape them.
pub(super) fn tidy(field: Field, text: &Text) -> Option<Text> {
    let bytes = text.as_bytes();
    let (first, last) = (*bytes.first()?, *bytes.last()?);
    // Most texts are short, plain and already right.
    if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) && first != b' ' && last != b' ' {
        return Some(text.clone());
    }
    let mut tidied = String::with_capacity(text.len());
    let mut ended = false;
    for c in text.chars() {
        if !matches!(c, '\r' | '\n' | '\t') {
            ended = false;
            tidied.push(c);
        } else if field == Field::SiteAddress && c != '\t' {
            // CR LF is one line end.
            if !(c == '\n' && ended) {
                tidied.push('\n');
            }
            ended = c == '\r';
        } else if !ended || field == Field::SiteAddress {
            ended = field != Field::SiteAddress;
            tidied.push(' ');
        }
    }
    let composed = composed(&tidied);
    (!composed.is_empty()).then(|| composed.into())
}

/// A source's text as expressions see it: composed (NFC), without white space at its ends, so that
/// `site == 'Zürich'` holds however the source spells it. Lines stay.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        tidy(Field::Name, &text.into()).map(Into::into)
    }

    #[test]
    fn texts_are_composed_and_trimmed() {
        assert_eq!(name("Ame\u{301}lie").as_deref(), Some("Am\u{e9}lie"));
        assert_eq!(name("  Ada \u{a0}").as_deref(), Some("Ada"));
        assert_eq!(name("Ada"), Some("Ada".to_owned()));
        assert_eq!(name(" \r\n\t "), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn only_an_address_has_several_lines() {
        assert_eq!(name("Ada\r\n\tLovelace").as_deref(), Some("Ada Lovelace"));
        let address = |text: &str| tidy(Field::SiteAddress, &text.into()).unwrap();
        assert_eq!(
            address("1 High St\r\nLondon\rUK\n\nE1\t2\r\n"),
            "1 High St\nLondon\nUK\n\nE1 2"
        );
        assert_eq!(address("a\r\n\r\nb"), "a\n\nb");
    }

    #[test]
    fn other_control_characters_are_left_to_whoever_prints_them() {
        assert_eq!(name("A\u{1b}[31mda\0").as_deref(), Some("A\u{1b}[31mda\0"));
        assert_eq!(name("\u{202e}adA").as_deref(), Some("\u{202e}adA"));
    }
}
