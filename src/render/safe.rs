//! Untrusted text, made safe to look at: the one way in which data reaches a reader.

use std::{borrow::Cow, fmt};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Text in which nothing can move a cursor, turn the reading order round, or hide.
///
/// Control characters become their pictures (`␛`, `␊`, `␡`), other invisible or reordering
/// characters their number (`\u{202e}`). Everything else stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safe<'a>(Cow<'a, str>);

/// Makes text safe to look at.
pub fn safe(text: &str) -> Safe<'_> {
    let Some(first) = text.find(is_hostile) else { return Safe(Cow::Borrowed(text)) };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for c in text[first..].chars() {
        push(&mut out, c);
    }
    Safe(Cow::Owned(out))
}

impl Safe<'_> {
    /// Cut to so many columns of a terminal, between what people see as characters; what was cut
    /// shows as `…`.
    pub fn cut(self, columns: usize) -> Self {
        // A "character" of a hundred combining marks is one column wide and still too long.
        let longest = columns.saturating_mul(8);
        if self.0.len() <= columns || (self.0.len() <= longest && self.0.width() <= columns) {
            return self;
        }
        let mut out = String::new();
        let mut width = 0;
        for grapheme in self.0.graphemes(true) {
            let wide = grapheme.width();
            if width + wide + 1 > columns || out.len() + grapheme.len() > longest {
                break;
            }
            width += wide;
            out.push_str(grapheme);
        }
        out.push('…');
        Safe(Cow::Owned(out))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many columns of a terminal it takes.
    pub fn width(&self) -> usize {
        self.0.width()
    }
}

impl fmt::Display for Safe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// JSON text with every character that could harm a terminal written as an escape. It means the
/// same: outside of strings JSON has no such characters but line feeds, which stay.
pub fn json(text: &str) -> Cow<'_, str> {
    escaped(text, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    })
}

/// JSON text as [`json`], for readers of YAML, which know no pairs of surrogates.
pub fn json_in_yaml(text: &str) -> Cow<'_, str> {
    escaped(text, |c, out| match u32::from(c) {
        short @ ..=0xffff => out.push_str(&format!("\\u{short:04x}")),
        long => out.push_str(&format!("\\U{long:08x}")),
    })
}

fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !needs_care(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if c == '\n' || !is_hostile(c) { out.push(c) } else { escape(c, &mut out) }
    }
    Cow::Owned(out)
}

/// Whether a text has something in it that [`safe`] would change, line feeds aside.
pub fn needs_care(text: &str) -> bool {
    text.contains(|c| c != '\n' && is_hostile(c))
}

fn push(out: &mut String, c: char) {
    let picture = match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('\u{2421}'),
        c if is_hostile(c) => None,
        c => Some(c),
    };
    match picture {
        Some(c) => out.push(c),
        None => out.extend(c.escape_unicode()),
    }
}

fn is_hostile(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        // soft hyphen, combining grapheme joiner, Arabic letter mark, Hangul fillers
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        // zero-width, marks and overrides of direction, line separators, isolates
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_raw() {
        for (text, shown) in [
            ("Amélie 🦊 李", "Amélie 🦊 李"),
            ("a\x1b[31mb\r\nc\0", "a␛[31mb␍␊c␀"),
            ("\u{9b}2J\x7f", "\\u{9b}2J␡"),
            ("txt\u{202e}gpj", "txt\\u{202e}gpj"),
            ("a\u{200b}b\u{feff}", "a\\u{200b}b\\u{feff}"),
            ("x\u{2028}y\u{e0041}", "x\\u{2028}y\\u{e0041}"),
        ] {
            assert_eq!(safe(text).as_str(), shown);
        }
    }

    #[test]
    fn text_is_cut_between_characters_that_people_see() {
        assert_eq!(safe("Ada Lovelace").cut(6).as_str(), "Ada L…");
        assert_eq!(safe("Ada").cut(3).as_str(), "Ada");
        assert_eq!(safe("李李李").cut(4).as_str(), "李…");
        assert_eq!(safe("e\u{301}e\u{301}e\u{301}").cut(2).as_str(), "e\u{301}…");
    }

    #[test]
    fn a_pile_of_marks_does_not_pass_for_one_character() {
        let pile = format!("a{}", "\u{301}".repeat(10_000));
        assert!(safe(&pile).cut(20).as_str().len() < 200);
    }

    #[test]
    fn json_means_the_same_and_is_safe() {
        let value = serde_json::json!({ "name": "a\u{9b}\u{202e}\u{e0041}\u{7f}\n" });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let escaped = json(&text);
        assert!(!needs_care(&escaped));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
        let escaped = json_in_yaml(&text);
        assert!(!needs_care(&escaped));
        assert_eq!(serde_yaml::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }
}
