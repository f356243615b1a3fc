//! Devices, system devices and channels as text, and back: one code for the three.

use crate::directory::{Channel, Device, Equipment, Property, SystemDevice, Text, Value};

use super::{
    block::{self, Block, Entry, Fields, Flaw, Raw, Shape},
    records,
};

/// The number space that goes without saying.
const MAIN: &str = "main";

/// A kind of equipment as the state keeps it.
pub(super) trait Kept: Equipment {
    /// The folder of this kind; in it each source has one of its own.
    const FOLDER: &'static str;

    /// Before an id in its key.
    const PREFIX: &'static str;

    /// The fields in a file; `id` is there where the key was cut.
    const FIELDS: Fields;
}

impl Kept for Device {
    const FOLDER: &'static str = "devices";
    const PREFIX: &'static str = "d-";
    const FIELDS: Fields = &[
        ("id", Shape::Text),
        ("kind", Shape::Text),
        ("name", Shape::Text),
        ("model", Shape::Text),
        ("description", Shape::Text),
        ("pbx", Shape::Text),
        ("owner", Shape::Text),
        ("owner_by", Shape::Text),
        ("lines", Shape::List),
        ("status", Shape::Text),
        ("reason", Shape::Text),
        ("since", Shape::Text),
        ("evidence", Shape::Text),
    ];
}

impl Kept for SystemDevice {
    const FOLDER: &'static str = "system-devices";
    const PREFIX: &'static str = "y-";
    const FIELDS: Fields = &[
        ("id", Shape::Text),
        ("kind", Shape::Text),
        ("name", Shape::Text),
        ("description", Shape::Text),
        ("pbx", Shape::Text),
        ("number", Shape::Text),
        ("partition", Shape::Text),
        ("members", Shape::List),
        ("status", Shape::Text),
        ("reason", Shape::Text),
        ("since", Shape::Text),
        ("evidence", Shape::Text),
    ];
}

impl Kept for Channel {
    const FOLDER: &'static str = "channels";
    const PREFIX: &'static str = "h-";
    const FIELDS: Fields = &[
        ("id", Shape::Text),
        ("kind", Shape::Text),
        ("name", Shape::Text),
        ("description", Shape::Text),
        ("pbx", Shape::Text),
        ("protocol", Shape::Text),
        ("address", Shape::List),
        ("channels", Shape::Text),
        ("endpoints", Shape::List),
        ("status", Shape::Text),
        ("reason", Shape::Text),
        ("since", Shape::Text),
        ("evidence", Shape::Text),
    ];
}

/// Appends one: its key, then a line for each property that has a value, and one for each item of a
/// list, so that a line that a phone gets is one line here.
pub(super) fn write<T: Kept>(out: &mut String, one: &T) {
    records::head(out, T::PREFIX, "id", one.id().as_str());
    for property in T::PROPERTIES {
        match one.get(*property) {
            Value::Text(text) if *property == Property::Pbx && text == MAIN => {}
            Value::Text(text) => records::some(out, property.name(), Some(&text)),
            Value::List(texts) => {
                records::lines(out, property.name(), texts.iter().map(Text::as_str));
            }
            Value::None | Value::Flag(_) => {}
        }
    }
    records::status(out, one.status());
}

/// Reads one file.
pub(super) fn read<T: Kept>(text: &str) -> Result<Vec<T>, Flaw> {
    block::read(text, T::FIELDS, one)
}

fn one<T: Kept>(block: &mut Block<'_>) -> Result<T, Flaw> {
    let mut one = T::new(records::take_id(block, T::PREFIX)?, Text::default());
    one.set_status(records::take_status(block)?);
    let mut has_kind = false;
    for Entry { name, value, at } in block.fields.drain(..) {
        let Some(property) = Property::parse(&name) else {
            return Err(Flaw::new(at, format!("`{name}` does not belong here")));
        };
        has_kind |= property == Property::Kind;
        let value = match value {
            Raw::None if property == Property::Pbx => Value::Text(Text::new_static(MAIN)),
            Raw::None => Value::None,
            Raw::Flag(flag) => Value::Flag(flag),
            Raw::Text(text) => Value::Text(text.into()),
            Raw::List(list) => Value::List(list.into_iter().map(Into::into).collect()),
        };
        one.set(property, value).map_err(|because| Flaw::new(at, because.to_string()))?;
    }
    let missing = match (has_kind, one.name().is_empty()) {
        (true, false) => return Ok(one),
        (false, _) => "kind",
        (true, true) => "name",
    };
    Err(Flaw::new(block.at, format!("`{}` has no `{missing}`", block.key)))
}

#[cfg(test)]
mod tests;
