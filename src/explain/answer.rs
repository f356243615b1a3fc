//! The answer as data: what `explain --output json` prints.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::equipment::{DeviceSeen, EquipmentSeen};
use crate::{
    directory::{Field, Id, Reason, Text, Value},
    finding::Finding,
    mapping::Step,
    plan::EntryKind as Kind,
};

/// Why the directory has somebody or something as it does, or doesn't have them.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Explanation {
    /// `rollbook.explain/1`.
    pub format: Text,
    /// Who was asked for, in the asker's words.
    pub who: Text,
    /// What kind of entry is meant; `person` where it is nobody.
    pub entry: Kind,
    /// Who is meant: a person's id, a device's, or a record that stands for nobody.
    pub id: Option<Id>,
    /// What people call them, or would; of equipment what the switch calls it.
    pub name: Option<Text>,
    /// How they stand, in one word.
    pub standing: Standing,
    /// The same in one sentence.
    pub answer: Text,
    /// The commit of the directory that was looked at; none before the first.
    pub commit: Option<Text>,
    /// Why the sources were not read; none where they were.
    pub unread: Option<Text>,
    /// How the sources were read, in name order; empty where they were not.
    pub sources: Vec<SourceSeen>,
    /// Others who go by the same, once the sources are followed; sorted.
    pub also: Vec<Id>,
    /// The pin that says whether they are active.
    pub pin: Option<PinSeen>,
    /// The person in the directory, where they are there.
    pub person: Option<PersonSeen>,
    /// The records that stand for them, sorted.
    pub records: Vec<RecordSeen>,
    /// Their fields that have a value, had one, or lost one, in the order that people read them.
    pub fields: Vec<FieldSeen>,
    /// Where they stand, and by which rule.
    pub place: Option<PlaceSeen>,
    /// The collections that have them, by name.
    pub collections: Vec<CollectionSeen>,
    /// What the ledger of the directory keeps about them.
    pub ledger: Vec<Entry>,
    /// The devices that are theirs in the directory, by id.
    pub devices: Vec<DeviceSeen>,
    /// What is known where a device, a system device or a channel was asked for.
    pub equipment: Option<EquipmentSeen>,
    /// Remarks about their records, sorted.
    pub findings: Vec<Finding>,
    /// Who else has or had the number, where a number was asked for; newest first.
    pub before: Vec<Entry>,
}

/// How somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// In the directory.
    Active,
    /// In the directory; their sources let go of them, so that the next apply disables them.
    Leaves,
    /// Not in the directory yet; the next apply adds them.
    New,
    /// Disabled in the directory; the next apply enables them.
    Returns,
    /// In the directory, disabled.
    Disabled,
    /// One with another person, who has their records.
    Merged,
    /// In the directory as before: it isn't known whether they left.
    Unknown,
    /// In the directory as before, or not there: a rule would join their records, were it one to one.
    InDispute,
    /// In the directory as before, or not there: their record can't be used.
    Unusable,
    /// In the directory as before, or not there: several records have their key.
    DuplicateKey,
    /// Not in the directory: `keep` leaves their record out.
    LeftOut,
    /// Not in the directory: their account was disabled before the directory had them.
    DisabledAtSource,
    /// Not in the directory: when the sources were last read, their record was not used.
    Skipped,
    /// Nobody, here or in a source.
    Nobody,
}

/// How a source was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceSeen {
    /// Its name in the manifest.
    pub name: Text,
    /// The connector's kind.
    pub kind: Text,
    /// Whether the listing proves who is absent.
    pub complete: bool,
    /// What shows that it is complete, or what kept it from being so.
    pub evidence: Text,
    /// How many records it had.
    pub records: u64,
    /// When its records are from: when they were read, or the last change of a file.
    pub as_of: Option<Timestamp>,
}

impl Explanation {
    /// An answer with nothing but its sentence.
    pub(super) fn bare(who: &str, entry: Kind, standing: Standing, answer: Text) -> Self {
        Self {
            format: Text::new_static("rollbook.explain/1"),
            who: who.into(),
            entry,
            id: None,
            name: None,
            standing,
            answer,
            commit: None,
            unread: None,
            sources: Vec::new(),
            also: Vec::new(),
            pin: None,
            person: None,
            records: Vec::new(),
            fields: Vec::new(),
            place: None,
            collections: Vec::new(),
            ledger: Vec::new(),
            devices: Vec::new(),
            equipment: None,
            findings: Vec::new(),
            before: Vec::new(),
        }
    }
}

/// Somebody whom the directory has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PersonSeen {
    /// Why they are disabled; none while they are active.
    pub reason: Option<Reason>,
    /// Since when they are disabled.
    pub since: Option<Timestamp>,
    /// What shows it.
    pub evidence: Option<Text>,
    /// The commit that last disabled or enabled them.
    pub by: Option<CommitSeen>,
    /// Whom they turned out to be one with.
    pub merged_into: Option<Id>,
    /// The commit that brought them, where the history was looked at.
    pub added: Option<CommitSeen>,
}

