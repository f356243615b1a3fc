//! What must happen to devices, system devices and channels.

mod apply;
mod back;
mod trust;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use self::trust::{BySource, Word, heard, word_of};
pub(super) use self::{
    apply::{apply, join, unfit},
    back::back,
    trust::in_words,
};
use super::{Action, Cause, Change, EntryKind, FieldChange, Kind, Sighting};
use crate::{
    directory::{
        Channel, Device, Directory, Equipment, Id, Inventory, Property, Reason, Status,
        SystemDevice, Text, Value,
    },
    finding::{Code, Finding},
};

/// What [`equipment`] gives.
#[derive(Debug, Default)]
pub struct EquipmentDifference {
    /// Changes, those of one kind after another, each by id.
    pub changes: Vec<Change>,
    /// How many of each kind stay as they are though no listing has them, as nothing proves that
    /// they are gone.
    pub unknown: Vec<(EntryKind, u64)>,
    /// Remarks on equipment whose absence nothing proves, where its people's don't tell it.
    pub findings: Vec<Finding>,
}

/// Equipment of a kind that plans and limits name.
pub trait Planned: Equipment {
    /// What kind of entry it is.
    const ENTRY: EntryKind;
    /// What limits call it.
    const KIND: Kind;
}

impl Planned for Device {
    const ENTRY: EntryKind = EntryKind::Device;
    const KIND: Kind = Kind::Devices;
}

impl Planned for SystemDevice {
    const ENTRY: EntryKind = EntryKind::SystemDevice;
    const KIND: Kind = Kind::SystemDevices;
}

impl Planned for Channel {
    const ENTRY: EntryKind = EntryKind::Channel;
    const KIND: Kind = Kind::Channels;
}

/// One walk through two lists that are sorted by id: what is in the first, the second or both.
pub(super) fn walk<'a, 'b, T: Equipment>(
    first: &'a [T],
    second: &'b [T],
    mut each: impl FnMut(Option<&'a T>, Option<&'b T>),
) {
    let (mut first, mut second) = (first.iter().peekable(), second.iter().peekable());
    loop {
        let order = match (first.peek(), second.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.id().cmp(other.id()),
        };
        let one = if order.is_le() { first.next() } else { None };
        let other = if order.is_ge() { second.next() } else { None };
        each(one, other);
    }
}

/// Compares the held equipment with the wanted one. `sightings` are sorted by source; each is told
/// what of its equipment it can't say anything of.
///
/// As with people, only a complete listing disables, and nothing is deleted. A listing that has
/// far less of one kind than the directory is not believed about that kind, and one that has none
/// of it never is unless the reader vouches for it: it is what a right that was taken away looks
/// like.
pub fn equipment(
    held: &Directory,
    wanted: &Inventory,
    sightings: &mut [Sighting],
) -> EquipmentDifference {
    let (mut difference, mut undeclared) = (EquipmentDifference::default(), BySource::new());
    let to = (&mut difference, &mut undeclared);
    compare::<Device>(&held.inventory, wanted, sightings, to);
    let to = (&mut difference, &mut undeclared);
    compare::<SystemDevice>(&held.inventory, wanted, sightings, to);
    let to = (&mut difference, &mut undeclared);
    compare::<Channel>(&held.inventory, wanted, sightings, to);
    difference.findings.extend(trust::undeclared(undeclared));
    difference
}

fn compare<T: Planned>(
    held: &Inventory,
    wanted: &Inventory,
    sightings: &mut [Sighting],
    (to, undeclared): (&mut EquipmentDifference, &mut BySource),
) {
    let (held, wanted) = (T::all(held), T::all(wanted));
    let words = heard(held, wanted, sightings);
    let mut unknown: Vec<&Id> = Vec::new();
    walk(held, wanted, |was, is| match (was, is) {
        (None, Some(is)) => to.changes.push(change(Action::Add, is, all_of(is))),
        (Some(was), Some(is)) => to.changes.extend(of_both(was, is)),
        (Some(was), None) if was.status().is_active() => match word_of(&words, was.id().source()) {
            Some(Word::Gone(evidence)) => {
                let mut gone = change(Action::Disable, was, Vec::new());
                (gone.reason, gone.evidence) = (Some(Reason::Gone), Some(evidence.clone()));
                to.changes.push(gone);
            }
            Some(Word::Doubtful(_) | Word::Partial | Word::Undeclared) | None => {
                unknown.push(was.id());
            }
        },
        (Some(_) | None, None) => {}
    });
    if unknown.is_empty() {
        return;
    }
    to.unknown.push((T::ENTRY, unknown.len() as u64));
    for of_source in unknown.chunk_by(|a, b| a.source() == b.source()) {
        let source = of_source[0].source();
        let ids = of_source.iter().map(|id| (*id).clone());
        match word_of(&words, source) {
            Some(Word::Doubtful(doubt)) => {
                let count = T::ENTRY.counted(of_source.len() as u64);
                let mut doubt = doubt.clone();
                doubt.message.push_str(&format!(
                    "; what became of {count} is not known, they stay as they are"
                ));
                to.findings.push(doubt.about(ids));
            }
            Some(Word::Partial) => {
                let sighting = sightings.iter_mut().find(|seen| seen.source == source);
                if let Some(sighting) = sighting {
                    sighting.missed.push((T::ENTRY, ids.collect()));
                }
            }
            Some(Word::Undeclared) => {
                undeclared.entry(source.into()).or_default().push((T::ENTRY, ids.collect()));
            }
            Some(Word::Gone(_)) | None => {}
        }
    }
}

