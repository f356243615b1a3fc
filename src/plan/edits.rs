//! What a person changed in the directory by hand, and what a plan would undo of it.

use std::cmp::Ordering;

use super::{
    Change, EntryKind,
    equipment::{Planned, walk},
};
use crate::{
    directory::{
        Channel, Device, Directory, Field, Id, Inventory, Person, Property, SystemDevice, Text,
    },
    finding::{Code, Finding},
};

/// One field, or the status, of one entry, as somebody changed it by hand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// Of what kind of entry.
    pub entry: EntryKind,
    /// Of whom, or of what.
    pub id: Id,
    /// The field; none is the status, and entries that were written in or taken out.
    pub field: Option<Edited>,
    /// The commit that did it; the latest where several did.
    pub commit: Text,
    /// Who made that commit.
    pub author: Text,
}

/// What of an entry was changed by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edited {
    /// A field of a person.
    Field(Field),
    /// A property of a device, a system device or a channel.
    Property(Property),
}

impl Edit {
    /// The field's word, as the manifest and `rollbook pin` take it.
    pub fn word(&self) -> &'static str {
        match self.field {
            Some(Edited::Field(field)) => field.name(),
            Some(Edited::Property(property)) => property.name(),
            None => "status",
        }
    }
}

/// What lies between two commits of which the later one was made by hand, by kind of entry, id and
/// field.
pub fn edits(before: &Directory, after: &Directory, commit: &str, author: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut tell = |id: &Id, field: Option<Field>| {
        let (commit, author) = (commit.into(), author.into());
        let (entry, field) = (EntryKind::Person, field.map(Edited::Field));
        edits.push(Edit { entry, id: id.clone(), field, commit, author });
    };
    let (mut old, mut new) = (before.people.iter().peekable(), after.people.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => break,
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
    let mut tell = |entry, id: &Id, field: Option<Property>| {
        let (commit, author) = (commit.into(), author.into());
        edits.push(Edit {
            entry,
            id: id.clone(),
            field: field.map(Edited::Property),
            commit,
            author,
        });
    };
    of_equipment::<Device>(&before.inventory, &after.inventory, &mut tell);
    of_equipment::<SystemDevice>(&before.inventory, &after.inventory, &mut tell);
    of_equipment::<Channel>(&before.inventory, &after.inventory, &mut tell);
    edits
}

fn of_equipment<T: Planned>(
    before: &Inventory,
    after: &Inventory,
    tell: &mut dyn FnMut(EntryKind, &Id, Option<Property>),
) {
    walk(T::all(before), T::all(after), |was, is| match (was, is) {
        (Some(was), Some(is)) if was != is => {
            if was.status().is_active() != is.status().is_active() {
                tell(T::ENTRY, is.id(), None);
            }
            let changed = T::PROPERTIES.iter().filter(|which| was.get(**which) != is.get(**which));
            changed.for_each(|which| tell(T::ENTRY, is.id(), Some(*which)));
        }
        (Some(one), None) | (None, Some(one)) => tell(T::ENTRY, one.id(), None),
        _ => {}
    });
}

/// Marks the changes that would undo an edit, and tells each of them; `edits` are sorted by kind of
/// entry and id. What a pin gives, or what the sources agree with, undoes nothing.
pub fn undone(changes: &mut [Change], edits: &[Edit]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if edits.is_empty() {
        return findings;
    }
    for change in changes.iter_mut() {
        let of = |edit: &Edit| (edit.entry, edit.id.as_str()) < (change.entry, change.key.as_str());
        let from = edits.partition_point(of);
        let same = |edit: &&Edit| edit.entry == change.entry && edit.id.as_str() == change.key;
        let theirs: Vec<&Edit> = edits[from..].iter().take_while(same).collect();
        for edit in theirs {
            let word = edit.word();
            let moved = match edit.field {
                Some(_) => change.fields.iter().any(|field| field.field == word),
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
    let of = edit.field.and_then(|_| change.fields.iter().find(|field| field.field == word));
    let to = of.map(|field| format!(" to {}", field.before)).unwrap_or_default();
    let commit = edit.commit.get(..12).unwrap_or(&edit.commit);
    let help = match change.entry {
        EntryKind::Person => {
            format!("pin it with `rollbook pin {id} {word}`, or leave it to be undone")
        }
        _ => "correct it at the source, or leave it to be undone".to_owned(),
    };
    Finding::warning(
        Code::HandEdit,
        format!(
            "`{word}` of `{}` was changed by hand{to}, by {} in commit `{commit}`; the plan undoes it",
            change.name, edit.author,
        ),
        help,
    )
    .about([id.clone()])
}
