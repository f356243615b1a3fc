//! What of a manifest may be shown: no secret, and nothing that a terminal would obey.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

/// Keys whose value is probably secret, also where a mistake keeps us from knowing.
static SECRET_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?im)(?:pas+w(?:or)?d|pas+phrase|pwd|secret|token|credentials?|api_?key|community)["']?[ \t]*:[ \t]*([^\s{][^\r\n]*|\{[ \t]*[^\r\n]*)"#,
    )
    .ok()
});

/// A password in an address: `https://bot:s3cr3t@git.corp.example`.
static IN_ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"://[^\s/@:'"]*:([^\s'"]+)@"#).ok());

static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\{[ \t]*(?:env|file|command)[ \t]*:").ok());

/// The text with the ranges, and values that are probably secret, masked to the end of their last
/// line; every byte offset outside stays what it was.
pub(super) fn shown(text: &str, secrets: &[Range<usize>]) -> String {
    let mut hidden: Vec<Range<usize>> = secrets.to_vec();
    if let Some(pattern) = SECRET_LINE.as_ref() {
        for value in pattern.captures_iter(text).filter_map(|found| found.get(1)) {
            if !REFERENCE.as_ref().is_some_and(|known| known.is_match(value.as_str())) {
                hidden.push(value.range());
            }
        }
    }
    if let Some(pattern) = IN_ADDRESS.as_ref() {
        let found = pattern.captures_iter(text).filter_map(|found| found.get(1));
        hidden.extend(found.map(|password| password.range()));
    }
    let mut bytes = visible(text).into_bytes();
    for range in hidden {
        let rest = text.get(range.end..).unwrap_or_default();
        let end = range.end + rest.find(['\n', '\r']).unwrap_or(rest.len());
        let masked = bytes.get_mut(range.start..end).into_iter().flatten();
        for (index, byte) in masked.enumerate() {
            match (*byte, index) {
                (b'\n' | b'\r', _) => {}
                (_, 0..3) => *byte = b'*',
                _ => *byte = b' ',
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// The text with every character that a terminal would obey or that can't be seen replaced by one of
/// as many bytes.
fn visible(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\r' | '\t' => character,
            _ if !treacherous(character) => character,
            _ => match character.len_utf8() {
                1 => '?',
                2 => '\u{b7}',
                _ => '\u{fffd}',
            },
        })
        .collect()
}

/// A message, path or label on one line, without what a terminal would obey.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\r' | '\t' => ' ',
            _ if treacherous(character) => '\u{fffd}',
            _ => character,
        })
        .collect()
}

/// Control characters, and those that hide or turn round what stands near them (Unicode TR 36).
fn treacherous(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
        )
        || ('\u{e0000}'..='\u{e0fff}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_masked_and_offsets_stay() {
        let text = "bind: { user: x, password: hunter2 }\npasword: 'x y'\nurl: a\n";
        let shown = shown(text, &[]);
        assert_eq!(shown.len(), text.len());
        assert!(!shown.contains("hunter2") && !shown.contains("x y"), "{shown}");
        assert_eq!(shown.find("url: a"), text.find("url: a"));
    }

    #[test]
    fn a_password_in_an_address_is_masked() {
        for text in ["remote: https://bot:s3cr3t@git/d.git", "- 'ldaps://u:s3cr3t@dc1' # x"] {
            let shown = shown(text, &[]);
            assert!(!shown.contains("s3cr3t") && shown.len() == text.len(), "{shown}");
        }
        let plain = "url: ldaps://dc1.corp.example:636";
        assert_eq!(shown(plain, &[]), plain);
    }

    #[test]
    fn references_may_be_seen() {
        let text = "password: { env: AD_PASSWORD }\npassword: {env: X}";
        assert_eq!(shown(text, &[]), text);
    }

    #[test]
    fn a_range_is_masked_to_the_end_of_its_line() {
        let secret = 4..11;
        assert_eq!(
            shown("a: [hunter2, b]\nc", std::slice::from_ref(&secret)),
            "a: [***        \nc"
        );
    }

    #[test]
    fn what_a_terminal_would_obey_is_replaced() {
        assert_eq!(clean("a\u{1b}[31m\u{202e}\n"), "a\u{fffd}[31m\u{fffd} ");
        let text = "\u{9b}\u{1b}\u{200b}x";
        assert_eq!(
            (shown(text, &[]).len(), shown(text, &[]).as_str()),
            (text.len(), "·?\u{fffd}x")
        );
    }
}
