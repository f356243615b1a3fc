//! The way back: what must happen for people and equipment to be as they were at an earlier commit.

use std::{cmp::Ordering, collections::BTreeMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Change, EntryKind, FieldChange, Plan, differences, equipment};
use crate::{
    directory::{Directory, Field, Id, Person, Property, Reason, Status, Text, Value},
    finding::{Code, Finding},
};

/// Where a way back leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WayBack {
    /// As it was asked for: a date, a time, a revision.
    pub rev: Text,
    /// The commit that is meant.
    pub commit: Text,
}

impl WayBack {
    /// `2026-06-30 (commit 28df5fdda6ed)`.
    pub fn named(&self) -> String {
        let commit = self.commit.get(..12).unwrap_or(&self.commit);
        match self.commit.starts_with(self.rev.as_str()) {
            true => format!("commit {commit}"),
            false => format!("{} (commit {commit})", self.rev),
        }
    }
}

/// The changes of people and equipment that lead back to an earlier directory; in the order of
/// their ids.
///
/// Nobody and nothing is deleted: who came since is disabled by hand, so that no source brings them back
/// unasked. Who was disabled then and is so now stays as they are.
pub fn back(held: &Directory, then: &Directory, to: &WayBack) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut now, mut old) = (held.people.iter().peekable(), then.people.iter().peekable());
    loop {
        let order = match (now.peek(), old.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(now), Some(old)) => now.id.cmp(&old.id),
        };
        let is = if order.is_le() { now.next() } else { None };
        let was = if order.is_ge() { old.next() } else { None };
        changes.extend(match (is, was) {
            (Some(is), Some(was)) => of_both(is, was),
            (Some(is), None) => is.status.is_active().then(|| {
                let evidence = format!("not in the directory at {}", to.named());
                let mut change = Change::of_person(Action::Disable, is, Vec::new());
                change.reason = Some(Reason::Manual);
                change.evidence = Some(evidence.into());
                change
            }),
            // Somebody whom a person took out of the files by hand.
            (None, Some(was)) => was.status.is_active().then(|| {
                let all = Field::ALL.into_iter();
                let fields = all.map(|field| FieldChange::of(field, Value::None, was.get(field)));
                Change::of_person(
                    Action::Add,
                    was,
                    fields.filter(|field| !field.after.is_empty()).collect(),
                )
            }),
            (None, None) => None,
        });
    }
    changes.extend(equipment::back(&held.inventory, &then.inventory, to));
    changes
}

fn of_both(is: &Person, was: &Person) -> Option<Change> {
    let fields = || differences(is, was);
    match (&is.status, &was.status) {
        (Status::Disabled { .. }, Status::Disabled { .. }) => None,
        (Status::Disabled { .. }, Status::Active) => {
            Some(Change::of_person(Action::Enable, was, fields()))
        }
        (Status::Active, Status::Disabled { reason, evidence, .. }) => {
            let merged = *reason == Reason::Merged;
            let action = if merged { Action::Merge } else { Action::Disable };
            let mut change = Change::of_person(action, was, fields());
            change.reason = Some(*reason);
            change.evidence = Some(evidence.clone());
            Some(change)
        }
        (Status::Active, Status::Active) => {
            let fields = fields();
            let action = if is.path == was.path { Action::Update } else { Action::Move };
            (!fields.is_empty()).then(|| Change::of_person(action, was, fields))
        }
    }
}

/// People named in one finding.
const NAMED: usize = 5;

/// What of a way back the next run takes back, one finding a field; `next` is the plan of a run
/// right after it.
pub fn overwritten(back: &[Change], next: &Plan) -> Vec<Finding> {
    let key = |change: &Change| (change.entry, change.key.clone());
    let ours: BTreeMap<_, &Change> = back.iter().map(|change| (key(change), change)).collect();
    let mut fields: BTreeMap<(usize, &str, bool), Vec<&Change>> = BTreeMap::new();
    let mut equipment: BTreeMap<(EntryKind, usize, &str), Vec<&Change>> = BTreeMap::new();
    for theirs in &next.changes {
        let Some(ours) = ours.get(&key(theirs)) else { continue };
        if theirs.entry.is_equipment() {
            for (at, property) in Property::ALL.into_iter().enumerate() {
                let same = ours.property(property).is_some() || ours.action == Action::Add;
                if same && theirs.property(property).is_some() {
                    let word = (theirs.entry, at, property.name());
                    equipment.entry(word).or_default().push(theirs);
                }
            }
            let returns = ours.action.returns() && theirs.reason.is_some();
            if returns || ours.reason.is_some() && theirs.action.returns() {
                let word = (theirs.entry, Property::ALL.len(), "status");
                equipment.entry(word).or_default().push(theirs);
            }
            continue;
        }
        if theirs.entry != EntryKind::Person {
            continue;
        }
        let pinned = |word: &str| theirs.cause.pinned.iter().any(|pinned| pinned == word);
        for (at, field) in Field::ALL.into_iter().enumerate() {
            let same = ours.field(field).is_some() || ours.action == Action::Add;
            if same && theirs.field(field).is_some() {
                let word = field.name();
                fields.entry((at, word, pinned(word))).or_default().push(theirs);
            }
        }
        let returns = |change: &Change| change.action.returns();
        let leaves = |change: &Change| change.reason.is_some();
        if returns(ours) && leaves(theirs) || leaves(ours) && returns(theirs) {
            fields.entry((Field::ALL.len(), "status", pinned("status"))).or_default().push(theirs);
        }
    }
    let people = fields.into_iter().map(|((_, word, pinned), of)| again(word, pinned, &of));
    let equipment = equipment.into_iter().map(|((_, _, word), of)| again(word, false, &of));
    people.chain(equipment).collect()
}

fn again(word: &str, pinned: bool, theirs: &[&Change]) -> Finding {
    let names: Vec<String> =
        theirs.iter().take(NAMED).map(|change| format!("`{}`", change.name)).collect();
    let more = match theirs.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let who = match theirs {
        [_] => names.concat(),
        several => {
            let count = several[0].entry.counted(several.len() as u64);
            format!("{count} ({}{more})", names.join(", "))
        }
    };
    let equipment = theirs.first().is_some_and(|change| change.entry.is_equipment());
    let (whose, help) = match pinned {
        true => ("pins give", "change or remove the pin".to_owned()),
        false if equipment => ("sources say", "mend the source".to_owned()),
        false => (
            "sources say",
            format!("pin what is to stay with `rollbook pin WHO {word}`, or mend the source"),
        ),
    };
    Finding::warning(
        Code::OverwrittenAgain,
        format!("the next run sets `{word}` of {who} again, to what their {whose}"),
        help,
    )
    .about(theirs.iter().filter_map(|change| Id::parse(&change.key).ok()))
}
