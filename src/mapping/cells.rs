//! What an expression sees of a record or a person: names with values.

use std::{fmt, sync::Arc};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::tidy::composed;
use crate::{
    directory::{Text, Value as Given},
    source::Attribute,
};

/// The names that expressions may look up, sorted, and where in a row each stands; a name that
/// stands nowhere is known and always without a value.
#[derive(Debug, Default)]
pub(crate) struct Columns(Vec<(Text, Option<usize>)>);

/// Something that has a value for each name.
#[derive(Debug)]
pub(crate) struct Row<C> {
    columns: Arc<Columns>,
    /// The values, by the columns' places.
    pub(crate) cells: Box<[C]>,
}

/// One value of a row, as expressions see it.
pub(crate) trait Cell: fmt::Debug + Send + Sync + 'static {
    /// No value is the empty text, so that everything that can be asked of a text can be asked.
    fn seen(&self) -> Value;
}

/// Several texts; where one is wanted, the first.
#[derive(Debug)]
pub(super) struct Texts(pub(super) Box<[Text]>);

/// The names of a row that start with this and a dot.
#[derive(Debug)]
struct Part<C> {
    row: Arc<Row<C>>,
    prefix: String,
}

impl Columns {
    /// From names with their places.
    pub(crate) fn new(names: impl IntoIterator<Item = (Text, Option<usize>)>) -> Self {
        let mut columns: Vec<_> = names.into_iter().collect();
        columns.sort();
        columns.dedup_by(|later, first| later.0 == first.0);
        Self(columns)
    }

    fn place(&self, name: &str) -> Option<Option<usize>> {
        let at = self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        Some(self.0[at].1)
    }

    /// Whether a known name goes on after this one and a dot.
    fn goes_on(&self, prefix: &str) -> bool {
        self.0
            .iter()
            .any(|(name, _)| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')))
    }
}

impl<C: Cell> Row<C> {
    /// The row, to evaluate expressions on.
    pub(crate) fn new(columns: &Arc<Columns>, cells: Box<[C]>) -> Arc<Self> {
        Arc::new(Self { columns: Arc::clone(columns), cells })
    }

    /// The row as the interpreter takes it.
    pub(crate) fn root(row: &Arc<Self>) -> Value {
        Value::from_dyn_object(Arc::clone(row))
    }

    fn look_up(self: &Arc<Self>, name: &str) -> Option<Value> {
        match self.columns.place(name) {
            Some(Some(at)) => Some(self.cells.get(at).map_or_else(nothing, Cell::seen)),
            Some(None) => Some(nothing()),
            None if self.columns.goes_on(name) => {
                Some(Value::from_object(Part { row: Arc::clone(self), prefix: name.to_owned() }))
            }
            None => None,
        }
    }
}

impl<C: Cell> Object for Row<C> {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.look_up(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.look_up(key)
    }
}

impl<C: Cell> Object for Part<C> {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.row.look_up(&format!("{}.{}", self.prefix, key.as_str()?))
    }
}

impl Object for Texts {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_usize()?).map(|text| Value::from(text.as_str()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.first().map_or("", Text::as_str))
    }
}

impl Cell for Attribute {
    fn seen(&self) -> Value {
        match self {
            Self::Absent => nothing(),
            Self::One(text) => Value::from(composed(text)),
            Self::Many(texts) => {
                let texts = texts.iter().map(|text| Text::from(composed(text)));
                list(texts.filter(|text| !text.is_empty()).collect())
            }
        }
    }
}

impl Cell for Given {
    fn seen(&self) -> Value {
        match self {
            Self::None => nothing(),
            Self::Flag(flag) => Value::from(*flag),
            Self::Text(text) => Value::from(text.as_str()),
            Self::List(texts) => list(texts.clone()),
        }
    }
}

/// No value.
pub(super) fn nothing() -> Value {
    Value::from("")
}

/// As many texts as there are: none is no value, one is that text.
pub(super) fn list(mut texts: Vec<Text>) -> Value {
    match texts.len() {
        0 => nothing(),
        1 => Value::from(texts.remove(0).as_str()),
        _ => Value::from_object(Texts(texts.into())),
    }
}

/// Whether there is nothing in a value. `false` is something.
pub(super) fn is_empty(value: &Value) -> bool {
    value.is_undefined()
        || value.is_none()
        || value.as_str().is_some_and(str::is_empty)
        || value.as_object().is_some() && value.len() == Some(0)
}

/// The texts in a value; a text is one, and those that are empty are none.
///
/// The error says what the value is instead.
pub(super) fn texts(value: &Value) -> Result<Vec<Text>, String> {
    if let Some(many) = value.downcast_object_ref::<Texts>() {
        return Ok(many.0.to_vec());
    }
    if let Some(text) = value.as_str() {
        return Ok(if text.is_empty() { Vec::new() } else { vec![text.into()] });
    }
    if value.is_undefined() || value.is_none() {
        return Ok(Vec::new());
    }
    if value.is_number() {
        return Err(format!("the number {value}"));
    }
    let mut found = Vec::new();
    match value.try_iter() {
        Ok(items) if value.as_object().is_some_and(|o| o.repr() != ObjectRepr::Map) => {
            for item in items {
                // One level of lists in a list, as in `[otherTelephone, mobile]`.
                if let Some(many) = item.downcast_object_ref::<Texts>() {
                    found.extend(many.0.iter().cloned());
                } else if let Some(text) = item.as_str() {
                    found.extend((!text.is_empty()).then(|| Text::from(text)));
                } else if !item.is_undefined() && !item.is_none() {
                    return Err(format!("a list with {item} in it"));
                }
            }
            Ok(found)
        }
        _ if value.is_true() => Err("yes".to_owned()),
        _ => Err("no".to_owned()),
    }
}

/// A value as the directory takes it. The error says what it is instead.
pub(super) fn given(value: &Value) -> Result<Given, String> {
    if let Some(text) = value.as_str() {
        return Ok(if text.is_empty() { Given::None } else { Given::Text(text.into()) });
    }
    if value.kind() == minijinja::value::ValueKind::Bool {
        return Ok(Given::Flag(value.is_true()));
    }
    let mut texts = texts(value)?;
    Ok(match texts.len() {
        0 => Given::None,
        1 => Given::Text(texts.remove(0)),
        _ => Given::List(texts),
    })
}
