//! One change of one entry.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::directory::{Directory, Field, Id, Person, Property, Reason, Text, Value};

/// What happens to one entry; an entry is in one change at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Short and stable inside one plan, so that people can say "c12 is wrong".
    pub id: Text,
    /// What happens.
    pub action: Action,
    /// To what.
    pub entry: EntryKind,
    /// What kind of equipment it is, after the change: `phone`, `hunt-group`, `sip-trunk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text>,
    /// The id of a person or of equipment, a group's path or a collection's name.
    pub key: Text,
    /// What people call it; for a person the name after the change.
    pub name: Text,
    /// The fields that change, in the order that a person reads them; of an addition all that
    /// have a value. Of a collection's members one each, with nothing before or after.
    pub fields: Vec<FieldChange>,
    /// Why it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What shows that reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Text>,
    /// The other person of a merge or a split: whom this one is one with, or whom they were one with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<Id>,
    /// Where it comes from.
    pub cause: Cause,
}

/// What happens to an entry.
///
/// In the order of a plan, but that updates of an extension come before the other updates.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is kept and no longer in use.
    Disable,
    /// It turned out to be one with another person, and is kept as no longer in use.
    Merge,
    /// Fields change.
    Update,
    /// It comes to stand elsewhere; fields may change too.
    Move,
    /// It is in use again; fields may change too.
    Enable,
    /// It turned out not to be one with another person: it is new, or in use again.
    Split,
    /// It is new.
    Add,
}

/// What kind of entry changes.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A person.
    #[default]
    Person,
    /// A phone or a device profile.
    Device,
    /// A hunt group, a port or a bridge.
    SystemDevice,
    /// A gateway or a SIP trunk.
    Channel,
    /// A place in the tree.
    Group,
    /// A named set across the tree.
    Collection,
}

/// One field, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// The field's word: one of [`Field`]; of equipment a [`Property`];
    /// `title`, `rule` or `members` of a collection.
    pub field: Text,
    /// What it was.
    pub before: Value,
    /// What it becomes.
    pub after: Value,
}

/// Where a change comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// The source whose record says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
    /// The rule that gives the place or the members: `rollbook.yaml:31:5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Text>,
    /// The pin that says so: `rollbook.yaml:52:5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Text>,
    /// The fields that pins give; `status` where one decides that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<Text>,
    /// What the pin says for itself: `on loan to Leeds, until 2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Where several pins give fields: the others, each with its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<FurtherPin>,
    /// The commit by which a person edited, by hand, what this change undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Text>,
}

/// A pin of a change that another pin has to do with, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FurtherPin {
    /// Where it stands: `rollbook.yaml:57:5`.
    pub pin: Text,
    /// The fields that it gives; `status` where it decides that.
    pub pinned: Vec<Text>,
    /// What it says for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

impl Cause {
    /// Whether this field is one that a further pin gives.
    pub fn is_of_a_further_pin(&self, field: &str) -> bool {
        self.further.iter().any(|further| further.pinned.iter().any(|word| word == field))
    }
}

impl Action {
    /// Whether somebody is in use after it who wasn't before.
    pub fn returns(self) -> bool {
        matches!(self, Self::Enable | Self::Split | Self::Add)
    }

    /// The word for it, as plans and limits write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Update => "update",
            Self::Move => "move",
            Self::Enable => "enable",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Add => "add",
        }
    }
}

impl EntryKind {
    /// What people call one.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Device => "device",
            Self::SystemDevice => "system device",
            Self::Channel => "channel",
            Self::Group => "group",
            Self::Collection => "collection",
        }
    }

    /// Whether it is a person.
    pub fn is_person(&self) -> bool {
        *self == Self::Person
    }

    /// Whether it is a device, a system device or a channel.
    pub fn is_equipment(self) -> bool {
        match self {
            Self::Device | Self::SystemDevice | Self::Channel => true,
            Self::Person | Self::Group | Self::Collection => false,
        }
    }

    /// "1 device", "40 devices", "2 people"; digits without commas, as in findings.
    pub fn counted(self, count: u64) -> String {
        match (self, count) {
            (_, 1) => format!("1 {}", self.noun()),
            (Self::Person, many) => format!("{many} people"),
            (_, many) => format!("{many} {}s", self.noun()),
        }
    }
}

impl FieldChange {
    /// A changed field of a person.
    pub fn of(field: Field, before: Value, after: Value) -> Self {
        Self { field: Text::new_static(field.name()), before, after }
    }
}

impl Change {
    /// Something that happens to a person; its cause, and what shows it, are still to be told.
    pub fn of_person(action: Action, person: &Person, fields: Vec<FieldChange>) -> Self {
        Self {
            id: Text::default(),
            action,
            entry: EntryKind::Person,
            kind: None,
            key: person.id.clone().into(),
            name: person.name.clone(),
            fields,
            reason: None,
            evidence: None,
            with: None,
            cause: Cause::default(),
        }
    }

    /// The change of a property of equipment, where that property changes.
    pub fn property(&self, property: Property) -> Option<&FieldChange> {
        self.fields.iter().find(|change| change.field == property.name())
    }

    /// The change of a field, where that field changes.
    pub fn field(&self, field: Field) -> Option<&FieldChange> {
        self.fields.iter().find(|change| change.field == field.name())
    }

    /// How many licences it takes (1), frees (-1) or leaves (0). Only a person takes one.
    pub fn licences(&self, held: &Directory) -> i64 {
        let log = |before: bool| {
            let seen = self.field(Field::DoNotLog);
            match seen.map(|change| if before { &change.before } else { &change.after }) {
                Some(value) => *value != Value::Flag(true),
                None => Id::parse(&self.key)
                    .ok()
                    .and_then(|id| held.person(&id))
                    .is_none_or(|person| !person.do_not_log),
            }
        };
        let (was, will) = match self.action {
            Action::Add | Action::Enable | Action::Split => (false, true),
            Action::Disable | Action::Merge => (true, false),
            Action::Update | Action::Move => (true, true),
        };
        i64::from(will && log(false)) - i64::from(was && log(true))
    }

    pub(super) fn rank(&self) -> (EntryKind, Action, bool) {
        let renumbered = self.action == Action::Update && self.field(Field::Extension).is_some();
        (self.entry, self.action, !renumbered)
    }
}

/// Puts changes in the order of a plan and gives them their short ids.
pub(super) fn sort_and_number(changes: &mut [Change]) {
    changes.sort_by(|a, b| a.rank().cmp(&b.rank()).then_with(|| a.key.cmp(&b.key)));
    for (at, change) in changes.iter_mut().enumerate() {
        change.id = smol_str::format_smolstr!("c{}", at + 1);
    }
}