/// Equipment that stays in use although no listing has it.
pub(crate) fn kept<'a, T: Planned>(
    held: &'a Inventory,
    wanted: &Inventory,
    sightings: &[Sighting],
) -> Vec<&'a T> {
    let (held, wanted) = (T::all(held), T::all(wanted));
    let words = heard(held, wanted, sightings);
    let mut kept = Vec::new();
    walk(held, wanted, |was, is| {
        if let (Some(was), None) = (was, is)
            && was.status().is_active()
            && !matches!(word_of(&words, was.id().source()), Some(Word::Gone(_)))
        {
            kept.push(was);
        }
    });
    kept
}

/// What happens to equipment that is held and wanted. What was disabled by hand stays so.
fn of_both<T: Planned>(was: &T, is: &T) -> Option<Change> {
    let action = match was.status() {
        Status::Disabled { reason: Reason::Manual, .. } => return None,
        Status::Disabled { .. } => Action::Enable,
        Status::Active => Action::Update,
    };
    let fields = differences(was, is);
    let none = fields.is_empty() && action == Action::Update;
    (!none).then(|| change(action, is, fields))
}

/// What happened to equipment between two commits, those of one kind after another, each by id.
pub fn equipment_between(before: &Inventory, after: &Inventory) -> Vec<Change> {
    fn of<T: Planned>(before: &Inventory, after: &Inventory, changes: &mut Vec<Change>) {
        walk(T::all(before), T::all(after), |was, is| changes.extend(equipment_change(was, is)));
    }
    let mut changes = Vec::new();
    of::<Device>(before, after, &mut changes);
    of::<SystemDevice>(before, after, &mut changes);
    of::<Channel>(before, after, &mut changes);
    changes
}

/// What happened to one device, system device or channel between two commits; nothing where it
/// stayed as it was, or came and went in between.
pub fn equipment_change<T: Planned>(before: Option<&T>, after: Option<&T>) -> Option<Change> {
    match (before, after) {
        (None, None) => None,
        (None, Some(after)) => {
            let there = after.status().is_active();
            there.then(|| change(Action::Add, after, all_of(after)))
        }
        (Some(before), None) => {
            let mut gone = change(Action::Disable, before, Vec::new());
            gone.reason = Some(Reason::Manual);
            gone.evidence = Some("no longer in the directory".into());
            Some(gone)
        }
        (Some(before), Some(after)) => {
            let fields = differences(before, after);
            match (before.status(), after.status()) {
                (Status::Active, Status::Disabled { reason, evidence, .. }) => {
                    let mut gone = change(Action::Disable, after, fields);
                    (gone.reason, gone.evidence) = (Some(*reason), Some(evidence.clone()));
                    Some(gone)
                }
                (Status::Disabled { .. }, Status::Active) => {
                    Some(change(Action::Enable, after, fields))
                }
                (Status::Active, Status::Active)
                | (Status::Disabled { .. }, Status::Disabled { .. }) => {
                    (!fields.is_empty()).then(|| change(Action::Update, after, fields))
                }
            }
        }
    }
}

/// One finding for each name that several devices, or several channels, of one pbx have: call
/// records know them by nothing else. `kept` stays in use besides what is listed.
pub fn same_names(inventory: &Inventory) -> Vec<Finding> {
    fn of<T: Planned>(inventory: &Inventory, pbx: fn(&T) -> &Text, to: &mut Vec<Finding>) {
        let mut named: Vec<&T> = T::all(inventory).iter().collect();
        named.sort_by(|a, b| (pbx(a), a.name(), a.id()).cmp(&(pbx(b), b.name(), b.id())));
        let same = named.chunk_by(|a, b| (pbx(a), a.name()) == (pbx(b), b.name()));
        to.extend(same.filter(|same| same.len() > 1).map(|same| {
            let (count, name, pbx) =
                (T::ENTRY.counted(same.len() as u64), same[0].name(), pbx(same[0]));
            Finding::new(
                Code::DuplicateName,
                format!("{count} of `{pbx}` are called `{name}`: their calls can't be told apart"),
                "give each a name of its own, or separate the systems with `pbx`",
            )
            .about(same.iter().map(|one| one.id().clone()))
        }));
    }
    let mut findings = Vec::new();
    of::<Device>(inventory, |device| &device.pbx, &mut findings);
    of::<Channel>(inventory, |channel| &channel.pbx, &mut findings);
    findings
}

fn all_of<T: Planned>(one: &T) -> Vec<FieldChange> {
    let values = T::PROPERTIES.iter().map(|property| (*property, one.get(*property)));
    let mut fields: Vec<FieldChange> = values
        .filter(|(_, value)| !value.is_empty())
        .map(|(property, after)| of(property, Value::None, after))
        .collect();
    // A first plan is nothing but these.
    fields.shrink_to_fit();
    fields
}

/// The properties in which `after` differs from `before`. The status is not one of them.
pub(super) fn differences<T: Equipment>(before: &T, after: &T) -> Vec<FieldChange> {
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
        kind: one.get(Property::Kind).as_text().map(Text::from),
        key: one.id().clone().into(),
        name: one.name().clone(),
        fields,
        reason: None,
        evidence: None,
        with: None,
        cause: Cause { source: Some(one.id().source().into()), ..Cause::default() },
    }
}
