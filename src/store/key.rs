//! Ids and paths as keys that every YAML reader takes for plain text, and git for a heading.

use std::{borrow::Cow, fmt::Write as _};

use sha2::{Digest, Sha256};

/// Longest key written in full; YAML ends a key without quotes at 1,024 characters.
const LONGEST: usize = 240;

/// Between the start of a long name and its hash. No escaped name holds it by chance: see [`of`].
const CUT: &str = "~~";

/// The key of `name`: the prefix, then the name with everything but `A-Za-z0-9-._/@~` as `%XX`.
///
/// The prefix starts with a letter, so that git shows the key above each change. A name too long
/// for a key is cut and ends in `~~` and a hash; its entry then tells the name in a field, and
/// [`Key::Cut`] says so.
pub(super) fn of(prefix: &str, name: &str) -> Key {
    let mut key = String::with_capacity(prefix.len() + name.len());
    key.push_str(prefix);
    for byte in name.bytes() {
        if stays(byte) {
            key.push(char::from(byte));
        } else {
            let _ = write!(key, "%{byte:02X}");
        }
    }
    if key.len() <= LONGEST && !key.contains(CUT) {
        return Key::Whole(key);
    }
    key.truncate(LONGEST - 40);
    if let Some(at) = key.rfind('%').filter(|at| at + 3 > key.len()) {
        key.truncate(at);
    }
    let key = key.replace(CUT, "~-");
    let hash = Sha256::digest(name.as_bytes());
    let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Key::Cut(format!("{key}{CUT}{hex}"))
}

/// A key, and whether it tells the whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// The name can be read from it.
    Whole(String),
    /// The name needs a field of its own.
    Cut(String),
}

impl Key {
    /// The key.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Whole(key) | Self::Cut(key) => key,
        }
    }
}

/// Whether a byte stands for itself in a key.
pub(super) fn stays(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/' | b'@' | b'~')
}

/// Reads the name from a key; nothing where the prefix is another, the name was cut, or the escapes are wrong.
pub(super) fn name<'a>(prefix: &str, key: &'a str) -> Option<Cow<'a, str>> {
    let name = key.strip_prefix(prefix).filter(|name| !name.contains(CUT))?;
    if !name.contains('%') {
        return Some(Cow::Borrowed(name));
    }
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let hex = std::str::from_utf8(rest.get(..2)?).ok()?;
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(hex, 16).ok()?);
        rest = rest.get(2..)?;
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_ordinary_id_reads_as_it_is() {
        assert_eq!(of("u-", "staff/6f1c-2e7a"), Key::Whole("u-staff/6f1c-2e7a".into()));
        assert_eq!(of("u-", "staff/Zoë: #1"), Key::Whole("u-staff/Zo%C3%AB%3A%20%231".into()));
    }

    #[test]
    fn a_long_name_is_cut_and_told_apart_by_its_hash() {
        let (one, two) = ("x".repeat(5000), "x".repeat(5001));
        let (one, two) = (of("u-", &one), of("u-", &two));
        assert!(matches!(&one, Key::Cut(key) if key.len() <= LONGEST && name("u-", key).is_none()));
        assert_ne!(one, two);
        assert!(matches!(of("u-", "staff/a~~b"), Key::Cut(_)));
    }

    proptest! {
        #[test]
        fn a_whole_key_gives_its_name(text in any::<String>()) {
            let key = of("u-", &text);
            prop_assert!(key.as_str().bytes().all(|b| stays(b) || b == b'%'));
            match key {
                Key::Whole(key) => prop_assert_eq!(name("u-", &key).unwrap(), text),
                Key::Cut(key) => prop_assert!(name("u-", &key).is_none()),
            }
        }

        #[test]
        fn no_key_makes_it_panic(text in any::<String>()) {
            let _ = name("", &text);
            let _ = name("", &format!("%{text}"));
        }
    }
}
