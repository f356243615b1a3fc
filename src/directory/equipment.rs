//! What calls run through besides people: devices, system devices and channels, and what these
//! three have in common.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BadId, BadNumber, Channel, Device, Id, Status, SystemDevice, Text, Value, words};

/// Everything that calls run through at one moment. Each list is sorted by id and holds an id once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Phones and device profiles.
    pub devices: Vec<Device>,
    /// Hunt groups, ports and bridges.
    pub system_devices: Vec<SystemDevice>,
    /// Gateways and SIP trunks.
    pub channels: Vec<Channel>,
}

/// A device, a system device or a channel: an entry that is not a person and stands in no group.
///
/// Compared, planned, kept and shown by one code through [`Equipment::PROPERTIES`].
pub trait Equipment: Clone + fmt::Debug + PartialEq + Eq + Send + Sync + 'static {
    /// What one is called: `device`, `system-device` or `channel`.
    const WORD: &'static str;

    /// What changes over time, in the order that a person reads it.
    const PROPERTIES: &'static [Property];

    /// One that is in use and of which nothing else is known.
    fn new(id: Id, name: Text) -> Self;

    /// All of this kind.
    fn all(inventory: &Inventory) -> &Vec<Self>;

    /// All of this kind, to be changed.
    fn all_mut(inventory: &mut Inventory) -> &mut Vec<Self>;

    /// Kept for life.
    fn id(&self) -> &Id;

    /// What it is called in the switch and in its call records; never empty.
    fn name(&self) -> &Text;

    /// In use, or disabled with a reason.
    fn status(&self) -> &Status;

    /// Changes the status.
    fn set_status(&mut self, status: Status);

    /// The value of a property; [`Value::None`] where there is nothing, or none is of this kind.
    fn get(&self, property: Property) -> Value;

    /// Sets a property.
    ///
    /// # Errors
    ///
    /// [`WrongProperty`] where the value doesn't fit; nothing is changed then.
    fn set(&mut self, property: Property, value: Value) -> Result<(), WrongProperty>;
}

/// What [`Equipment`] says of every kind alike, where a kind has the fields `id`, `name` and `status`
/// and stands in this list of the [`Inventory`].
macro_rules! in_inventory {
    ($list:ident) => {
        fn all(inventory: &Inventory) -> &Vec<Self> {
            &inventory.$list
        }

        fn all_mut(inventory: &mut Inventory) -> &mut Vec<Self> {
            &mut inventory.$list
        }

        fn id(&self) -> &Id {
            &self.id
        }

        fn name(&self) -> &Text {
            &self.name
        }

        fn status(&self) -> &Status {
            &self.status
        }

        fn set_status(&mut self, status: Status) {
            self.status = status;
        }
    };
}
pub(super) use in_inventory;

/// What is known of equipment and changes over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is documented at the field of its name")]
pub enum Property {
    Kind,
    Name,
    Model,
    Description,
    Pbx,
    Owner,
    OwnerBy,
    Lines,
    Number,
    Partition,
    Members,
    Protocol,
    Address,
    Channels,
    Endpoints,
}

