//! The kinds of source: one module and one row each.

pub mod active_directory;
mod checks;
mod cisco_ucm;
mod csv_file;
mod encoding;
mod file;
mod gaps;
mod json_file;
pub mod ldap;
mod names;
mod subtree;

use crate::{
    directory::Field,
    document::{Fault, Node, decode},
    source::{Connector, Source, Vocabulary},
};

/// What the rest of the program knows about one kind of source.
pub struct Kind {
    /// The product's name, as `kind:` has it.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// The documented default of each field that the kind can fill.
    pub defaults: &'static [(Field, &'static str)],
    /// The expression that says whether a record is `active` or `disabled`, where the kind knows.
    pub status: Option<&'static str>,
    /// What is known of its attributes without reading settings or source.
    pub attributes: Vocabulary,
    /// Whether reading it takes whom the directory knows.
    pub asks_who_is_known: bool,
    /// The schema of its settings.
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    /// Settings to the source that they are; references are resolved beforehand.
    pub open: fn(&Node) -> Result<Box<dyn Source>, Fault>,
}

impl Kind {
    /// The row of a connector.
    pub(crate) const fn of<T: Connector>() -> Self {
        Self {
            name: T::KIND,
            about: T::ABOUT,
            defaults: T::DEFAULTS,
            status: T::STATUS,
            attributes: T::ATTRIBUTES,
            asks_who_is_known: T::ASKS_WHO_IS_KNOWN,
            schema: |generator| T::json_schema(generator),
            open: |settings| Ok(Box::new(decode::<T>(settings)?)),
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }
}

/// In name order.
pub static KINDS: &[Kind] = &[
    Kind::of::<active_directory::ActiveDirectory>(),
    Kind::of::<cisco_ucm::CiscoUcm>(),
    Kind::of::<csv_file::CsvFile>(),
    Kind::of::<json_file::JsonFile>(),
    Kind::of::<ldap::Ldap>(),
];
