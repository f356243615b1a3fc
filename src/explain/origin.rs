//! Where the values of a person come from, as merging says it.

use crate::{
    directory::{Dispute, Field, Id, Joined, Person, Reason, Text, Value},
    mapping::Mapped,
    plan::Sighting,
};

/// How a person came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// The person's id, as the directory has it or will have it.
    pub id: Id,
    /// What the sources come to for this person.
    pub outcome: Outcome,
    /// Their records, sorted.
    pub records: Vec<RecordOrigin>,
    /// The fields that have a value or had a loser, in the order of [`Field::ALL`].
    pub fields: Vec<FieldOrigin>,
}

/// What the sources come to for a person.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// In the directory, or about to be.
    Wanted,
    /// Leaves, or stays disabled, or is new and not added: why, as far as sources say.
    Absent {
        /// Why.
        reason: Reason,
        /// What shows it.
        evidence: Text,
    },
    /// Stays as they are: it isn't known whether they left.
    Unknown {
        /// The source that can't tell.
        source: Text,
        /// Why it can't.
        because: Text,
    },
    /// Stays as they are, records are not added: this dispute holds them back.
    Disputed(Dispute),
    /// Is one with another person and becomes, or is, disabled as merged.
    Merged {
        /// The other person.
        with: Id,
        /// What shows it.
        evidence: Text,
    },
    /// Stays as they are: a record of theirs can't be used.
    HeldBack,
}

/// A record of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordOrigin {
    /// The record.
    pub record: Id,
    /// The rule that joined it.
    pub by: Text,
    /// How it was seen.
    pub seen: Seen,
    /// Each rule of `people.link` in order.
    pub tried: Vec<Tried>,
}

/// What a record has where a rule looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The rule's word.
    pub rule: Text,
    /// The record's value there.
    pub value: Option<Text>,
    /// Whether another record of this person has the same today.
    pub shared: bool,
}

/// How a record was seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// Listed.
    Listed,
    /// Listed, its account disabled.
    Disabled(Text),
    /// Known from the state; its source doesn't prove that it is gone.
    Unproven(Text),
    /// Known from the state and proven gone.
    Gone(Reason, Text),
}

/// A field and whose value it has.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldOrigin {
    /// Which.
    pub field: Field,
    /// What the person will have, before groups set flags.
    pub value: Value,
    /// Whose it is.
    pub from: ValueFrom,
    /// Other sources' values, in the order of precedence; also equal ones.
    pub losers: Vec<Loser>,
}

/// A value that lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Loser {
    /// Its source.
    pub source: Text,
    /// The value.
    pub value: Value,
    /// Whether it says something else.
    pub differs: bool,
}

/// Whose value a field has.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueFrom {
    /// That source's.
    Source(Text),
    /// The held one: that source would decide, and it isn't known what it has today.
    HeldFor(Text),
    /// The held one: no source has one any more, and `people.emptied` keeps it.
    Kept,
    /// No value.
    Nothing,
}

/// How a person of one source came about to whom `who` leads; none where nobody has that id.
pub fn provenance(
    sources: &[(Sighting, Mapped)],
    held: &crate::directory::Directory,
    who: &Id,
) -> Option<Provenance> {
    let (sighting, mapped) =
        sources.iter().find(|(sighting, _)| sighting.source == who.source())?;
    let listed = mapped.people.binary_search_by(|draft| draft.person.id.cmp(who)).ok();
    let draft = listed.map(|at| &mapped.people[at]);
    let before = held.person(who);
    let back = mapped.held_back.binary_search(who).is_ok();
    let (outcome, seen) = match (draft, before) {
        (Some(draft), _) => match &draft.source_disabled {
            None => (Outcome::Wanted, Seen::Listed),
            Some(evidence) => (
                Outcome::Absent { reason: Reason::SourceDisabled, evidence: evidence.clone() },
                Seen::Disabled(evidence.clone()),
            ),
        },
        _ if back => (Outcome::HeldBack, Seen::Listed),
        (None, Some(_)) => match sighting.absence(who) {
            Some((reason, evidence)) => (
                Outcome::Absent { reason, evidence: evidence.clone() },
                Seen::Gone(reason, evidence),
            ),
            None => {
                let because = match &sighting.coverage {
                    crate::source::Coverage::Partial { because } => because.as_str().into(),
                    crate::source::Coverage::Complete { .. } => Text::default(),
                };
                let source = sighting.source.clone();
                let seen = Seen::Unproven(because.clone());
                (Outcome::Unknown { source, because }, seen)
            }
        },
        (None, None) => return None,
    };
    let values: Option<&Person> = draft.map(|draft| &draft.person).or(before);
    let fields =
        Field::ALL.into_iter().filter(|field| !matches!(field, Field::Records | Field::Path));
    let fields = fields.filter_map(|field| {
        let value = values?.get(field);
        let from = match draft {
            Some(_) => ValueFrom::Source(sighting.source.clone()),
            None => ValueFrom::HeldFor(sighting.source.clone()),
        };
        (!value.is_empty()).then_some(FieldOrigin { field, value, from, losers: Vec::new() })
    });
    Some(Provenance {
        id: who.clone(),
        outcome,
        records: vec![RecordOrigin {
            record: who.clone(),
            by: Joined::FIRST.into(),
            seen,
            tried: Vec::new(),
        }],
        fields: fields.collect(),
    })
}
