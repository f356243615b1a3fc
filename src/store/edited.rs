//! The reader for files that a person has edited: any YAML of the right shape.

use std::{borrow::Cow, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_saphyr::{Error, Location, Spanned, budget::Budget, options::MergeKeyPolicy};

use super::block::{Block, Entry, Fields, Flaw, Place, Raw, Shape};

/// Reads a file through the YAML library; unknown fields and keys that are there twice are flaws.
pub(super) fn read(text: &str, fields: Fields) -> Result<Vec<Block<'static>>, Flaw> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Ok(Vec::new());
    }
    let blocks = serde_saphyr::with_deserializer_from_str_with_options(text, options(), |yaml| {
        File(fields).deserialize(yaml)
    });
    let blocks = blocks.map_err(|error| flaw(&error))?;
    // Refused only now, as the library would give the place of the whole entry.
    let strange = |entry: &&Entry<'_>| fields.iter().all(|(known, _)| *known != entry.name);
    match blocks.iter().flat_map(|block| &block.fields).find(strange) {
        Some(entry) => Err(Flaw::new(entry.at, unknown(&entry.name, fields))),
        None => Ok(blocks),
    }
}

/// Strict about keys, wide in size: a group's list can be long.
pub(super) fn options() -> serde_saphyr::Options {
    let mut budget = Budget::default();
    (budget.max_events, budget.max_nodes) = (50_000_000, 50_000_000);
    budget.max_total_scalar_bytes = 1 << 30;
    serde_saphyr::options! {
        budget: Some(budget),
        strict_booleans: true,
        merge_keys: MergeKeyPolicy::Error,
        with_snippet: false,
    }
}

/// What the library found, with its place.
pub(super) fn flaw(error: &Error) -> Flaw {
    let at = error.location().map_or(Place { line: 1, column: 1 }, place);
    let text = error.without_snippet().to_string();
    let first = text.lines().next().unwrap_or_default();
    // The library's own words end in the place, which the reader is told anyhow.
    let end = first.find(" at line ").or_else(|| first.find("line ").filter(|at| *at > 0));
    let message = first.get(..end.unwrap_or(first.len())).unwrap_or(first);
    if message.starts_with("cannot deserialize null") {
        return Flaw { at, message: "nothing stands where a name is meant".into() };
    }
    Flaw { at, message: message.trim_end_matches([' ', ',', ':', '(']).into() }
}

fn place(location: Location) -> Place {
    Place {
        line: location.line().try_into().unwrap_or(u32::MAX),
        column: location.column().try_into().unwrap_or(u32::MAX),
    }
}

struct File(Fields);

impl<'de> DeserializeSeed<'de> for File {
    type Value = Vec<Block<'static>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for File {
    type Value = Vec<Block<'static>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("entries, each a key with fields beneath it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut blocks = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let fields = map.next_value_seed(OfEntry(self.0))?;
            blocks.push(Block { key: key.value.into(), at: place(key.referenced), fields });
        }
        Ok(blocks)
    }
}

struct OfEntry(Fields);

impl<'de> DeserializeSeed<'de> for OfEntry {
    type Value = Vec<Entry<'static>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OfEntry {
    type Value = Vec<Entry<'static>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fields, each a name and a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<Spanned<String>>()? {
            let at = place(name.referenced);
            let shape =
                self.0.iter().find(|(known, _)| *known == name.value).map(|(_, shape)| shape);
            let value = match shape {
                None => {
                    map.next_value::<de::IgnoredAny>()?;
                    Raw::None
                }
                Some(Shape::Text) => match map.next_value::<Option<String>>()? {
                    None => Raw::None,
                    Some(text) => Raw::Text(text.into()),
                },
                Some(Shape::Flag) => match map.next_value::<Option<bool>>()? {
                    None => Raw::None,
                    Some(flag) => Raw::Flag(flag),
                },
                Some(Shape::List) => match map.next_value::<Option<Vec<String>>>()? {
                    None => Raw::None,
                    Some(list) => Raw::List(list.into_iter().map(Cow::Owned).collect()),
                },
            };
            entries.push(Entry { name: name.value.into(), value, at });
        }
        Ok(entries)
    }
}

fn unknown(name: &str, fields: Fields) -> String {
    let near = fields
        .iter()
        .map(|(known, _)| (strsim::damerau_levenshtein(name, known), known))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, known)| format!("; did you mean `{known}`?"));
    format!("there is no field `{name}`{}", near.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIELDS: Fields = &[
        ("name", Shape::Text),
        ("mobile", Shape::Text),
        ("flag", Shape::Flag),
        ("list", Shape::List),
    ];

    #[test]
    fn what_a_person_writes_is_read_as_text() {
        let text =
            "# moved by hand\nu-staff/7: {name: no, mobile: 0389, flag: true, list: [042, '7']}\n";
        let [block] = &read(text, FIELDS).unwrap()[..] else { panic!("one entry") };
        assert_eq!(block.key, "u-staff/7");
        assert_eq!(block.at, Place { line: 2, column: 1 });
        let values: Vec<_> = block.fields.iter().map(|field| field.value.clone()).collect();
        assert_eq!(
            values,
            [
                Raw::Text("no".into()),
                Raw::Text("0389".into()),
                Raw::Flag(true),
                Raw::List(vec!["042".into(), "7".into()]),
            ]
        );
        assert_eq!(read("", FIELDS), Ok(vec![]));
        assert_eq!(read("{}", FIELDS), Ok(vec![]));
    }

    #[test]
    fn a_flaw_says_what_and_where() {
        let flaw = |text| {
            let flaw = read(text, FIELDS).unwrap_err();
            (flaw.at.line, flaw.at.column, flaw.message)
        };
        let (line, column, message) = flaw("a:\n  name: x\n  mobil: y\n");
        assert_eq!(
            (line, message.as_str()),
            (3, "there is no field `mobil`; did you mean `mobile`?"),
            "{column}"
        );
        let (line, _, message) = flaw("a:\n  name: x\n: y\n");
        assert_eq!((line, message.as_str()), (3, "nothing stands where a name is meant"));
        assert_eq!(flaw("a:\n  name: x\n  name: y\n").0, 3);
        assert_eq!(flaw("a:\n  name: x\na:\n  name: y\n").0, 3);
        assert_eq!(flaw("a:\n  name: \"x\n").0, 2);
        assert_eq!(flaw("a:\n  flag: yes\n").0, 2);
        assert_eq!(flaw("a:\n  name: [x]\n").0, 2);
        assert_eq!(flaw("<<<<<<< ours\na:\n  name: x\n").0, 1);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "([a:{} \n\"\\\\\\[\\],*&!|>-]|name|list|flag|true|é|\u{2028}){0,40}") {
            let _ = read(&text, FIELDS);
        }
    }
}
