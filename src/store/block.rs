//! What every file of the state is made of: entries with a key, and fields in them.

use std::borrow::Cow;

use crate::directory::Text;

/// One entry: a top-level key and the fields beneath it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Block<'a> {
    /// As it stands in the file, with its escapes.
    pub(super) key: Cow<'a, str>,
    /// The key's line and column.
    pub(super) at: Place,
    /// In the file's order.
    pub(super) fields: Vec<Entry<'a>>,
}

/// One field of a [`Block`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Raw<'a>,
    /// Where the name stands.
    pub(super) at: Place,
}

/// A field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// `null`, `~` or nothing; only where a person wrote it.
    None,
    Flag(bool),
    Text(Cow<'a, str>),
    List(Vec<Cow<'a, str>>),
}

/// Line and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) at: Place,
    pub(super) message: String,
}

impl Flaw {
    pub(super) fn new(at: Place, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

/// The shape that a field's value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Flag,
    List,
}

/// The fields that entries of one kind of file may have.
pub(super) type Fields = &'static [(&'static str, Shape)];

impl<'a> Block<'a> {
    /// Takes a field out.
    pub(super) fn take(&mut self, name: &str) -> Option<Entry<'a>> {
        let at = self.fields.iter().position(|field| field.name == name)?;
        Some(self.fields.swap_remove(at))
    }

    /// Takes a text out, or nothing where it is absent or empty.
    pub(super) fn take_text(&mut self, name: &str) -> Option<Text> {
        match self.take(name)?.value {
            Raw::Text(text) if !text.is_empty() => Some(text.into()),
            Raw::Text(_) | Raw::None | Raw::Flag(_) | Raw::List(_) => None,
        }
    }

    /// Takes out a text that has to be there.
    pub(super) fn need_text(&mut self, name: &str) -> Result<Text, Flaw> {
        self.take_text(name)
            .ok_or_else(|| Flaw::new(self.at, format!("`{}` has no `{name}`", self.key)))
    }
}

/// Reads a file: by lines where we wrote it, through the YAML library where a person edited it.
pub(super) fn read<'a, T>(
    text: &'a str,
    fields: Fields,
    decode: impl Fn(&mut Block<'a>) -> Result<T, Flaw>,
) -> Result<Vec<T>, Flaw> {
    match super::lines::read(text, fields, &decode) {
        Ok(entries) => Ok(entries),
        Err(super::lines::Deviation::Decoded(flaw)) => Err(flaw),
        Err(super::lines::Deviation::NotOurs) => {
            super::edited::read(text, fields)?.iter_mut().map(decode).collect()
        }
    }
}
