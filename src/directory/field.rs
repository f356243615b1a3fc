//! The fields of a person as data: for mappings, comparison, the plan and the state.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BadJoined, Extension, GroupPath, Joined, NotDialable, Person, Text, words};

/// A field of a [`Person`] that changes over time, in the order that a person reads them.
///
/// Not the id, which never changes, and not the status, which has rules of its own.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is documented at the field of `Person` of its name")]
pub enum Field {
    Name,
    JobTitle,
    Department,
    Site,
    SiteAddress,
    Pbx,
    Extension,
    ExtensionBy,
    AdditionalExtensions,
    Intercoms,
    Telephone,
    Mobile,
    Pager,
    Fax,
    IpPhone,
    Email,
    EmployeeId,
    DoNotLog,
    DoNotRecord,
    ExcludeFromStatistics,
    Records,
    Path,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text, or nothing.
    Text,
    /// One extension, or none.
    Extension,
    /// Several extensions, sorted.
    Extensions,
    /// Yes or no.
    Flag,
    /// Records of sources, sorted.
    Records,
    /// A place in the tree.
    Path,
}

/// The value of a field, whatever its kind.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(untagged)]
pub enum Value {
    /// Nothing; JSON's `null`.
    #[default]
    None,
    /// Yes or no.
    Flag(bool),
    /// Text, an extension or a path.
    Text(Text),
    /// Several extensions.
    List(Vec<Text>),
}

/// A value that doesn't fit its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongValue {
    /// As where a list is given for a name.
    #[error("`{field}` takes {takes}, not {given}")]
    Kind {
        /// The field.
        field: Field,
        /// What it takes, in words.
        takes: &'static str,
        /// What was given.
        given: Value,
    },
    /// A text that is no extension.
    #[error("`{text}` is not an extension: {because}")]
    Extension {
        /// The text.
        text: Text,
        /// The reason.
        because: NotDialable,
    },
    /// A text that is no record with its rule.
    #[error(transparent)]
    Record(#[from] BadJoined),
    /// A text that is no path.
    #[error(transparent)]
    Path(#[from] super::BadPath),
}

words! { Field::name {
    Name = "name",
    JobTitle = "job_title",
    Department = "department",
    Site = "site",
    SiteAddress = "site_address",
    Pbx = "pbx",
    Extension = "extension",
    ExtensionBy = "extension_by",
    AdditionalExtensions = "additional_extensions",
    Intercoms = "intercoms",
    Telephone = "telephone",
    Mobile = "mobile",
    Pager = "pager",
    Fax = "fax",
    IpPhone = "ip_phone",
    Email = "email",
    EmployeeId = "employee_id",
    DoNotLog = "do_not_log",
    DoNotRecord = "do_not_record",
    ExcludeFromStatistics = "exclude_from_statistics",
    Records = "records",
    Path = "path",
} }

impl Field {
    /// What the field holds.
    pub fn kind(self) -> FieldKind {
        match self {
            Self::Extension => FieldKind::Extension,
            Self::AdditionalExtensions | Self::Intercoms => FieldKind::Extensions,
            Self::DoNotLog | Self::DoNotRecord | Self::ExcludeFromStatistics => FieldKind::Flag,
            Self::Records => FieldKind::Records,
            Self::Path => FieldKind::Path,
            Self::Name
            | Self::JobTitle
            | Self::Department
            | Self::Site
            | Self::SiteAddress
            | Self::Pbx
            | Self::ExtensionBy
            | Self::Telephone
            | Self::Mobile
            | Self::Pager
            | Self::Fax
            | Self::IpPhone
            | Self::Email
            | Self::EmployeeId => FieldKind::Text,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Value {
    /// The text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::None | Self::Flag(_) | Self::List(_) => None,
        }
    }

    /// Whether there is nothing in it: no value, no text, an empty list, or no.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::None | Self::Flag(false) => true,
            Self::Flag(true) => false,
            Self::Text(text) => text.is_empty(),
            Self::List(list) => list.is_empty(),
        }
    }
}

