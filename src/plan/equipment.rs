//! What must happen to devices, system devices and channels, and what comes of it.

use std::cmp::Ordering;

use super::{Action, Cause, Change, EntryKind, FieldChange, Misfit, Sighting};
use crate::{
    directory::{
        Channel, Device, Directory, Equipment, Id, Inventory, Property, Reason, Status,
        SystemDevice, Text, Value,
    },
    finding::{Code, Finding},
    source::Coverage,
};

/// What [`equipment`] gives.
#[derive(Debug, Default)]
pub struct EquipmentDifference {
    /// Changes, those of one kind after another, each by id.
    pub changes: Vec<Change>,
    /// How many in use stay as they are.
    pub unchanged: u64,
    /// Remarks on equipment whose absence nothing proves.
    pub findings: Vec<Finding>,
}

/// The kind of entry that this equipment is.
pub(super) trait Planned: Equipment {
    const ENTRY: EntryKind;
}

impl Planned for Device {
    const ENTRY: EntryKind = EntryKind::Device;
}

impl Planned for SystemDevice {
    const ENTRY: EntryKind = EntryKind::SystemDevice;
}

impl Planned for Channel {
    const ENTRY: EntryKind = EntryKind::Channel;
}

/// Compares the held equipment with the wanted one. `sightings` are sorted by source.
///
/// As with people, only a complete listing disables, and nothing is deleted. A listing without a
/// single device says nothing about devices: it is what a right that was taken away looks like.
pub fn equipment(
    held: &Directory,
    wanted: &Inventory,
    sightings: &[Sighting],
) -> EquipmentDifference {
    let mut difference = EquipmentDifference::default();
    compare::<Device>(&held.inventory, wanted, sightings, &mut difference);
    compare::<SystemDevice>(&held.inventory, wanted, sightings, &mut difference);
    compare::<Channel>(&held.inventory, wanted, sightings, &mut difference);
    difference
}

fn compare<T: Planned>(
    held: &Inventory,
    wanted: &Inventory,
    sightings: &[Sighting],
    to: &mut EquipmentDifference,
) {
    let (held, wanted) = (T::all(held), T::all(wanted));
    let mut kept: Vec<Id> = Vec::new();
    let (mut before, mut after) = (held.iter().peekable(), wanted.iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(held), Some(wanted)) => held.id().cmp(wanted.id()),
        };
        let was = if order.is_le() { before.next() } else { None };
        let is = if order.is_ge() { after.next() } else { None };
        match (was, is) {
            (None, Some(is)) => to.changes.push(change(Action::Add, is, all_of(is))),
            (Some(was), Some(is)) => {
                let fields = differences(was, is);
                match was.status() {
                    Status::Disabled { reason: Reason::Manual, .. } => {}
                    Status::Disabled { .. } => to.changes.push(change(Action::Enable, is, fields)),
                    Status::Active if fields.is_empty() => to.unchanged += 1,
                    Status::Active => to.changes.push(change(Action::Update, is, fields)),
                }
            }
            (Some(was), None) if was.status().is_active() => {
                match absence(was, wanted, sightings) {
                    Some(evidence) => {
                        let mut gone = change(Action::Disable, was, Vec::new());
                        (gone.reason, gone.evidence) = (Some(Reason::Gone), Some(evidence));
                        to.changes.push(gone);
                    }
                    None => {
                        to.unchanged += 1;
                        kept.push(was.id().clone());
                    }
                }
            }
            (Some(_) | None, None) => {}
        }
    }
    for of_source in kept.chunk_by(|a, b| a.source() == b.source()) {
        to.findings.extend(silent::<T>(of_source, sightings));
    }
}

/// What shows that something is not there any more.
fn absence<T: Planned>(gone: &T, wanted: &[T], sightings: &[Sighting]) -> Option<Text> {
    let source = gone.id().source();
    let sighting = sightings.iter().find(|sighting| sighting.source == source)?;
    let Coverage::Complete { proof } = &sighting.coverage else { return None };
    wanted.iter().any(|other| other.id().source() == source).then(|| {
        smol_str::format_smolstr!(
            "no longer listed by `{source}`, whose listing is complete: {proof}"
        )
    })
}

/// The remark on equipment that a listing which calls itself complete has none of. Where it isn't
/// complete, that is told with its people.
fn silent<T: Planned>(kept: &[Id], sightings: &[Sighting]) -> Option<Finding> {
    let source = kept.first()?.source();
    let sighting = sightings.iter().find(|sighting| sighting.source == source)?;
    matches!(sighting.coverage, Coverage::Complete { .. }).then(|| {
        let word = T::WORD;
        Finding::warning(
            Code::DoubtfulListing,
            format!(
                "`{source}` lists no {word} at all, and the directory has {}: they stay as they are",
                kept.len()
            ),
            format!("find out whether rollbook may still read every {word} of `{source}`"),
        )
        .about(kept.to_vec())
    })
}

