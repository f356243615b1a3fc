//! What must happen to groups and collections once the people are known.

use std::{cmp::Ordering, collections::BTreeSet};

use rayon::prelude::*;

use super::{Action, Cause, Change, EntryKind, FieldChange};
use crate::directory::{Collection, Directory, GroupPath, Id, Person, Reason, Status, Text, Value};

/// The changes of groups: those in which somebody will stand are in use, the others are not.
pub fn groups(held: &Directory, active: &[&Person]) -> Vec<Change> {
    let wanted = places(active);
    let mut changes = Vec::new();
    for path in &wanted {
        match held.groups.binary_search_by(|group| group.path.cmp(path)) {
            Err(_) => changes.push(group_change(Action::Add, path, None)),
            Ok(at) if !held.groups[at].status.is_active() => {
                changes.push(group_change(Action::Enable, path, None));
            }
            Ok(_) => {}
        }
    }
    for group in &held.groups {
        if group.status.is_active() && !wanted.contains(&group.path) {
            let empty = "nobody active stands in it any more";
            changes.push(group_change(Action::Disable, &group.path, Some(empty)));
        }
    }
    changes
}

/// Every group in which one of these people stands, and its ancestors.
fn places(active: &[&Person]) -> BTreeSet<GroupPath> {
    let paths: BTreeSet<&GroupPath> = active
        .par_iter()
        .fold(BTreeSet::new, |mut paths, person| {
            paths.insert(&person.path);
            paths
        })
        .reduce(BTreeSet::new, |mut paths, mut others| {
            paths.append(&mut others);
            paths
        });
    let mut places = BTreeSet::new();
    for path in paths {
        let mut next = Some(path.clone());
        while let Some(path) = next {
            next = path.parent();
            if !places.insert(path) {
                break;
            }
        }
    }
    places
}

fn group_change(action: Action, path: &GroupPath, empty: Option<&str>) -> Change {
    Change {
        id: Text::default(),
        action,
        entry: EntryKind::Group,
        kind: None,
        key: path.clone().into(),
        name: path.name().into(),
        fields: Vec::new(),
        reason: empty.map(|_| Reason::Gone),
        evidence: empty.map(Text::from),
        with: None,
        cause: Cause::default(),
    }
}

/// The changes of collections. `wanted` is sorted by name, with the position of each one's rule.
pub fn collections(held: &Directory, wanted: &[(Collection, Text)]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (collection, rule) in wanted {
        let at = held.collections.binary_search_by(|other| other.name.cmp(&collection.name));
        let before = at.ok().map(|at| &held.collections[at]);
        let fields = changed_fields(before, collection);
        let action = match before.map(|collection| &collection.status) {
            None => Action::Add,
            Some(Status::Disabled { .. }) => Action::Enable,
            Some(Status::Active) if fields.is_empty() => continue,
            Some(Status::Active) => Action::Update,
        };
        let cause = Cause { rule: Some(rule.clone()), ..Cause::default() };
        changes.push(collection_change(action, collection, fields, cause));
    }
    for collection in &held.collections {
        let named = wanted.binary_search_by(|(other, _)| other.name.cmp(&collection.name)).is_ok();
        if collection.status.is_active() && !named {
            let mut change =
                collection_change(Action::Disable, collection, Vec::new(), Cause::default());
            change.reason = Some(Reason::OutOfScope);
            change.evidence = Some("the manifest no longer names it".into());
            changes.push(change);
        }
    }
    changes
}

fn changed_fields(before: Option<&Collection>, after: &Collection) -> Vec<FieldChange> {
    let text = |text: &Text| Value::Text(text.clone());
    let mut fields = Vec::new();
    let mut put = |field: &'static str, before: Value, after: Value| {
        if before != after {
            fields.push(FieldChange { field: Text::new_static(field), before, after });
        }
    };
    put("title", before.map_or(Value::None, |old| text(&old.title)), text(&after.title));
    put("rule", before.map_or(Value::None, |old| text(&old.rule)), text(&after.rule));
    let member = |id: &Id| Value::Text(id.clone().into());
    let held = before.map_or(&[][..], |old| &old.members);
    let (mut old, mut new) = (held.iter().peekable(), after.members.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.cmp(new),
        };
        let left = if order.is_le() { old.next() } else { None };
        let joined = if order.is_ge() { new.next() } else { None };
        put("members", left.map_or(Value::None, member), joined.map_or(Value::None, member));
    }
    fields
}

fn collection_change(
    action: Action,
    collection: &Collection,
    fields: Vec<FieldChange>,
    cause: Cause,
) -> Change {
    Change {
        id: Text::default(),
        action,
        entry: EntryKind::Collection,
        kind: None,
        key: collection.name.clone(),
        name: collection.title.clone(),
        fields,
        reason: None,
        evidence: None,
        with: None,
        cause,
    }
}