impl fmt::Display for Value {
    /// As messages say it: "`4021`", "`042` and `4021`", "yes", "nothing".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("nothing"),
            Self::Flag(true) => f.write_str("yes"),
            Self::Flag(false) => f.write_str("no"),
            Self::Text(text) => write!(f, "`{text}`"),
            Self::List(texts) => write!(f, "`{}`", texts.join("` and `")),
        }
    }
}

impl From<&Option<Text>> for Value {
    fn from(text: &Option<Text>) -> Self {
        text.clone().map_or(Self::None, Self::Text)
    }
}

impl From<&Option<Extension>> for Value {
    fn from(extension: &Option<Extension>) -> Self {
        extension.clone().map_or(Self::None, |extension| Self::Text(extension.into()))
    }
}

impl From<&Vec<Extension>> for Value {
    fn from(extensions: &Vec<Extension>) -> Self {
        match extensions.as_slice() {
            [] => Self::None,
            some => Self::List(some.iter().cloned().map(Text::from).collect()),
        }
    }
}

impl Person {
    /// The value of a field; nothing in it is [`Value::None`], but for flags.
    pub fn get(&self, field: Field) -> Value {
        match field {
            Field::Name => Value::Text(self.name.clone()),
            Field::JobTitle => (&self.job_title).into(),
            Field::Department => (&self.department).into(),
            Field::Site => (&self.site).into(),
            Field::SiteAddress => (&self.site_address).into(),
            Field::Pbx => Value::Text(self.pbx.clone()),
            Field::Extension => (&self.extension).into(),
            Field::ExtensionBy => (&self.extension_by).into(),
            Field::AdditionalExtensions => (&self.additional_extensions).into(),
            Field::Intercoms => (&self.intercoms).into(),
            Field::Telephone => (&self.telephone).into(),
            Field::Mobile => (&self.mobile).into(),
            Field::Pager => (&self.pager).into(),
            Field::Fax => (&self.fax).into(),
            Field::IpPhone => (&self.ip_phone).into(),
            Field::Email => (&self.email).into(),
            Field::EmployeeId => (&self.employee_id).into(),
            Field::DoNotLog => Value::Flag(self.do_not_log),
            Field::DoNotRecord => Value::Flag(self.do_not_record),
            Field::ExcludeFromStatistics => Value::Flag(self.exclude_from_statistics),
            Field::Records => match self.records.as_slice() {
                [] => Value::None,
                some => Value::List(some.iter().map(|joined| joined.to_string().into()).collect()),
            },
            Field::Path => Value::Text(self.path.clone().into()),
        }
    }

    /// Puts a value into a field. Lists end up sorted, each extension once.
    ///
    /// # Errors
    ///
    /// [`WrongValue`] where the value doesn't fit; the person is then as before.
    pub fn set(&mut self, field: Field, value: Value) -> Result<(), WrongValue> {
        match field {
            Field::Name => self.name = required(field, value)?,
            Field::JobTitle => self.job_title = text(field, value)?,
            Field::Department => self.department = text(field, value)?,
            Field::Site => self.site = text(field, value)?,
            Field::SiteAddress => self.site_address = text(field, value)?,
            Field::Pbx => self.pbx = required(field, value)?,
            Field::Extension => {
                self.extension = match text(field, value)? {
                    None => None,
                    Some(text) => Some(extension(&text)?),
                }
            }
            Field::ExtensionBy => self.extension_by = text(field, value)?,
            Field::AdditionalExtensions => self.additional_extensions = extensions(field, value)?,
            Field::Intercoms => self.intercoms = extensions(field, value)?,
            Field::Telephone => self.telephone = text(field, value)?,
            Field::Mobile => self.mobile = text(field, value)?,
            Field::Pager => self.pager = text(field, value)?,
            Field::Fax => self.fax = text(field, value)?,
            Field::IpPhone => self.ip_phone = text(field, value)?,
            Field::Email => self.email = text(field, value)?,
            Field::EmployeeId => self.employee_id = text(field, value)?,
            Field::DoNotLog => self.do_not_log = flag(field, value)?,
            Field::DoNotRecord => self.do_not_record = flag(field, value)?,
            Field::ExcludeFromStatistics => self.exclude_from_statistics = flag(field, value)?,
            Field::Records => self.records = records(field, value)?,
            Field::Path => self.path = GroupPath::parse(&required(field, value)?)?,
        }
        Ok(())
    }
}

