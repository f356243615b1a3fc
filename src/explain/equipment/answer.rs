//! What is said of equipment, as data.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::answer::CommitSeen;
use crate::directory::{Id, Reason, Text, Value};

/// A device, a system device or a channel: what is known of it, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EquipmentSeen {
    /// `phone`, `device-profile`, `hunt-group`, `sip-trunk` and so on.
    pub kind: Text,
    /// The source that has it: everything about it is from there.
    pub source: Text,
    /// The source's kind; none where the sources were not read.
    pub source_kind: Option<Text>,
    /// When what was read of the source is from; none where the sources were not read.
    pub as_of: Option<Timestamp>,
    /// Whether the source lists it now; none where the sources were not read.
    pub listed: Option<bool>,
    /// Why it is disabled in the directory; none where it is in use or not there.
    pub reason: Option<Reason>,
    /// Since when it is disabled.
    pub since: Option<Timestamp>,
    /// What shows it.
    pub evidence: Option<Text>,
    /// The commit that last disabled or enabled it.
    pub by: Option<CommitSeen>,
    /// The commit that brought it, where the history was looked at.
    pub added: Option<CommitSeen>,
    /// What is known of it, in the order that people read it; without what there is nothing of.
    pub properties: Vec<PropertySeen>,
    /// Whose a device is, and why.
    pub owner: Option<OwnerSeen>,
    /// The lines of a device, by position.
    pub lines: Vec<LineSeen>,
}

/// A property, and since when it is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PropertySeen {
    /// The property's word: `owner`, `lines`.
    pub property: Text,
    /// What it holds once the source is followed; what the directory has, where it was not read.
    pub value: Value,
    /// What the directory has, where that is something else: the next apply changes it.
    pub held: Option<Value>,
    /// The commit that last changed it.
    pub changed: Option<CommitSeen>,
}

/// Whose a device is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OwnerSeen {
    /// The person; none where it is nobody's.
    pub person: Option<PersonNamed>,
    /// What shows it: `owner`, `sole-controller`, `first-line`, `profile`, `extension`.
    pub by: Option<Text>,
    /// The same in words, or why it is nobody's.
    pub because: Text,
    /// The record of the source that stands for them; none where the sources were not read.
    pub record: Option<Id>,
    /// Who else the source names with it.
    pub others: Vec<OtherSeen>,
    /// Whose the directory has it, where that is somebody else: the next apply changes it.
    pub held: Option<PersonNamed>,
}

/// A person, by what people call them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct PersonNamed {
    /// Their id.
    pub id: Id,
    /// Their name, where the directory has them.
    pub name: Option<Text>,
}

/// Somebody whom a source names with a device, and whose it isn't.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct OtherSeen {
    /// The record that names it.
    pub record: Id,
    /// In which attribute.
    pub attribute: Text,
    /// The person for whom the record stands, where it stands for one.
    pub person: Option<PersonNamed>,
}

/// A line of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineSeen {
    /// Which button, from 1.
    pub position: u16,
    /// What is dialled.
    pub number: Text,
    /// The partition that the number is in.
    pub partition: Option<Text>,
    /// Whether devices of more than one person have this number.
    pub shared: bool,
    /// The other people who have it on devices of theirs, by id.
    pub shared_with: Vec<SharerSeen>,
}

/// Somebody with whom a line is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SharerSeen {
    /// Who.
    #[serde(flatten)]
    pub person: PersonNamed,
    /// The devices on which they have it, by name.
    pub devices: Vec<Text>,
}

/// A device of a person, as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeviceSeen {
    /// Its id.
    pub id: Id,
    /// What the switch and its call records call it.
    pub name: Text,
    /// `phone` or `device-profile`.
    pub kind: Text,
    /// The product.
    pub model: Option<Text>,
    /// Whether it is in use.
    pub active: bool,
    /// What shows that it is theirs: `owner`, `sole-controller` and so on.
    pub owner_by: Option<Text>,
    /// The same in words.
    pub because: Text,
    /// Its lines, by position.
    pub lines: Vec<LineSeen>,
}
