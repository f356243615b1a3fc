//! Entries to records, without talking to anybody.

use std::collections::BTreeSet;

use crate::{
    directory::Text,
    source::{Attribute, Place, Record},
    wire::ldap::{self, Entry},
};

/// What one kind of directory knows that others don't.
pub(in crate::connectors) trait Dialect: Sync {
    /// The attribute that an object keeps for life.
    const IDENTITY: &'static str;

    /// What the organisational units that a name passes through are called, from the top.
    const UNITS: &'static str;

    /// What an attribute is made from that the server doesn't have; nothing for one that it has.
    fn inputs(&self, name: &str) -> Option<&'static [&'static str]>;

    /// Makes such an attribute.
    ///
    /// # Errors
    ///
    /// A phrase that says why it can't be told.
    fn compute(&self, name: &str, entry: &Entry) -> Result<Attribute, String>;

    /// A value as text; nothing where it is none.
    fn text(&self, name: &str, value: &[u8]) -> Option<Text>;

    /// The text of a key as the bytes that the server compares; nothing for no such key.
    fn bytes(&self, name: &str, key: &str) -> Option<Vec<u8>>;
}

/// The attributes to ask the server for, so that all of `names` and the key can be told.
pub(super) fn wanted<D: Dialect>(dialect: &D, names: &[Text], key: &str) -> Vec<String> {
    let mut wanted = BTreeSet::from([key, D::IDENTITY]);
    for name in names {
        match dialect.inputs(name) {
            Some(inputs) => wanted.extend(inputs),
            None if name == "dn" || name == D::UNITS => {}
            None => {
                wanted.insert(name);
            }
        }
    }
    let mut list: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
    list.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    list
}

/// One entry as a record with a value for each of `names`.
pub(in crate::connectors) fn record<D: Dialect>(
    dialect: &D,
    entry: &Entry,
    names: &[Text],
    key: &str,
) -> Record {
    let mut flaw = (!entry.dn_is_text).then(|| Text::from("its distinguished name is not UTF-8"));
    let key = match attribute(dialect, entry, key) {
        Ok(Attribute::One(key)) => key,
        Ok(Attribute::Many(_)) => {
            flaw.get_or_insert_with(|| format!("`{key}` has several values").into());
            Text::default()
        }
        Ok(Attribute::Absent) => Text::default(),
        Err(why) => {
            flaw.get_or_insert(why.into());
            Text::default()
        }
    };
    let values = names
        .iter()
        .map(|name| {
            attribute(dialect, entry, name).unwrap_or_else(|why| {
                flaw.get_or_insert(why.into());
                Attribute::Absent
            })
        })
        .collect();
    Record { key, place: Place::Name(entry.dn.as_str().into()), values, flaw }
}

/// The value of one attribute, made here or given by the server.
fn attribute<D: Dialect>(dialect: &D, entry: &Entry, name: &str) -> Result<Attribute, String> {
    if name == "dn" {
        return Ok(Some(Text::from(entry.dn.as_str())).into());
    }
    if name == D::UNITS {
        let units = ldap::ancestors(&entry.dn, "ou").into_iter().map(Text::from);
        return Ok(units.collect::<Vec<_>>().into());
    }
    if dialect.inputs(name).is_some() {
        return dialect.compute(name, entry);
    }
    let mut texts = Vec::new();
    for value in entry.values(name) {
        let text = dialect.text(name, value).ok_or_else(|| format!("`{name}` is not UTF-8"))?;
        if text.contains('\0') {
            return Err(format!("`{name}` holds a NUL character"));
        }
        texts.push(text);
    }
    Ok(texts.into())
}
