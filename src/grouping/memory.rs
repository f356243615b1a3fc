//! What was decided for the same values before: most people share a site and a department.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use minijinja::value::Value as Seen;

use super::GroupingError;
use crate::{
    directory::{Field, Person, Text, Value},
    finding::Position,
    mapping::{Columns, Row},
};

/// Decisions that are kept; rules over names or numbers would otherwise keep one for everybody.
const KEPT: u64 = 4096;

/// The fields that some rules look at, each once.
pub(super) struct Fields {
    fields: Vec<Field>,
    columns: Arc<Columns>,
}

/// The latest decisions by values, each in the slot that its values' hash gives.
pub(super) struct Memory<'f, T> {
    fields: &'f Fields,
    decided: Vec<Option<(Box<[Text]>, T)>>,
    /// The values of the person at hand, each as one text.
    key: Vec<Text>,
}

/// The values of one person that rules look at.
pub(super) struct Values<'f> {
    fields: &'f Fields,
    row: Arc<Row<Value>>,
    root: Seen,
}

/// A rule that fails, whoever the person is.
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) help: String,
    pub(super) at: Position,
}

impl Fields {
    pub(super) fn new(fields: impl Iterator<Item = Field>) -> Self {
        let mut fields: Vec<_> = fields.collect();
        fields.sort();
        fields.dedup();
        let names = fields.iter().enumerate().map(|(at, field)| (field.name().into(), Some(at)));
        let columns = Arc::new(Columns::new(names));
        Self { fields, columns }
    }
}

impl<'f, T> Memory<'f, T> {
    pub(super) fn new(fields: &'f Fields) -> Self {
        Self { fields, decided: Vec::new(), key: Vec::new() }
    }

    /// What is decided for a person, by `decide` where it wasn't yet.
    pub(super) fn of(
        &mut self,
        person: &Person,
        decide: impl FnOnce(&Values<'f>) -> Result<T, Failure>,
    ) -> Result<&T, GroupingError> {
        self.key.clear();
        self.key.extend(self.fields.fields.iter().map(|field| as_key(person, *field)));
        let mut hasher = DefaultHasher::new();
        self.key.hash(&mut hasher);
        if self.decided.is_empty() {
            self.decided.resize_with(KEPT as usize, || None);
        }
        let slot = &mut self.decided[(hasher.finish() % KEPT) as usize];
        let decision = match slot.take().filter(|(key, _)| **key == *self.key) {
            Some(known) => known,
            None => {
                let values = Values::new(self.fields, person);
                let decision = decide(&values).map_err(|failure| GroupingError {
                    message: format!(
                        "{}, for `{}` (`{}`)",
                        failure.message, person.name, person.id
                    ),
                    help: failure.help,
                    at: failure.at,
                    person: person.id.clone(),
                })?;
                (self.key.as_slice().into(), decision)
            }
        };
        Ok(&slot.insert(decision).1)
    }
}

impl<'f> Values<'f> {
    pub(super) fn new(fields: &'f Fields, person: &Person) -> Self {
        let cells = fields.fields.iter().map(|field| person.get(*field)).collect();
        let row = Row::new(&fields.columns, cells);
        let root = Row::root(&row);
        Self { fields, row, root }
    }

    /// The value of a field that the rules look at.
    pub(super) fn get(&self, field: Field) -> Option<&Value> {
        let at = self.fields.fields.binary_search(&field).ok()?;
        self.row.cells.get(at)
    }

    /// All of them, for expressions.
    pub(super) fn root(&self) -> &Seen {
        &self.root
    }
}

/// A value as one text, different for different values of the field. No field has an empty text,
/// and no extension a space.
fn as_key(person: &Person, field: Field) -> Text {
    match field {
        // The two that nearly every rule looks at, without a detour.
        Field::Department => person.department.clone().unwrap_or_default(),
        Field::Site => person.site.clone().unwrap_or_default(),
        field => match person.get(field) {
            Value::None | Value::Flag(false) => Text::default(),
            Value::Flag(true) => "true".into(),
            Value::Text(text) => text,
            Value::List(texts) => texts.join(" ").into(),
        },
    }
}
