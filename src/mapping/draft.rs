//! A person on the way from the sources to the directory.

use crate::{
    directory::{Field, Person, Text},
    merge::Origin,
};

/// A person as the sources want them, and, once grouping has placed them, the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Always active; the path only holds a place until grouping.
    pub person: Person,
    /// What shows that the source disabled the account, where it did.
    pub source_disabled: Option<Text>,
    /// The rule that gave the place, as `rollbook.yaml:31:5`; none until grouping, nor where no
    /// rule takes them.
    pub rule: Option<Text>,
    /// What a pin says of their status, whatever the sources say; few people have one.
    pub pinned: Option<Box<Standing>>,
    /// Where the values come from, for a person of several records; none for one of their own.
    pub origin: Option<Box<Origin>>,
    /// Whether the name only stands in for one that the source doesn't have.
    pub nameless: bool,
    /// The flags that the source has something to say about.
    pub says: Flags,
}

impl Draft {
    /// Of one record that is taken as it is.
    pub fn new(person: Person) -> Self {
        Self {
            person,
            source_disabled: None,
            rule: None,
            pinned: None,
            origin: None,
            nameless: false,
            says: Flags::default(),
        }
    }
}

impl AsMut<Person> for Draft {
    fn as_mut(&mut self) -> &mut Person {
        &mut self.person
    }
}

/// Whether a pin keeps somebody in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// In use.
    Active,
    /// Not in use, with what shows it: the pin's own words.
    Disabled(Text),
}

/// A set of flags: those that a mapping fills. Of others nobody says that they are off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Those among some fields.
    pub fn among(fields: impl IntoIterator<Item = Field>) -> Self {
        Self(fields.into_iter().fold(0, |flags, field| flags | Self::bit(field)))
    }

    /// Whether a flag is in it.
    pub fn contains(self, field: Field) -> bool {
        self.0 & Self::bit(field) != 0
    }

    fn bit(field: Field) -> u8 {
        match field {
            Field::DoNotLog => 1,
            Field::DoNotRecord => 2,
            Field::ExcludeFromStatistics => 4,
            _ => 0,
        }
    }
}