fn text(field: Field, value: Value) -> Result<Option<Text>, WrongValue> {
    match value {
        Value::None => Ok(None),
        Value::Text(text) => Ok((!text.is_empty()).then_some(text)),
        given => Err(WrongValue::Kind { field, takes: "one text", given }),
    }
}

fn required(field: Field, value: Value) -> Result<Text, WrongValue> {
    text(field, value)?.ok_or(WrongValue::Kind { field, takes: "a text", given: Value::None })
}

fn flag(field: Field, value: Value) -> Result<bool, WrongValue> {
    match value {
        Value::None => Ok(false),
        Value::Flag(flag) => Ok(flag),
        given => Err(WrongValue::Kind { field, takes: "`true` or `false`", given }),
    }
}

fn extension(text: &Text) -> Result<Extension, WrongValue> {
    Extension::parse(text).map_err(|because| WrongValue::Extension { text: text.clone(), because })
}

fn extensions(field: Field, value: Value) -> Result<Vec<Extension>, WrongValue> {
    let texts = match value {
        Value::None => Vec::new(),
        Value::Text(text) => vec![text],
        Value::List(texts) => texts,
        given @ Value::Flag(_) => {
            return Err(WrongValue::Kind { field, takes: "a list of extensions", given });
        }
    };
    let mut extensions = texts.iter().map(extension).collect::<Result<Vec<_>, _>>()?;
    extensions.sort();
    extensions.dedup();
    Ok(extensions)
}

fn records(field: Field, value: Value) -> Result<Vec<Joined>, WrongValue> {
    let texts = match value {
        Value::None => Vec::new(),
        Value::Text(text) => vec![text],
        Value::List(texts) => texts,
        given @ Value::Flag(_) => {
            return Err(WrongValue::Kind { field, takes: "a list of records", given });
        }
    };
    let mut records =
        texts.iter().map(|text| Joined::parse(text)).collect::<Result<Vec<_>, _>>()?;
    records.sort();
    records.dedup_by(|a, b| a.record == b.record);
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Id;

    fn ada() -> Person {
        Person::new(Id::new("staff", "7"), "Ada".into(), GroupPath::parse("/London").unwrap())
    }

    #[test]
    fn what_is_set_is_what_one_gets() {
        for field in Field::ALL {
            let value = match field.kind() {
                FieldKind::Text => Value::Text("x".into()),
                FieldKind::Extension => Value::Text("4021".into()),
                FieldKind::Extensions => Value::List(vec!["042".into(), "4021".into()]),
                FieldKind::Flag => Value::Flag(true),
                FieldKind::Records => Value::List(vec!["staff/7 by first".into()]),
                FieldKind::Path => Value::Text("/London/Sales".into()),
            };
            let mut person = ada();
            person.set(field, value.clone()).unwrap();
            assert_eq!(person.get(field), value, "{field}");
            assert_eq!(Field::parse(field.name()), Some(field));
        }
    }

    #[test]
    fn lists_are_sorted_and_hold_each_extension_once() {
        let mut person = ada();
        let given = Value::List(vec!["42".into(), "042".into(), "42".into()]);
        person.set(Field::Intercoms, given).unwrap();
        assert_eq!(person.get(Field::Intercoms), Value::List(vec!["042".into(), "42".into()]));
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut person = ada();
        for (field, value) in [
            (Field::Name, Value::None),
            (Field::Extension, Value::Text("TBC".into())),
            (Field::DoNotLog, Value::Text("yes".into())),
            (Field::Path, Value::Text("London".into())),
            (Field::Intercoms, Value::List(vec!["1".into(), "x".into()])),
        ] {
            assert!(person.set(field, value).is_err(), "{field}");
        }
        assert_eq!(person, ada());
    }
}
