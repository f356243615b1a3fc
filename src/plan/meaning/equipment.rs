//! What changes of devices, system devices and channels mean together.

use std::collections::BTreeMap;

use super::{FEW, Handed, Handover, Meaning, Owner, Part};
use crate::{
    directory::{Directory, DirectoryNumber, Id, Line, Property, Text, Value},
    plan::{Action, Cause, Change, EntryKind, FieldChange, MeaningKind},
};

/// The meanings of equipment; `changes` are in the order of a plan and numbered.
pub(super) fn meanings(held: &Directory, changes: &[Change]) -> Vec<Meaning> {
    let from = changes.partition_point(|change| change.entry < EntryKind::Device);
    let to = changes.partition_point(|change| change.entry <= EntryKind::Channel);
    let (people, altered) = (&changes[..from], &changes[from..to]);
    let altered: Vec<&Change> =
        altered.iter().filter(|change| change.action == Action::Update).collect();
    if altered.is_empty() {
        return Vec::new();
    }
    let mut meanings = devices_pass(held, people, &altered);
    let renamed = partitions_renamed(&altered);
    let alike = alike(&altered, &renamed);
    meanings.extend(renamed);
    meanings.extend(alike);
    meanings
}

fn meaning(kind: MeaningKind, entry: EntryKind, changes: &[&Change]) -> Meaning {
    Meaning {
        id: Text::default(),
        kind,
        entry,
        people: 0,
        equipment: changes.len() as u64,
        parts: Vec::new(),
        whole: None,
        rule: None,
        passes: Vec::new(),
        handovers: Vec::new(),
        at: None,
        examples: Vec::new(),
        changes: changes.iter().map(|change| change.id.clone()).collect(),
    }
}

// Devices that get another person.

/// Whether it is whose a device is, or what shows it.
pub(super) fn is_ownership(field: &FieldChange) -> bool {
    field.field == Property::Owner.name() || field.field == Property::OwnerBy.name()
}

/// One meaning for each two people between whom devices pass, one for all devices that become
/// somebody's, and one for all that become nobody's.
fn devices_pass(held: &Directory, people: &[Change], altered: &[&Change]) -> Vec<Meaning> {
    type Pair<'a> = (Option<&'a str>, Option<&'a str>);
    type Passing<'a> = Vec<(Pair<'a>, Vec<&'a Change>)>;
    let mut pairs: BTreeMap<Pair<'_>, Vec<&Change>> = BTreeMap::new();
    for change in altered {
        if let Some(owner) = change.property(Property::Owner) {
            let pair = (owner.before.as_text(), owner.after.as_text());
            pairs.entry(pair).or_default().push(change);
        }
    }
    if pairs.is_empty() {
        return Vec::new();
    }
    let names: BTreeMap<&str, &Text> =
        people.iter().map(|change| (change.key.as_str(), &change.name)).collect();
    let owner = |key: &str| {
        let name = names.get(key).map(|name| (*name).clone()).or_else(|| {
            let id = Id::parse(key).ok()?;
            held.person(&id).map(|person| person.name.clone())
        });
        Owner { key: key.into(), name: name.unwrap_or_else(|| key.into()) }
    };
    let handover = |((from, to), changes): (Pair<'_>, &[&Change])| Handover {
        from: from.map(owner),
        to: to.map(owner),
        devices: changes
            .iter()
            .map(|change| Handed {
                key: change.key.clone(),
                name: change.name.clone(),
                kind: change.kind.clone(),
                change: change.id.clone(),
            })
            .collect(),
    };
    let mut of: BTreeMap<(u8, Pair<'_>), Passing<'_>> = BTreeMap::new();
    for (pair, changes) in pairs {
        let group = match pair {
            (Some(_), Some(_)) => (0, pair),
            (None, _) => (1, (None, None)),
            (Some(_), None) => (2, (None, None)),
        };
        of.entry(group).or_default().push((pair, changes));
    }
    let mut meanings: Vec<Meaning> = of
        .into_values()
        .map(|pairs| {
            let mut changes: Vec<&Change> =
                pairs.iter().flat_map(|(_, changes)| changes).copied().collect();
            changes.sort_by_key(|change| number(&change.id));
            let mut pass = meaning(MeaningKind::DevicesPass, EntryKind::Device, &changes);
            pass.handovers =
                pairs.iter().map(|(pair, changes)| handover((*pair, changes.as_slice()))).collect();
            pass
        })
        .collect();
    meanings.sort_by_key(|pass| {
        let whole = pass.handovers.iter().all(|one| one.from.is_some() && one.to.is_some());
        (!whole, pass.changes.first().map(number))
    });
    meanings
}

fn number(id: &Text) -> u64 {
    id.get(1..).and_then(|digits| digits.parse().ok()).unwrap_or(u64::MAX)
}

// Partitions.

/// The one partition that becomes another in a changed list of lines or members, or by itself, and
/// how many numbers do; nothing where something else changes too.
fn rename(field: &FieldChange) -> Option<(Value, Value, u64)> {
    let partition = |number: &DirectoryNumber| match &number.partition {
        Some(name) => Value::Text(name.clone()),
        None => Value::None,
    };
    let property = Property::parse(&field.field)?;
    if property == Property::Partition {
        return Some((field.before.clone(), field.after.clone(), 1));
    }
    let (Value::List(before), Value::List(after)) = (&field.before, &field.after) else {
        return None;
    };
    if before.len() != after.len() {
        return None;
    }
    let mut renamed: Option<(Value, Value, u64)> = None;
    for (before, after) in before.iter().zip(after).filter(|(before, after)| before != after) {
        let (before, after) = match property {
            Property::Lines => {
                let (before, after) = (Line::parse(before).ok()?, Line::parse(after).ok()?);
                if (before.position, before.shared) != (after.position, after.shared) {
                    return None;
                }
                (before.number, after.number)
            }
            Property::Members => {
                (DirectoryNumber::parse(before).ok()?, DirectoryNumber::parse(after).ok()?)
            }
            _ => return None,
        };
        if before.number != after.number {
            return None;
        }
        let (before, after) = (partition(&before), partition(&after));
        match &mut renamed {
            None => renamed = Some((before, after, 1)),
            Some((from, to, count)) if (&*from, &*to) == (&before, &after) => *count += 1,
            Some(_) => return None,
        }
    }
    renamed
}

/// Whether a part tells a changed field whole.
pub(super) fn renames(part: &Part, field: &FieldChange) -> bool {
    rename(field).is_some_and(|(from, to, _)| (&part.before, &part.after) == (&from, &to))
}

/// Numbers of several devices or system devices that come to stand in another partition.
fn partitions_renamed(altered: &[&Change]) -> Vec<Meaning> {
    type Renamed<'a> = (Vec<&'a Change>, u64);
    let mut renamed: BTreeMap<(EntryKind, Value, Value), Renamed<'_>> = BTreeMap::new();
    for change in altered {
        for (from, to, count) in change.fields.iter().filter_map(rename) {
            let (changes, numbers) = renamed.entry((change.entry, from, to)).or_default();
            if changes.last().is_none_or(|last| last.id != change.id) {
                changes.push(change);
            }
            *numbers += count;
        }
    }
    let many = renamed.into_iter().filter(|(_, (changes, _))| changes.len() >= FEW);
    many.map(|((entry, before, after), (changes, people))| {
        let mut renamed = meaning(MeaningKind::PartitionRenamed, entry, &changes);
        let field = Text::new_static(Property::Partition.name());
        renamed.parts = vec![Part { field, before, after, people, cause: common(&changes) }];
        renamed
    })
    .collect()
}

