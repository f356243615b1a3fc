//! What the changes of a plan mean together: a number that passes on, a department renamed.
//!
//! Nothing is decided here and nothing hidden: a meaning names the changes that it explains, and
//! these stand in the plan as they are. It is worked out from the held directory and the changes
//! alone, so equal plans have equal meanings.
//!
//! Precedence. A changed field is told by one meaning at most, and the first of these has it:
//! renumbering, department renamed or merged, site moved, group renamed, records joined, equal
//! changes. Of equipment: devices pass, partition renamed, equipment alike. A number
//! that passes on or goes round is told besides: where both ends of it are in one renumbering it
//! is counted there. Every change of a group is in one meaning at most. So a change is at most once
//! in the meanings of one kind, and of equal changes and renumberings at most once for each field.

mod census;
mod draft;
mod equal;
mod equipment;
mod items;
mod joined;
mod passes;
mod places;
mod renumbering;
mod wholes;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use places::tails;

use self::{census::Census, items::Items};
use super::{Action, Cause, Change, EntryKind, FieldChange, is_none};
use crate::directory::{Directory, Field, Text, Value};

/// So many people at least make a renumbering, or a department, site or group that changes as one.
pub const FEW: usize = 3;
/// People named as examples of a meaning.
const EXAMPLES: usize = 5;

/// What several changes mean together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Meaning {
    /// Short and stable inside one plan: `m1`.
    pub id: Text,
    /// What it is.
    pub kind: MeaningKind,
    /// Of what it is: of people, or of one kind of equipment.
    #[serde(default, skip_serializing_if = "EntryKind::is_person")]
    pub entry: EntryKind,
    /// How many people change by it; none where it is of equipment.
    pub people: u64,
    /// How many devices, system devices or channels change by it; none where it is of people.
    #[serde(default, skip_serializing_if = "is_none")]
    pub equipment: u64,
    /// The fields that it tells, the one that it is named for first; none where numbers pass on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What changes as one: the department, site or group of which these are the people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Whole>,
    /// How numbers change, of a renumbering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Renumbering>,
    /// The numbers that get another person, by pbx and number; in a ring in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passes: Vec<Pass>,
    /// Devices that get another person, or their first, or none: by whom they go from and to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handovers: Vec<Handover>,
    /// When numbers get another person: earlier calls stay with whom they had before. Where a plan
    /// passes or renumbers any, the time at which it was made (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The first few of the people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Party>,
    /// The changes that it explains, of people and of groups, in the order of the plan: `c1`.
    pub changes: Vec<Text>,
}

/// The kinds of meaning, in the order in which a plan tells them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MeaningKind {
    /// An extension of one person becomes another's; several where one brings the next.
    NumberPasses,
    /// Two people exchange their extensions, or three and more pass them on in a ring.
    NumbersSwapped,
    /// The numbers of many people change by one rule.
    Renumbering,
    /// All people of a department get another one that nobody had.
    DepartmentRenamed,
    /// All people of a department get another one that others have already.
    DepartmentMerged,
    /// All or most people of a site, or of a department there, get another site.
    SiteMoved,
    /// All that stands in a group comes to stand in another, new one.
    GroupRenamed,
    /// Records of further sources join several people, by the same rules of `people.link`.
    RecordsJoined,
    /// Several people get the same change.
    EqualChanges,
    /// A person's devices become another's; or several become somebody's, or nobody's.
    DevicesPass,
    /// The numbers of a partition come to stand in another.
    PartitionRenamed,
    /// Several devices, system devices or channels get the same change.
    EquipmentAlike,
}

/// One field, before and after, of all people whom it is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// The field's word.
    pub field: Text,
    /// What it was; of a path only the groups that differ, as [`tails`] has them; of a renumbering
    /// the lowest number.
    pub before: Value,
    /// What it becomes; of a renumbering what becomes of the lowest number; of records that join
    /// the rules by which they do.
    pub after: Value,
    /// How many people it changes for, or how many pieces of equipment; of a partition how many
    /// numbers.
    pub people: u64,
    /// What their changes come from, as far as it is the same for all.
    pub cause: Cause,
}

/// A department, site or group that changes as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Whole {
    /// `department`, `site` or `path`.
    pub field: Text,
    /// Its name, before.
    pub name: Text,
    /// The active people that it had.
    pub people: u64,
    /// Those whom it will have.
    pub stay: u64,
    /// Those who had what it becomes, before.
    pub met: u64,
}

/// How the numbers of a renumbering change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Renumbering {
    /// The number space of extensions; none of other numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pbx: Option<Text>,
    /// The rule.
    #[serde(flatten)]
    pub rule: Rewrite,
    /// How many of the new numbers were another one's of the same renumbering.
    pub passing: u64,
}

/// A rule by which a number becomes another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "rewrite")]
pub enum Rewrite {
    /// The first digits become others, the rest stays: `4` becomes `14`.
    Front {
        /// The digits that go; none where others are only put before.
        from: Text,
        /// The digits that come; none where some are only taken away.
        to: Text,
    },
    /// A number is added, or taken away where it is negative; the length stays.
    Shift {
        /// The number.
        by: i64,
    },
}

