//! What a person changed in the directory by hand, and what a plan would undo of it.

use std::cmp::Ordering;

use super::{Change, EntryKind};
use crate::{
    directory::{Directory, Field, Id, Person, Text},
    finding::{Code, Finding},
};

/// One field, or the status, of one person, as somebody changed it by hand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// Of whom.
    pub id: Id,
    /// The field; none is the status, and people who were written in or taken out.
    pub field: Option<Field>,
    /// The commit that did it; the latest where several did.
    pub commit: Text,
    /// Who made that commit.
    pub author: Text,
}

impl Edit {
    /// The field's word, as the manifest and `rollbook pin` take it.
    pub fn word(&self) -> &'static str {
        self.field.map_or("status", Field::name)
    }
}

/// What lies between two commits of which the later one was made by hand, by id and field.
pub fn edits(before: &Directory, after: &Directory, commit: &str, author: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut tell = |id: &Id, field| {
        let (commit, author) = (commit.into(), author.into());
        edits.push(Edit { id: id.clone(), field, commit, author });
    };
    let (mut old, mut new) = (before.people.iter().peekable(), after.people.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return edits,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.id.cmp(&new.id),
        };
        let was = if order.is_le() { old.next() } else { None };
        let is = if order.is_ge() { new.next() } else { None };
        match (was, is) {
            (Some(was), Some(is)) if was != is => {
                if was.status.is_active() != is.status.is_active() {
                    tell(&is.id, None);
                }
                let fields =
                    Field::ALL.into_iter().filter(|field| was.get(*field) != is.get(*field));
                fields.for_each(|field| tell(&is.id, Some(field)));
            }
            (Some(Person { id, .. }), None) | (None, Some(Person { id, .. })) => tell(id, None),
            _ => {}
        }
    }
}

/// Marks the changes that would undo an edit, and tells each of them; `edits` are sorted by id.
/// What a pin gives, or what the sources agree with, undoes nothing.
pub fn undone(changes: &mut [Change], edits: &[Edit]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if edits.is_empty() {
        return findings;
    }
    for change in changes.iter_mut().filter(|change| change.entry == EntryKind::Person) {
        let from = edits.partition_point(|edit| edit.id.as_str() < change.key.as_str());
        for edit in edits[from..].iter().take_while(|edit| edit.id.as_str() == change.key) {
            let word = edit.word();
            let moved = match edit.field {
                Some(field) => change.field(field).is_some(),
                None => change.reason.is_some() || change.action.returns(),
            };
            if !moved || change.cause.pinned.iter().any(|pinned| pinned == word) {
                continue;
            }
            change.cause.edit = Some(edit.commit.clone());
            findings.push(finding(change, edit));
        }
    }
    findings
}

fn finding(change: &Change, edit: &Edit) -> Finding {
    let (id, word) = (&edit.id, edit.word());
    let to = match edit.field.and_then(|field| change.field(field)) {
        Some(field) => format!(" to {}", field.before),
        None => String::new(),
    };
    let commit = edit.commit.get(..12).unwrap_or(&edit.commit);
    Finding::warning(
        Code::HandEdit,
        format!(
            "`{word}` of `{}` was changed by hand{to}, by {} in commit `{commit}`; the plan undoes it",
            change.name, edit.author,
        ),
        format!("pin it with `rollbook pin {id} {word}`, or leave it to be undone"),
    )
    .about([id.clone()])
}