/// A value that doesn't fit its property.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongProperty {
    /// As where a list is given for a name.
    #[error("`{property}` takes {takes}, not {given}")]
    Kind {
        /// The property.
        property: Property,
        /// What it takes, in words.
        takes: &'static str,
        /// What was given.
        given: Value,
    },
    /// A text that is no line or directory number.
    #[error(transparent)]
    Number(#[from] BadNumber),
    /// A text that is no id.
    #[error(transparent)]
    Id(#[from] BadId),
}

words! { Property::name {
    Kind = "kind",
    Name = "name",
    Model = "model",
    Description = "description",
    Pbx = "pbx",
    Owner = "owner",
    OwnerBy = "owner_by",
    Lines = "lines",
    Number = "number",
    Partition = "partition",
    Members = "members",
    Protocol = "protocol",
    Address = "address",
    Channels = "channels",
    Endpoints = "endpoints",
} }

impl Property {
    /// Whether it holds several texts.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Lines | Self::Members | Self::Address | Self::Endpoints)
    }

    /// The text in a value; nothing where it is none.
    pub(super) fn text(self, value: Value) -> Result<Option<Text>, WrongProperty> {
        match value {
            Value::None => Ok(None),
            Value::Text(text) => Ok(Some(text).filter(|text| !text.is_empty())),
            given => Err(self.wrong("text", given)),
        }
    }

    /// The text in a value that must not be empty.
    pub(super) fn some_text(self, value: Value) -> Result<Text, WrongProperty> {
        match value {
            Value::Text(text) if !text.is_empty() => Ok(text),
            given => Err(self.wrong("text", given)),
        }
    }

    /// The texts in a value.
    pub(super) fn texts(self, value: Value) -> Result<Vec<Text>, WrongProperty> {
        match value {
            Value::None => Ok(Vec::new()),
            Value::List(texts) => Ok(texts),
            given => Err(self.wrong("a list", given)),
        }
    }

    pub(super) fn wrong(self, takes: &'static str, given: Value) -> WrongProperty {
        WrongProperty::Kind { property: self, takes, given }
    }

    /// A property that this kind of equipment doesn't have can only be nothing.
    pub(super) fn not_here(self, value: Value) -> Result<(), WrongProperty> {
        if value.is_empty() { Ok(()) } else { Err(self.wrong("nothing here", value)) }
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Texts of things as a value; nothing where there are none.
pub(super) fn list<T: fmt::Display>(things: &[T]) -> Value {
    match things {
        [] => Value::None,
        some => Value::List(some.iter().map(|one| smol_str::format_smolstr!("{one}")).collect()),
    }
}

impl Inventory {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        let Self { devices, system_devices, channels } = self;
        devices.is_empty() && system_devices.is_empty() && channels.is_empty()
    }

    /// Sorts each list by id; gives the ids that were there twice, of which one is kept.
    pub fn sort(&mut self) -> Vec<Id> {
        fn sort<T: Equipment>(all: &mut Vec<T>, twice: &mut Vec<Id>) {
            all.sort_by(|a, b| a.id().cmp(b.id()));
            all.dedup_by(|later, first| {
                let same = later.id() == first.id();
                if same {
                    twice.push(first.id().clone());
                }
                same
            });
        }
        let mut twice = Vec::new();
        sort(&mut self.devices, &mut twice);
        sort(&mut self.system_devices, &mut twice);
        sort(&mut self.channels, &mut twice);
        twice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::DirectoryNumber;

    fn what_is_set_is_what_one_gets<T: Equipment>() {
        for property in Property::ALL {
            let given = match property {
                Property::Kind => T::new(Id::new("p", "1"), "x".into()).get(property),
                Property::Owner => Value::Text("staff/7".into()),
                Property::OwnerBy => Value::Text("first-line".into()),
                Property::Lines => Value::List(vec!["1: 4021 in Internal".into()]),
                Property::Members => Value::List(vec!["4022".into(), "4021 in Internal".into()]),
                Property::Channels => Value::Text("30".into()),
                list if list.is_list() => Value::List(vec!["b".into(), "a".into()]),
                _ => Value::Text("x".into()),
            };
            let mut one = T::new(Id::new("p", "1"), "x".into());
            if T::PROPERTIES.contains(&property) {
                one.set(property, given.clone()).unwrap();
                assert_eq!(one.get(property), given, "{property} of a {}", T::WORD);
            } else {
                assert_eq!(one.get(property), Value::None);
                assert!(one.set(property, given).is_err(), "{property} of a {}", T::WORD);
            }
            assert!(one.set(property, Value::Flag(true)).is_err());
            assert_eq!(Property::parse(property.name()), Some(property));
        }
    }

    #[test]
    fn every_property_can_be_set_and_read() {
        what_is_set_is_what_one_gets::<Device>();
        what_is_set_is_what_one_gets::<SystemDevice>();
        what_is_set_is_what_one_gets::<Channel>();
    }

    #[test]
    fn members_stay_in_ring_order() {
        let mut group = SystemDevice::new(Id::new("p", "1"), "Sales".into());
        let order = Value::List(vec!["4022".into(), "4021".into()]);
        group.set(Property::Members, order.clone()).unwrap();
        assert_eq!(group.get(Property::Members), order);
        assert_eq!(group.members[0], DirectoryNumber::parse("4022").unwrap());
    }

    #[test]
    fn an_id_that_is_there_twice_is_kept_once_and_told() {
        let device = |key: &str| Device::new(Id::new("p", key), "SEP".into());
        let mut inventory = Inventory {
            devices: vec![device("2"), device("1"), device("2")],
            ..Inventory::default()
        };
        assert_eq!(inventory.sort(), [Id::new("p", "2")]);
        assert_eq!(inventory.devices, [device("1"), device("2")]);
    }
}
