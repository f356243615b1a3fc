//! The ledger as text, and back: what was not used, what is disputed, unknown, and where sources
//! disagree.
//!
//! A part of it is one file, `ledger/disputes.yaml`, until it is large; then it is several,
//! `ledger/disputes/0.yaml` and on, so that an entry that comes or goes rewrites a small file.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::directory::{Disagreement, Dispute, Field, Id, Since, Skipped, Text, Unknown};

use super::{
    block::{self, Block, Fields, Flaw, Raw, Shape},
    folder,
    key::{self, Key},
    lines, records,
    tree::Listing,
};

/// The parts of the ledger, as their files are called.
const PARTS: [&str; 4] = [Skipped::PART, DISPUTES, UNKNOWN, DISAGREEMENTS];

const DISPUTES: &str = <Since<Dispute>>::PART;
const UNKNOWN: &str = <Since<Unknown>>::PART;
const DISAGREEMENTS: &str = <Since<Disagreement>>::PART;

/// The part of the ledger that a file is of, and its number where there are several.
pub(super) fn part(path: &str) -> Option<(&'static str, Option<usize>)> {
    let stem = path.strip_prefix("ledger/")?.strip_suffix(".yaml")?;
    let (name, number) = match stem.split_once('/') {
        None => (stem, None),
        Some((name, number)) => (name, Some(number.parse().ok()?)),
    };
    PARTS.into_iter().find(|part| *part == name).map(|part| (part, number))
}

/// An entry of the ledger.
pub(super) trait Entry: Sized + Sync + Send {
    /// What its files are called.
    const PART: &'static str;
    /// What it is about, once in a ledger but for [`Entry::all`]; its key is made of it.
    fn name(&self) -> Cow<'_, str>;
    /// Everything that tells it from another of the same name.
    fn all(&self) -> String;
    /// Appends it under a key that tells its name, or not.
    fn write(&self, out: &mut String, key: &Key);
    /// Reads it.
    fn read(block: &mut Block<'_>) -> Result<Self, Flaw>;
    /// The fields that it may have.
    const FIELDS: Fields;
    /// What stands before its key.
    const PREFIX: &'static str;
}

/// The files of a part of the ledger: path and text; none where it is empty.
pub(super) fn files<E: Entry>(entries: &[E], parent: &Listing) -> Vec<(String, String)> {
    if entries.is_empty() {
        return Vec::new();
    }
    let now =
        parent.files.keys().filter(|path| part(path).is_some_and(|(name, _)| name == E::PART));
    let count = folder::ledger_files(entries.len(), now.count());
    let mut parts = vec![Vec::new(); count];
    for entry in entries {
        let name = entry.name();
        parts[folder::file_of(&name, count)].push((name, entry));
    }
    let path = |number| match count {
        1 => format!("ledger/{}.yaml", E::PART),
        _ => format!("ledger/{}/{number}.yaml", E::PART),
    };
    let texts: Vec<String> = parts.into_par_iter().map(text).collect();
    texts.into_iter().enumerate().map(|(number, text)| (path(number), text)).collect()
}

fn text<E: Entry>(mut entries: Vec<(Cow<'_, str>, &E)>) -> String {
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    let mut out = String::with_capacity(entries.len() * 160);
    let mut last: Option<&str> = None;
    let mut whole = Vec::new();
    for (name, entry) in &entries {
        if last == Some(&**name) {
            // A key may be there once; `~~` gives one that doesn't tell the name.
            let all = format!("{name}~~{}", entry.all());
            if !whole.contains(&all) {
                entry.write(&mut out, &key::of(E::PREFIX, &all));
                whole.push(all);
            }
            continue;
        }
        whole = vec![format!("{name}~~{}", entry.all())];
        entry.write(&mut out, &key::of(E::PREFIX, name));
        last = Some(name);
    }
    if entries.is_empty() {
        out.push_str(lines::NOBODY);
    }
    out
}

/// Reads one file of a part.
pub(super) fn read<E: Entry>(text: &str) -> Result<Vec<E>, Flaw> {
    block::read(text, E::FIELDS, E::read)
}

fn head(out: &mut String, key: &Key) {
    out.push_str(key.as_str());
    out.push_str(":\n");
}

/// Appends fields that the key tells, where it was cut.
fn untold(out: &mut String, key: &Key, fields: &[(&str, &str)]) {
    if let Key::Cut(_) = key {
        fields.iter().for_each(|(name, value)| records::some(out, name, Some(value)));
    }
}

/// What a key tells, where it was not cut.
fn told<'b>(block: &'b Block<'_>, prefix: &str) -> Result<Cow<'b, str>, Flaw> {
    key::name(prefix, &block.key).ok_or_else(|| {
        Flaw::new(block.at, format!("`{}` is not `{prefix}` and what it is about", block.key))
    })
}

fn id(text: &str, block: &Block<'_>) -> Result<Id, Flaw> {
    Id::parse(text).map_err(|because| Flaw::new(block.at, because.to_string()))
}

fn ids(block: &mut Block<'_>, name: &str) -> Result<Vec<Id>, Flaw> {
    let Some(field) = block.take(name) else { return Ok(Vec::new()) };
    let Raw::List(list) = field.value else {
        return Err(Flaw::new(field.at, format!("`{name}` has nothing in it")));
    };
    let mut ids = list.iter().map(|text| id(text, block)).collect::<Result<Vec<_>, _>>()?;
    ids.sort();
    ids.dedup();
    Ok(ids)
}

impl Entry for Skipped {
    const PART: &'static str = "skipped";
    const PREFIX: &'static str = "s-";
    const FIELDS: Fields = &[
        ("id", Shape::Text),
        ("code", Shape::Text),
        ("because", Shape::Text),
        ("since", Shape::Text),
    ];

    fn name(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }

    fn all(&self) -> String {
        String::new()
    }

    fn write(&self, out: &mut String, key: &Key) {
        let Self { id, code, because, since } = self;
        head(out, key);
        untold(out, key, &[("id", id.as_str())]);
        records::some(out, "code", Some(code));
        records::some(out, "because", Some(because));
        records::field(out, "since", &since.to_string());
    }

    fn read(block: &mut Block<'_>) -> Result<Self, Flaw> {
        let about = person(block, Self::PREFIX)?;
        let since = records::since(block)?;
        let [code, because] = ["code", "because"].map(|n| block.take_text(n).unwrap_or_default());
        Ok(Self { id: about, code, because, since })
    }
}

/// The id that a key tells, or the field `id`.
fn person(block: &mut Block<'_>, prefix: &str) -> Result<Id, Flaw> {
    match block.take_text("id") {
        Some(text) => id(&text, block),
        None => id(&told(block, prefix)?, block),
    }
}

impl Entry for Since<Dispute> {
    const PART: &'static str = "disputes";
    const PREFIX: &'static str = "d-";
    const FIELDS: Fields = &[
        ("by", Shape::Text),
        ("value", Shape::Text),
        ("records", Shape::List),
        ("people", Shape::List),
        ("since", Shape::Text),
    ];

    fn name(&self) -> Cow<'_, str> {
        format!("{}/{}", self.what.by, self.what.value).into()
    }

    fn all(&self) -> String {
        format!("{:?} {:?}", self.what.records, self.what.people)
    }

    fn write(&self, out: &mut String, key: &Key) {
        let Dispute { records: those, by, value, people } = &self.what;
        head(out, key);
        untold(out, key, &[("by", by), ("value", value)]);
        records::list(out, "records", those.iter().map(Id::as_str));
        records::list(out, "people", people.iter().map(Id::as_str));
        records::field(out, "since", &self.since.to_string());
    }

    fn read(block: &mut Block<'_>) -> Result<Self, Flaw> {
        let (by, value) = match block.take_text("by") {
            Some(by) => (by, block.take_text("value").unwrap_or_default()),
            None => {
                let told = told(block, Self::PREFIX)?;
                let parts = told.split_once('/').map(|(by, value)| (by.into(), value.into()));
                parts.ok_or_else(|| Flaw::new(block.at, "a dispute has no rule and value"))?
            }
        };
        let (those, people) = (ids(block, "records")?, ids(block, "people")?);
        let since = records::since(block)?;
        Ok(Self { what: Dispute { records: those, by, value, people }, since })
    }
}

impl Entry for Since<Unknown> {
    const PART: &'static str = "unknown";
    const PREFIX: &'static str = "u-";
    const FIELDS: Fields = &[("id", Shape::Text), ("because", Shape::Text), ("since", Shape::Text)];