/// A commit of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CommitSeen {
    /// Its id.
    pub commit: Text,
    /// When the run was made.
    pub when: Timestamp,
    /// Its first line.
    pub subject: Text,
    /// Who applied it.
    pub by: Text,
}

/// A record of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecordSeen {
    /// The source and its key.
    pub record: Id,
    /// The rule that joined it to the person; `first` where it brought them, none where it stands
    /// for nobody.
    pub by: Option<Text>,
    /// What became of it.
    pub became: Word,
    /// Why, where it didn't become a person.
    pub because: Option<Text>,
    /// Where in the source it stands; none where it isn't listed, or the sources were not read.
    pub place: Option<Text>,
    /// What it holds, of the attributes that the mapping uses.
    pub values: BTreeMap<Text, Value>,
    /// `keep`, where the source has one.
    pub keep: Option<By>,
    /// What says whether its account is disabled.
    pub status: Option<By>,
    /// Each rule of `people.link` in order, and what the record has there.
    pub links: Vec<MatchSeen>,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// It is used.
    Used,
    /// It is used, and says that the account is disabled.
    Disabled,
    /// `keep` leaves it out.
    LeftOut,
    /// It can't be used.
    Unusable,
    /// Other records have the same key; none of them is used.
    DuplicateKey,
    /// The source's listing doesn't have it, and proves nothing.
    Unproven,
    /// The source no longer has it.
    Gone,
    /// It is listed, and stands for somebody else from the next apply on.
    Elsewhere,
    /// The sources were not read.
    Unread,
}

/// What a record has where a rule of `people.link` looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MatchSeen {
    /// The rule's word.
    pub rule: Text,
    /// The record's value there.
    pub value: Option<Text>,
    /// Whether another record of this person has the same.
    pub shared: bool,
}

/// An expression of the manifest on a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct By {
    /// As it is written.
    pub expression: Text,
    /// Where: `rollbook.yaml:12:11`; none where it is a default of the source's kind.
    pub at: Option<Text>,
    /// From the record's values to what it gives.
    pub steps: Vec<Step>,
}

/// A field, and where its value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldSeen {
    /// Which.
    pub field: Field,
    /// What it holds once the sources are followed; what the directory has, where they were not read.
    pub value: Value,
    /// What the directory has, where that is something else: the next apply changes it.
    pub held: Option<Value>,
    /// The source whose value won.
    pub source: Option<Text>,
    /// By what the source fills it, from the record's values.
    pub by: Option<By>,
    /// What else there is to be said: why a value is not the last step's, or stays as it was.
    pub remark: Option<Text>,
    /// The pin that holds it.
    pub pin: Option<PinSeen>,
    /// The rule that sets it: `rollbook.yaml:31:5`.
    pub rule: Option<Text>,
    /// Values of other sources, which lost, in the order of precedence.
    pub losers: Vec<LoserSeen>,
    /// The commit that last changed it.
    pub changed: Option<CommitSeen>,
}

/// A decision of the manifest that wins over the sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PinSeen {
    /// Where: `rollbook.yaml:52:5`.
    pub at: Text,
    /// Its reason and its end.
    pub note: Option<Text>,
}

/// A value that lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LoserSeen {
    /// The source that has it.
    pub source: Text,
    /// The value.
    pub value: Value,
    /// Whether it says something else; not where it only differs in case, white space or the
    /// punctuation of a number.
    pub differs: bool,
    /// By what the source comes to it.
    pub by: Option<By>,
}

/// A place in the tree, and how somebody came to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceSeen {
    /// The place that the manifest's rules give; that of the directory, where no rule was asked.
    pub path: Text,
    /// The place in the directory, where that is another.
    pub held: Option<Text>,
    /// The rule; none where none takes them.
    pub rule: Option<RuleSeen>,
    /// The place as the rule writes it.
    pub template: Option<Text>,
    /// What stands in each `{{ }}` of it, with what it gives.
    pub parts: Vec<(Text, Value)>,
    /// The rules before it, which don't take them.
    pub passed: Vec<RuleSeen>,
    /// The pin that holds it.
    pub pin: Option<PinSeen>,
    /// The commit that last changed it.
    pub changed: Option<CommitSeen>,
}

/// What a rule says of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleSeen {
    /// Where: `rollbook.yaml:31:5`.
    pub at: Text,
    /// By which values.
    pub because: Text,
}

/// A collection that has somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CollectionSeen {
    /// What the manifest calls it.
    pub name: Text,
    /// What people call it.
    pub title: Text,
    /// The rule that takes them; none where only the directory has them in it.
    pub rule: Option<RuleSeen>,
    /// Whether the directory has them in it now.
    pub held: bool,
}

/// Something that the directory keeps about somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Entry {
    /// What kind of entry.
    pub kind: EntryKind,
    /// In words.
    pub what: Text,
    /// Since when.
    pub since: Timestamp,
    /// Until when, where it is over.
    pub until: Option<Timestamp>,
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A record that is not used.
    Skipped,
    /// Records that would be joined, were it one to one.
    Dispute,
    /// Somebody of whom it isn't known whether they left.
    Unknown,
    /// A value that lost.
    Disagreement,
    /// Somebody who had a number.
    Holder,
}
