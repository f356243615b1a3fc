//! Bytes to records, and what they prove.

use std::{fmt, path::Path};

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::shape::{Object, Shape};
use crate::{
    connectors::{encoding, gaps::Gaps},
    directory::{Inventory, Text},
    source::{Attribute, Coverage, FetchError, Listing, Place, Progress, Record},
};

/// How a file is read.
pub(super) struct Reading<'a> {
    /// Only for naming the file in errors.
    pub(super) path: &'a Path,
    pub(super) items: Option<&'a str>,
    pub(super) key: &'a str,
    /// The attributes to keep, as expressions name them; all of them where there are none.
    pub(super) attributes: &'a [Text],
    pub(super) progress: &'a dyn Progress,
}

/// Records as they come in.
struct Records<'a> {
    shape: Shape,
    gaps: Gaps,
    all: Vec<Record>,
    progress: &'a dyn Progress,
}

impl Reading<'_> {
    /// The records that the bytes of a whole file hold.
    pub(super) fn read(&self, bytes: Vec<u8>) -> Result<Listing, FetchError> {
        let text = encoding::decode(bytes, None).map_err(|error| {
            let at = format!(" line {}, column {}", error.line, error.column);
            self.malformed(at, error.problem, "export the file as UTF-8, as JSON has to be")
        })?;
        let text = text.text.as_str();
        if text.trim().is_empty() {
            let problem = "the file is empty".to_owned();
            return Err(self.malformed(String::new(), problem, "export it again"));
        }
        match self.items {
            None if text.trim_start().starts_with('{') => self.lines(text),
            None => self.list(text),
            Some(items) => self.list(self.find(self.document(text)?, items)?.get()),
        }
    }

    /// The elements of a list that is all there is to a text.
    fn list(&self, text: &str) -> Result<Listing, FetchError> {
        if !text.trim_start().starts_with('[') {
            let problem = match self.items {
                Some(items) => format!("`{items}` is not a list"),
                None => "the document is not a list".to_owned(),
            };
            let help = "set `items:` to where the list of people is, such as `data.people`";
            return Err(self.malformed(String::new(), problem, help));
        }
        let mut records = self.records(Gaps::new(self.key).by_item());
        let mut json = serde_json::Deserializer::from_str(text);
        let read = json.deserialize_seq(Items(&mut records)).and_then(|()| json.end());
        read.map_err(|error| self.syntax(&error))?;
        let count = records.all.len();
        let s = if count == 1 { "" } else { "s" };
        let proof = format!("read to the end of the document: a closed list of {count} item{s}");
        self.listing(records, "the list is empty", proof)
    }

    /// Objects one after the other, as a rule one on each line.
    fn lines(&self, text: &str) -> Result<Listing, FetchError> {
        let mut records = self.records(Gaps::new(self.key));
        let mut objects = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let (mut line, mut counted, mut first) = (1, 0, None);
        while let Some(object) = objects.next() {
            let object = object.map_err(|error| self.syntax(&error))?;
            let start = objects.byte_offset() - object.get().len();
            let between = &text.as_bytes()[counted..start];
            line += between.iter().filter(|&&byte| byte == b'\n').count() as u64;
            counted = start;
            first.get_or_insert(object);
            records.add(object, Place::Line(line), line);
        }
        if let ([record], Some(only)) = (records.all.as_slice(), first)
            && record.key.is_empty()
        {
            return Err(self.one_object(only));
        }
        let count = records.all.len();
        let s = if count == 1 { "" } else { "s" };
        let proof = format!("read to the last byte: {count} whole object{s}");
        self.listing(records, "it is empty", proof)
    }

    fn records(&self, gaps: Gaps) -> Records<'_> {
        let shape = Shape::new(self.key, self.attributes);
        Records { shape, gaps, all: Vec::new(), progress: self.progress }
    }

    fn listing(
        &self,
        records: Records<'_>,
        none: &str,
        proof: String,
    ) -> Result<Listing, FetchError> {
        let Records { shape: Shape { names, .. }, gaps, all: mut records, progress } = records;
        progress.advance(records.len() as u64 % 8192);
        if !records.is_empty() && records.iter().all(|record| record.key.is_empty()) {
            return Err(FetchError::Setting {
                problem: format!("no item of `{}` has the key `{}`", self.path.display(), self.key),
                help: format!("set `key:` to one of {}", found(names.iter().map(Text::as_str))),
            });
        }
        for record in &mut records {
            if record.values.len() < names.len() {
                let mut values = std::mem::take(&mut record.values).into_vec();
                values.resize(names.len(), Attribute::Absent);
                record.values = values.into();
            }
        }
        let coverage = match gaps.because(records.len(), none) {
            Some(because) => Coverage::Partial { because },
            None => Coverage::Complete { proof },
        };
        Ok(Listing {
            names,
            records,
            coverage,
            as_of: None,
            departures: Vec::new(),
            inventory: Inventory::default(),
            unread: Vec::new(),
            findings: Vec::new(),
        })
    }

    /// The whole document, known to be sound JSON.
    fn document<'t>(&self, text: &'t str) -> Result<&'t RawValue, FetchError> {
        serde_json::from_str(text).map_err(|error| self.syntax(&error))
    }

    /// The value at a dotted path or a JSON pointer (RFC 6901, through objects only).
    fn find<'t>(&self, document: &'t RawValue, items: &str) -> Result<&'t RawValue, FetchError> {
        let names: Vec<String> = match items.strip_prefix('/') {
            Some(pointer) => {
                pointer.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
            }
            None => items.split('.').map(str::to_owned).collect(),
        };
        let mut value = document;
        for name in &names {
            let members = serde_json::from_str(value.get()).unwrap_or(Object(Vec::new())).0;
            let mut here = members.iter().filter(|(member, _)| member == name);
            value = match (here.next(), here.next()) {
                (Some((_, value)), None) => value,
                (None, _) => {
                    let has = found(members.iter().map(|(member, _)| member.as_ref()));
                    let problem = format!("there is no `{name}` for `items: {items}`");
                    let help = format!("set `items:` to where the list is; here is {has}");
                    return Err(self.malformed(String::new(), problem, &help));
                }
                (Some(_), Some(_)) => {
                    let problem = format!("`{name}` is there twice");
                    return Err(self.malformed(String::new(), problem, "export the file again"));
                }
            };
        }
        Ok(value)
    }

    fn one_object(&self, only: &RawValue) -> FetchError {
        let members = serde_json::from_str(only.get()).unwrap_or(Object(Vec::new())).0;
        let problem = format!("it holds one object, without the key `{}`", self.key);
        let list = members.iter().find(|(_, value)| value.get().starts_with('['));
        let help = match list {
            Some((name, _)) => format!("set `items: {name}` if the list of people is there"),
            None => {
                let has = found(members.iter().map(|(name, _)| name.as_ref()));
                format!("set `items:` to where the list is, or `key:`; here is {has}")
            }
        };
        self.malformed(String::new(), problem, &help)
    }

    fn syntax(&self, error: &serde_json::Error) -> FetchError {
        let at = format!(" line {}, column {}", error.line(), error.column());
        let said = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = said.strip_suffix(&place).unwrap_or(&said).to_owned();
        let help = if error.is_eof() {
            "export the file again, since its end is missing"
        } else {
            "correct it there, or export the file again"
        };
        self.malformed(at, problem, help)
    }

    fn malformed(&self, at: String, problem: String, help: &str) -> FetchError {
        FetchError::Malformed { path: self.path.to_path_buf(), at, problem, help: help.into() }
    }
}

/// Names for a help sentence.
fn found<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names = crate::connectors::checks::quoted(names);
    if names.is_empty() { "nothing".into() } else { names }
}

impl Records<'_> {
    fn add(&mut self, item: &RawValue, place: Place, at: u64) {
        let record = self.shape.record(item, place);
        if record.key.is_empty() {
            self.gaps.keyless(at);
        }
        self.all.push(record);
        if self.all.len().is_multiple_of(8192) {
            self.progress.advance(8192);
        }
    }
}

/// Reads a list element by element.
struct Items<'r, 'a>(&'r mut Records<'a>);

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut at = 0;
        while let Some(item) = list.next_element::<&RawValue>()? {
            at += 1;
            self.0.add(item, Place::Item(at), at);
        }
        Ok(())
    }
}
