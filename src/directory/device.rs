//! Phones and device profiles.

use super::{
    DirectoryNumber, Equipment, Id, Inventory, Line, Property, Status, Text, Value, WrongProperty,
    equipment::{in_inventory, list},
    words,
};

/// A phone, or a profile that makes one its user's own while they are logged in.
///
/// Its name is the one that call records have: `SEP001122334455`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Kept for life.
    pub id: Id,
    /// Which of the two it is.
    pub kind: DeviceKind,
    /// What the switch and its call records call it.
    pub name: Text,
    /// The product: `Cisco 8841`.
    pub model: Option<Text>,
    /// What the administrator wrote.
    pub description: Option<Text>,
    /// The number space that its lines belong to.
    pub pbx: Text,
    /// The person whose it is.
    pub owner: Option<Id>,
    /// What shows whose it is; there exactly where an owner is.
    pub owner_by: Option<Ownership>,
    /// In the order of their positions.
    pub lines: Vec<Line>,
    /// In use, or disabled with a reason.
    pub status: Status,
}

/// What kind of [`Device`] it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    /// A telephone, soft or hard.
    Phone,
    /// The settings and lines that a phone takes on while a person is logged in to it.
    DeviceProfile,
}

/// What shows whose a device is; the first that holds decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ownership {
    /// The switch names its owner.
    Owner,
    /// One person alone controls it.
    SoleController,
    /// One person alone is named at its first line.
    FirstLine,
    /// It is the profile of one person.
    Profile,
    /// One person alone has its number.
    Extension,
}

words! { DeviceKind::as_str {
    Phone = "phone",
    DeviceProfile = "device-profile",
} }

words! { Ownership::as_str {
    Owner = "owner",
    SoleController = "sole-controller",
    FirstLine = "first-line",
    Profile = "profile",
    Extension = "extension",
} }

impl Ownership {
    /// What it says, as part of a sentence: "the switch names them its owner".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Owner => "the switch names them its owner",
            Self::SoleController => "they alone control it",
            Self::FirstLine => "they alone are named at its first line",
            Self::Profile => "it is their device profile",
            Self::Extension => "they alone have its number",
        }
    }
}

impl Device {
    /// The numbers of its lines.
    pub fn numbers(&self) -> impl Iterator<Item = &DirectoryNumber> {
        self.lines.iter().map(|line| &line.number)
    }
}

impl Equipment for Device {
    const WORD: &'static str = "device";

    const PROPERTIES: &'static [Property] = &[
        Property::Kind,
        Property::Name,
        Property::Model,
        Property::Description,
        Property::Pbx,
        Property::Owner,
        Property::OwnerBy,
        Property::Lines,
    ];

    fn new(id: Id, name: Text) -> Self {
        Self {
            id,
            kind: DeviceKind::Phone,
            name,
            model: None,
            description: None,
            pbx: Text::new_static("main"),
            owner: None,
            owner_by: None,
            lines: Vec::new(),
            status: Status::Active,
        }
    }

    in_inventory!(devices);

    fn get(&self, property: Property) -> Value {
        match property {
            Property::Kind => Value::Text(Text::new_static(self.kind.as_str())),
            Property::Name => Value::Text(self.name.clone()),
            Property::Model => (&self.model).into(),
            Property::Description => (&self.description).into(),
            Property::Pbx => Value::Text(self.pbx.clone()),
            Property::Owner => {
                self.owner.clone().map_or(Value::None, |owner| Value::Text(owner.into()))
            }
            Property::OwnerBy => {
                let word = |by: Ownership| Value::Text(Text::new_static(by.as_str()));
                self.owner_by.map_or(Value::None, word)
            }
            Property::Lines => list(&self.lines),
            Property::Number
            | Property::Partition
            | Property::Members
            | Property::Protocol
            | Property::Address
            | Property::Channels
            | Property::Endpoints => Value::None,
        }
    }

    fn set(&mut self, property: Property, value: Value) -> Result<(), WrongProperty> {
        match property {
            Property::Kind => {
                let word = property.some_text(value)?;
                self.kind = DeviceKind::parse(&word).ok_or_else(|| {
                    property.wrong("`phone` or `device-profile`", Value::Text(word))
                })?;
            }
            Property::Name => self.name = property.some_text(value)?,
            Property::Model => self.model = property.text(value)?,
            Property::Description => self.description = property.text(value)?,
            Property::Pbx => self.pbx = property.some_text(value)?,
            Property::Owner => {
                self.owner = property.text(value)?.map(|owner| Id::parse(&owner)).transpose()?;
            }
            Property::OwnerBy => {
                let by = |word: Text| {
                    let words =
                        "`owner`, `sole-controller`, `first-line`, `profile` or `extension`";
                    Ownership::parse(&word).ok_or_else(|| property.wrong(words, Value::Text(word)))
                };
                self.owner_by = property.text(value)?.map(by).transpose()?;
            }
            Property::Lines => {
                let lines = property.texts(value)?;
                let lines = lines.iter().map(|line| Line::parse(line));
                self.lines = lines.collect::<Result<_, _>>()?;
            }
            Property::Number
            | Property::Partition
            | Property::Members
            | Property::Protocol
            | Property::Address
            | Property::Channels
            | Property::Endpoints => property.not_here(value)?,
        }
        Ok(())
    }
}