fn all_of<T: Planned>(one: &T) -> Vec<FieldChange> {
    let values = T::PROPERTIES.iter().map(|property| (*property, one.get(*property)));
    values
        .filter(|(_, value)| !value.is_empty())
        .map(|(property, after)| of(property, Value::None, after))
        .collect()
}

/// The properties in which `after` differs from `before`. The status is not one of them.
fn differences<T: Planned>(before: &T, after: &T) -> Vec<FieldChange> {
    if before == after {
        return Vec::new();
    }
    let values = T::PROPERTIES
        .iter()
        .map(|property| of(*property, before.get(*property), after.get(*property)));
    values.filter(|change| change.before != change.after).collect()
}

fn of(property: Property, before: Value, after: Value) -> FieldChange {
    FieldChange { field: Text::new_static(property.name()), before, after }
}

fn change<T: Planned>(action: Action, one: &T, fields: Vec<FieldChange>) -> Change {
    Change {
        id: Text::default(),
        action,
        entry: T::ENTRY,
        key: one.id().clone().into(),
        name: one.name().clone(),
        fields,
        reason: None,
        evidence: None,
        with: None,
        cause: Cause { source: Some(one.id().source().into()), ..Cause::default() },
    }
}

/// Makes a change of equipment to a directory; an addition is kept in `new` until all are there.
pub(super) fn apply(
    inventory: &mut Inventory,
    new: &mut Inventory,
    change: &Change,
    status: Status,
) -> Result<(), Misfit> {
    match change.entry {
        EntryKind::Device => apply_to::<Device>(inventory, new, change, status),
        EntryKind::SystemDevice => apply_to::<SystemDevice>(inventory, new, change, status),
        EntryKind::Channel => apply_to::<Channel>(inventory, new, change, status),
        EntryKind::Person | EntryKind::Group | EntryKind::Collection => Ok(()),
    }
}

fn apply_to<T: Planned>(
    inventory: &mut Inventory,
    new: &mut Inventory,
    change: &Change,
    status: Status,
) -> Result<(), Misfit> {
    if change.action == Action::Add {
        let id = Id::parse(&change.key).map_err(|bad| Misfit::senseless(change, bad))?;
        let mut one = T::new(id, change.name.clone());
        set_all(&mut one, change)?;
        T::all_mut(new).push(one);
        return Ok(());
    }
    let all = T::all_mut(inventory);
    let at = all.binary_search_by(|one| one.id().as_str().cmp(&change.key));
    let one = &mut all[at.map_err(|_| Misfit::entry(change, false))?];
    let fits = match change.action {
        Action::Enable => !one.status().is_active(),
        Action::Update | Action::Disable => one.status().is_active(),
        Action::Add | Action::Move | Action::Merge | Action::Split => false,
    };
    if !fits {
        let message = format!("`{}` can't be changed so as it is", change.key);
        return Err(Misfit::senseless(change, message));
    }
    for field in &change.fields {
        let held = Property::parse(&field.field).map_or(Value::None, |known| one.get(known));
        if held != field.before {
            return Err(Misfit::Field {
                change: change.id.clone(),
                key: change.key.clone(),
                field: field.field.clone(),
                planned: Box::new(field.before.clone()),
                held: Box::new(held),
            });
        }
    }
    set_all(one, change)?;
    one.set_status(status);
    Ok(())
}

fn set_all<T: Planned>(one: &mut T, change: &Change) -> Result<(), Misfit> {
    for field in &change.fields {
        let known = Property::parse(&field.field)
            .ok_or_else(|| Misfit::senseless(change, format!("no property `{}`", field.field)))?;
        one.set(known, field.after.clone()).map_err(|wrong| Misfit::senseless(change, wrong))?;
    }
    Ok(())
}

/// Puts what is new to the rest.
///
/// # Errors
///
/// The kind and the id of what is there already.
pub(super) fn join(inventory: &mut Inventory, mut new: Inventory) -> Result<(), (EntryKind, Id)> {
    fn join<T: Planned>(to: &mut Inventory, new: &mut Inventory) -> Result<(), (EntryKind, Id)> {
        let all = T::all_mut(to);
        all.append(T::all_mut(new));
        all.sort_by(|a, b| a.id().cmp(b.id()));
        match all.windows(2).find(|two| two[0].id() == two[1].id()) {
            Some(two) => Err((T::ENTRY, two[0].id().clone())),
            None => Ok(()),
        }
    }
    join::<Device>(inventory, &mut new)?;
    join::<SystemDevice>(inventory, &mut new)?;
    join::<Channel>(inventory, &mut new)
}
