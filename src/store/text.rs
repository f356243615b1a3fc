//! Text between double quotes, as YAML writes it, with nothing in it that a reader can't see.

use std::borrow::Cow;

/// Appends `text` in double quotes.
///
/// Line breaks, control characters, and characters that show nothing or turn the direction of
/// writing become escapes; so a text is one line, and `git show` shows all of it.
pub(super) fn quote(out: &mut String, text: &str) {
    out.push('"');
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if text.as_bytes().iter().all(plain) {
        out.push_str(text);
    } else {
        text.chars().for_each(|c| escape(out, c));
    }
    out.push('"');
}

fn escape(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if !hides(c) => out.push(c),
        c if u32::from(c) <= 0xFFFF => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        c => out.push_str(&format!("\\U{:08X}", u32::from(c))),
    }
}

/// Whether a character shows nothing, or changes how others are shown.
pub(super) fn hides(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || c.is_whitespace()
        || matches!(u32::from(c),
            0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164
            | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0xFFFE | 0xFFFF
            | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// Takes a double-quoted text off the front: the text, and what follows its closing quote.
///
/// Nothing where it isn't one, or isn't as [`quote`] writes it.
pub(super) fn unquote(from: &str) -> Option<(Cow<'_, str>, &str)> {
    let inner = from.strip_prefix('"')?;
    let end = inner.bytes().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1F | 0x7F))?;
    let (start, rest) = (inner.get(..end)?, inner.get(end..)?);
    if let Some(rest) = rest.strip_prefix('"') {
        return Some((Cow::Borrowed(start), rest));
    }
    let mut text = String::from(start);
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some((Cow::Owned(text), chars.as_str())),
            '\\' => text.push(match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                c @ ('"' | '\\') => c,
                'u' => code(&mut chars, 4)?,
                'U' => code(&mut chars, 8)?,
                _ => return None,
            }),
            c if c.is_ascii_control() => return None,
            c => text.push(c),
        }
    }
}

fn code(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let hex = chars.as_str().get(..digits)?;
    if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    chars.nth(digits - 1);
    char::from_u32(u32::from_str_radix(hex, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quoted(text: &str) -> String {
        let mut out = String::new();
        quote(&mut out, text);
        out
    }

    #[test]
    fn what_hides_is_written_as_an_escape() {
        assert_eq!(quoted("Zoë 日本 🙂"), "\"Zoë 日本 🙂\"");
        assert_eq!(quoted("a\nb\t\"c\"\\"), r#""a\nb\t\"c\"\\""#);
        assert_eq!(
            quoted("\u{1b}[31m\u{202e}\u{feff}\u{e0041}"),
            r#""\u001B[31m\u202E\uFEFF\U000E0041""#
        );
        assert_eq!(quoted("\u{a0}\u{85}\u{2028}"), r#""\u00A0\u0085\u2028""#);
    }

    #[test]
    fn text_without_escapes_is_borrowed() {
        let (text, rest) = unquote("\"4021\", \"4022\"]").unwrap();
        assert!(matches!(text, Cow::Borrowed("4021")));
        assert_eq!(rest, ", \"4022\"]");
    }

    #[test]
    fn what_we_never_write_is_left_to_the_yaml_library() {
        for text in
            ["x", "'x'", "\"x", "\"\\x41\"", "\"\\u12\"", "\"\\uD800\"", "\"\\u+041\"", "\"a\tb\""]
        {
            assert_eq!(unquote(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(text in any::<String>()) {
            let line = quoted(&text);
            prop_assert!(!line.chars().any(hides));
            let (back, rest) = unquote(&line).unwrap();
            prop_assert_eq!(back, text.as_str());
            prop_assert_eq!(rest, "");
        }

        #[test]
        fn no_line_makes_it_panic(text in any::<String>()) {
            let _ = unquote(&text);
            let _ = unquote(&format!("\"{text}"));
        }
    }
}