    fn name(&self) -> Cow<'_, str> {
        self.what.id.as_str().into()
    }

    fn all(&self) -> String {
        String::new()
    }

    fn write(&self, out: &mut String, key: &Key) {
        let Unknown { id, because } = &self.what;
        head(out, key);
        untold(out, key, &[("id", id.as_str())]);
        records::some(out, "because", Some(because));
        records::field(out, "since", &self.since.to_string());
    }

    fn read(block: &mut Block<'_>) -> Result<Self, Flaw> {
        let id = person(block, Self::PREFIX)?;
        let because = block.take_text("because").unwrap_or_default();
        Ok(Self { what: Unknown { id, because }, since: records::since(block)? })
    }
}

impl Entry for Since<Disagreement> {
    const PART: &'static str = "disagreements";
    const PREFIX: &'static str = "u-";
    const FIELDS: Fields = &[
        ("id", Shape::Text),
        ("field", Shape::Text),
        ("source", Shape::Text),
        ("value", Shape::Text),
        ("winner", Shape::Text),
        ("since", Shape::Text),
    ];

    fn name(&self) -> Cow<'_, str> {
        let Disagreement { id, field, source, .. } = &self.what;
        format!("{id}/{field}/{source}").into()
    }

    fn all(&self) -> String {
        String::new()
    }

    fn write(&self, out: &mut String, key: &Key) {
        let Disagreement { id, field, source, value, winner } = &self.what;
        head(out, key);
        untold(out, key, &[("id", id.as_str()), ("field", field.name()), ("source", source)]);
        records::some(out, "value", Some(value));
        records::some(out, "winner", Some(winner));
        records::field(out, "since", &self.since.to_string());
    }

    fn read(block: &mut Block<'_>) -> Result<Self, Flaw> {
        let (about, field, source): (Text, Text, Text) = match block.take_text("id") {
            Some(id) => {
                let [field, source] = ["field", "source"].map(|name| block.need_text(name));
                (id, field?, source?)
            }
            None => {
                let told = told(block, Self::PREFIX)?;
                let mut parts = told.rsplitn(3, '/');
                match (parts.next(), parts.next(), parts.next()) {
                    (Some(source), Some(field), Some(id)) => {
                        (id.into(), field.into(), source.into())
                    }
                    _ => {
                        let message =
                            format!("`{}` is not a person, a field and a source", block.key);
                        return Err(Flaw::new(block.at, message));
                    }
                }
            }
        };
        let id = id(&about, block)?;
        let field = Field::parse(&field)
            .ok_or_else(|| Flaw::new(block.at, format!("there is no field `{field}`")))?;
        let [value, winner] = ["value", "winner"].map(|n| block.take_text(n).unwrap_or_default());
        let since = records::since(block)?;
        Ok(Self { what: Disagreement { id, field, source, value, winner }, since })
    }
}

#[cfg(test)]
mod tests;