/// A number that gets another person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pass {
    /// The number space.
    pub pbx: Text,
    /// The extension.
    pub number: Text,
    /// Whose it was and no longer is; more than one where it was double.
    pub from: Vec<Party>,
    /// Whose it becomes; more than one where it will be double.
    pub to: Vec<Party>,
}

/// Devices that go from one person to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handover {
    /// Whose they were; nobody's where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Owner>,
    /// Whose they become; nobody's where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Owner>,
    /// The devices, in the order of the plan.
    pub devices: Vec<Handed>,
}

/// Somebody who has a device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Owner {
    /// The person's id.
    pub key: Text,
    /// What people call them, after the plan.
    pub name: Text,
}

/// A device that gets another person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handed {
    /// The device's id.
    pub key: Text,
    /// What the switch calls it, after the plan.
    pub name: Text,
    /// `phone` or `device-profile`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text>,
    /// The change.
    pub change: Text,
}

/// Somebody whom a meaning is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Party {
    /// The person's id.
    pub key: Text,
    /// What people call them, after the change.
    pub name: Text,
    /// The change.
    pub change: Text,
    /// What happens to them.
    pub action: Action,
    /// Their extension, or the value of the field that it is about, before; none where they are new.
    pub before: Value,
    /// The same after; none where they leave.
    pub after: Value,
}

impl Meaning {
    /// All of it but the time, as a digest takes it.
    pub(super) fn timeless(&self) -> impl Serialize + '_ {
        // Taken apart in full: a new part doesn't compile until it is decided about here.
        let Self {
            id,
            kind,
            entry,
            people,
            equipment,
            parts,
            whole,
            rule,
            passes,
            handovers,
            at: _,
            examples,
            changes,
        } = self;
        let counts = (entry, people, equipment);
        (id, kind, counts, parts, whole, rule, (passes, handovers), examples, changes)
    }

    /// Whether it says what this changed field, of one of its changes, was and becomes.
    pub fn tells(&self, change: &Text, field: &FieldChange) -> bool {
        if !self.handovers.is_empty() {
            return equipment::is_ownership(field);
        }
        if self.kind == MeaningKind::PartitionRenamed {
            return self.parts.iter().any(|part| equipment::renames(part, field));
        }
        if !self.passes.is_empty() {
            let about = |party: &Party| {
                party.change == *change
                    && (&party.before, &party.after) == (&field.before, &field.after)
            };
            return field.field == Field::Extension.name()
                && self.passes.iter().any(|pass| pass.from.iter().chain(&pass.to).any(about));
        }
        self.parts.iter().filter(|part| part.field == field.field).any(|part| match &self.rule {
            Some(renumbering) => match (&field.before, &field.after) {
                (Value::Text(before), Value::Text(after)) => {
                    renumbering.rule.apply(before).is_some_and(|number| number == *after)
                }
                _ => false,
            },
            None if self.kind == MeaningKind::GroupRenamed => true,
            None if self.kind == MeaningKind::RecordsJoined => {
                part.after.as_text() == joined::rules(field).as_deref()
            }
            None => {
                let (before, after) = tails(field);
                (&part.before, &part.after) == (before.as_ref(), after.as_ref())
            }
        })
    }
}

/// What the changes mean together, in the order in which a plan tells it; `changes` are in the
/// order of a plan and numbered, and `at` is when it was made.
pub fn meanings(held: &Directory, changes: &[Change], at: Timestamp) -> Vec<Meaning> {
    if changes.iter().all(|change| change.action == Action::Add && !joined::joins(change)) {
        return Vec::new();
    }
    let mut meanings = of_people(held, changes, at);
    meanings.extend(equipment::meanings(held, changes));
    for (at, meaning) in meanings.iter_mut().enumerate() {
        meaning.id = smol_str::format_smolstr!("m{}", at + 1);
    }
    meanings
}

fn of_people(held: &Directory, changes: &[Change], at: Timestamp) -> Vec<Meaning> {
    let mut items = Items::of(held, changes);
    let mut census = Census::default();
    wholes::ask(&items, &mut census);
    places::ask(&items, &mut census);
    census.take(held, &items.all);
    let renamed = places::renamed(&items, &census);
    let mut drafts = renumbering::renumberings(&mut items);
    let mut passes = passes::passes(&items, &mut drafts);
    drafts.append(&mut passes);
    drafts.extend(wholes::departments_renamed(&mut items, &census));
    drafts.extend(wholes::sites_moved(&mut items, &census));
    places::place(&mut items, renamed, changes, &mut drafts);
    drafts.extend(joined::records_joined(&mut items));
    drafts.extend(equal::equal_changes(&mut items));
    drafts.sort_by_cached_key(|draft| {
        (draft.kind, Reverse(draft.people.len()), draft.people.clone())
    });
    drafts.into_iter().map(|draft| draft.finish(&items, at)).collect()
}