/// What the causes of these changes have in common.
fn common(changes: &[&Change]) -> Cause {
    let same = |of: fn(&Cause) -> &Option<Text>| {
        let first = changes.first().and_then(|change| of(&change.cause).as_ref())?;
        changes
            .iter()
            .all(|change| of(&change.cause).as_ref() == Some(first))
            .then(|| first.clone())
    };
    Cause {
        source: same(|cause| &cause.source),
        edit: same(|cause| &cause.edit),
        ..Cause::default()
    }
}

// The same change of several.

/// What several changes have in common that nothing else tells. Properties that change for the very
/// same entries are told together.
fn alike(altered: &[&Change], renamed: &[Meaning]) -> Vec<Meaning> {
    type Same<'a> = (EntryKind, &'a Text, &'a Value, &'a Value, Option<&'a Text>);
    let mut alike: BTreeMap<Same<'_>, Vec<usize>> = BTreeMap::new();
    for (at, change) in altered.iter().enumerate() {
        for field in &change.fields {
            let of = |renamed: &Meaning| {
                renamed.entry == change.entry && renamed.tells(&change.id, field)
            };
            if !is_ownership(field) && !renamed.iter().any(of) {
                let (before, after) = (&field.before, &field.after);
                let same = (change.entry, &field.field, before, after, change.cause.edit.as_ref());
                alike.entry(same).or_default().push(at);
            }
        }
    }
    let mut together: BTreeMap<Vec<usize>, Vec<Same<'_>>> = BTreeMap::new();
    for (same, of) in alike.into_iter().filter(|(_, of)| of.len() > 1) {
        together.entry(of).or_default().push(same);
    }
    let mut meanings: Vec<Meaning> = together
        .into_iter()
        .map(|(of, told)| {
            let changes: Vec<&Change> = of.iter().map(|at| altered[*at]).collect();
            let entry = told.first().map_or(EntryKind::Device, |(entry, ..)| *entry);
            let mut alike = meaning(MeaningKind::EquipmentAlike, entry, &changes);
            let parts = told.into_iter().map(|(_, field, before, after, _)| Part {
                field: field.clone(),
                before: before.clone(),
                after: after.clone(),
                people: changes.len() as u64,
                cause: common(&changes),
            });
            alike.parts = parts.collect();
            alike.parts.sort_by_key(|part| Property::parse(&part.field));
            alike
        })
        .collect();
    meanings.sort_by_key(|alike| {
        let first = alike.changes.first().map(number);
        (alike.entry, std::cmp::Reverse(alike.equipment), first)
    });
    meanings
}
