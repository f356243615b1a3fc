//! The line reader: takes exactly what we write, and leaves everything else to the YAML library.

use std::borrow::Cow;

use super::{
    block::{Block, Entry, Fields, Flaw, Place, Raw, Shape},
    key, text,
};

/// What a file holds where no one is in it.
pub(super) const NOBODY: &str = "{}\n";

/// Why the line reader gave no entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deviation {
    /// The text is not as we write it; a person may have edited it.
    NotOurs,
    /// The text is as we write it, and an entry makes no sense.
    Decoded(Flaw),
}

/// Reads a file of our own form. Texts are borrowed; one [`Block`] is used for all entries.
pub(super) fn read<'a, T>(
    text: &'a str,
    fields: Fields,
    decode: impl Fn(&mut Block<'a>) -> Result<T, Flaw>,
) -> Result<Vec<T>, Deviation> {
    let mut entries = Vec::new();
    if text == NOBODY {
        return Ok(entries);
    }
    let mut lines = Lines { rest: text, line: 0 };
    let mut block = Block::default();
    let mut keys = Vec::new();
    let mut next = lines.next();
    while let Some(line) = next {
        let key = line.strip_suffix(':').filter(|key| is_key(key)).ok_or(Deviation::NotOurs)?;
        keys.push(key);
        block.key = Cow::Borrowed(key);
        block.at = Place { line: lines.line, column: 1 };
        block.fields.clear();
        next = lines.fields(&mut block, fields).ok_or(Deviation::NotOurs)?;
        entries.push(decode(&mut block).map_err(Deviation::Decoded)?);
    }
    // The order is that of the ids, which escapes may turn round.
    keys.sort_unstable();
    let twice = keys.windows(2).any(|pair| pair[0] == pair[1]);
    if entries.is_empty() || twice || !lines.rest.is_empty() {
        return Err(Deviation::NotOurs);
    }
    Ok(entries)
}

fn is_key(key: &str) -> bool {
    key.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && key.bytes().all(|byte| key::stays(byte) || byte == b'%')
}

/// The lines of a text; a last one without its line break stays in `rest`.
struct Lines<'a> {
    rest: &'a str,
    line: u32,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        self.rest = rest;
        self.line += 1;
        Some(line)
    }
}

impl<'a> Lines<'a> {
    /// Reads the fields of an entry; gives the line after them, or nothing where one isn't ours.
    #[expect(clippy::option_option, reason = "not ours, or ours and the last line")]
    fn fields(&mut self, block: &mut Block<'a>, fields: Fields) -> Option<Option<&'a str>> {
        let mut fields = fields.iter();
        let mut next = self.next();
        while let Some(line) = next {
            let Some(field) = line.strip_prefix("  ") else { break };
            let (name, value) = field.split_once(':')?;
            // We write them in this order, and each once.
            let (_, shape) = fields.find(|(known, _)| *known == name)?;
            let at = Place { line: self.line, column: 3 };
            next = self.next();
            let value = match shape {
                Shape::Flag if value == " true" => Raw::Flag(true),
                Shape::Flag => return None,
                Shape::Text => Raw::Text(whole(value.strip_prefix(' ')?)?),
                Shape::List if value.is_empty() => {
                    let mut list = Vec::new();
                    while let Some(item) = next.and_then(|line| line.strip_prefix("    - ")) {
                        list.push(whole(item)?);
                        next = self.next();
                    }
                    Raw::List(list)
                }
                Shape::List => Raw::List(inline(value)?),
            };
            block.fields.push(Entry { name: Cow::Borrowed(name), value, at });
        }
        (!block.fields.is_empty()).then_some(next)
    }
}

/// A quoted text and nothing after it.
fn whole(value: &str) -> Option<Cow<'_, str>> {
    let (text, rest) = text::unquote(value)?;
    rest.is_empty().then_some(text)
}

/// ` ["4022", "4023"]`.
fn inline(value: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut rest = value.strip_prefix(" [")?;
    let mut list = Vec::new();
    loop {
        let (item, after) = text::unquote(rest)?;
        list.push(item);
        if after == "]" {
            return Some(list);
        }
        rest = after.strip_prefix(", ")?;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIELDS: Fields = &[
        ("name", Shape::Text),
        ("flag", Shape::Flag),
        ("list", Shape::List),
        ("more", Shape::List),
    ];

    fn keys(text: &str) -> Result<Vec<String>, Deviation> {
        read(text, FIELDS, |block| Ok(block.key.to_string()))
    }

    #[test]
    fn entries_are_read_as_we_write_them() {
        let text = "a:\n  name: \"x\\ty\"\n  list: [\"1\", \"2\"]\nb/1:\n  flag: true\n  more:\n    - \"3\"\n    - \"4\"\n";
        let blocks = read(text, FIELDS, |block| Ok(block.clone())).unwrap();
        assert_eq!(blocks[0].fields[0].value, Raw::Text("x\ty".into()));
        assert_eq!(blocks[0].fields[1].value, Raw::List(vec!["1".into(), "2".into()]));
        assert_eq!(blocks[1].at, Place { line: 4, column: 1 });
        assert_eq!(blocks[1].fields[1].value, Raw::List(vec!["3".into(), "4".into()]));
        assert_eq!(keys("{}\n"), Ok(vec![]));
    }

    #[test]
    fn everything_else_is_left_to_the_yaml_library() {
        for text in [
            "",
            "a:\n",
            "a:\n  name: x\n",
            "a:\n  name: \"x\"",
            "a:\r\n  name: \"x\"\r\n",
            "a:\n  name: \"x\" # why\n",
            "# why\na:\n  name: \"x\"\n",
            "a:\n  name: \"x\"\n\n",
            "a:\n  name: \"x\"\n  name: \"y\"\n",
            "a:\n  name: \"x\"\na:\n  name: \"x\"\n",
            "a:\n  nom: \"x\"\n",
            "a:\n  flag: false\n",
            "a:\n  list: []\n",
            "a:\n  list: [\"1\",\"2\"]\n",
            "a:\n   name: \"x\"\n",
            "A:\n  name: \"x\"\n",
            "a b:\n  name: \"x\"\n",
        ] {
            assert_eq!(keys(text), Err(Deviation::NotOurs), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "([a:{} \n\"\\\\\\[\\],-]|name|list|flag|true|é|\u{2028}){0,40}") {
            let _ = keys(&text);
        }
    }
}
