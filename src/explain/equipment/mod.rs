//! Why the directory has a device, a system device or a channel as it does.
//!
//! All that is known of equipment is its source's; whose a device is and with whom its lines are
//! shared follows from the people. What the next apply changes is read off the plan itself.

mod answer;
mod select;
mod standing;

use std::collections::BTreeMap;

use super::{CommitSeen, Explanation, SourceSeen};
use crate::{
    directory::{
        Device, Directory, DirectoryNumber, Id, Line, Ownership, Piece, Property, Sharing, Status,
        Text,
    },
    plan::{Change, EntryKind, Plan},
    source::{Attribute, Listing},
};

pub use answer::{
    DeviceSeen, EquipmentSeen, LineSeen, OtherSeen, OwnerSeen, PersonNamed, PropertySeen,
    SharerSeen,
};
pub use select::{equipment, listed};

/// What is known about a piece of equipment.
#[derive(Debug)]
pub struct EquipmentCase<'a> {
    /// What was asked for, in the asker's words.
    pub who: &'a str,
    /// What is meant.
    pub id: &'a Id,
    /// The directory, as it is or was.
    pub held: &'a Directory,
    /// Its commit; none before the first.
    pub commit: Option<Text>,
    /// What its history says.
    pub history: EquipmentHistory,
    /// What the sources have, or why they were not read.
    pub live: Result<EquipmentLive<'a>, Text>,
}

/// What the commits of the directory say of a piece of equipment.
#[derive(Debug, Clone, Default)]
pub struct EquipmentHistory {
    /// The commit that last changed each property.
    pub properties: BTreeMap<Property, CommitSeen>,
    /// The commit that last disabled or enabled it.
    pub status: Option<CommitSeen>,
    /// The commit that brought it.
    pub added: Option<CommitSeen>,
}

/// What the sources lead to.
#[derive(Debug)]
pub struct EquipmentLive<'a> {
    /// How they were read, in name order.
    pub sources: Vec<SourceSeen>,
    /// What would be done.
    pub plan: &'a Plan,
    /// The directory, once it is done.
    pub after: &'a Directory,
    /// What the source itself says; none where it doesn't list it.
    pub said: Option<Said>,
}

/// What a listing says of a piece of equipment, before it is known who is one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The record of a device's owner.
    pub owner: Option<Id>,
    /// Other records that name it, and in which attribute; sorted.
    pub named: Vec<(Id, Text)>,
}

impl Said {
    /// What the listing of the source called `source` says of what has this id.
    pub fn of(source: &str, listing: &Listing, id: &Id) -> Option<Self> {
        let piece = listing.inventory.piece(id).filter(|_| id.source() == source)?;
        let owner = piece.owner().cloned();
        let name = piece.name();
        let is_name = |value: &Attribute| match value {
            Attribute::Absent => false,
            Attribute::One(text) => text == name,
            Attribute::Many(texts) => texts.contains(name),
        };
        let mut named: Vec<(Id, Text)> = Vec::new();
        for record in &listing.records {
            let record_id = record.id(source);
            if owner.as_ref() == Some(&record_id) {
                continue;
            }
            let values = listing.names.iter().zip(&record.values);
            let own = values.filter(|(_, value)| is_name(value)).map(|(name, _)| name.clone());
            named.extend(own.map(|attribute| (record_id.clone(), attribute)));
        }
        named.sort();
        Some(Self { owner, named })
    }
}

/// The answer.
pub fn explain_equipment(case: EquipmentCase<'_>) -> Explanation {
    let EquipmentCase { who, id, held, ref live, ref history, .. } = case;
    let is = held.inventory.piece(id);
    let after = live.as_ref().ok().map(|live| live.after);
    let wanted = after.and_then(|after| after.inventory.piece(id)).or(is);
    let change = live.as_ref().ok().and_then(|live| change(live.plan, id));
    let (standing, answer) = standing::of(&case, is, change);
    let known = after.unwrap_or(held);
    let said = live.as_ref().ok().and_then(|live| live.said.as_ref());
    let source = live
        .as_ref()
        .ok()
        .and_then(|live| live.sources.iter().find(|source| source.name == id.source()));
    let (reason, since, evidence) = match is.map(Piece::status) {
        None | Some(Status::Active) => (None, None, None),
        Some(Status::Disabled { reason, since, evidence }) => {
            (Some(*reason), Some(*since), Some(evidence.clone()))
        }
    };
    let lines = match wanted {
        Some(Piece::Device(device)) => lines(known, device, &Sharing::of(&known.inventory.devices)),
        _ => Vec::new(),
    };
    let seen = wanted.map(|piece| EquipmentSeen {
        kind: Text::new_static(piece.kind()),
        source: id.source().into(),
        source_kind: source.map(|source| source.kind.clone()),
        as_of: source.and_then(|source| source.as_of),
        listed: live.as_ref().ok().map(|live| live.said.is_some()),
        reason,
        since,
        evidence,
        by: history.status.clone(),
        added: history.added.clone(),
        properties: properties(piece, is, history),
        owner: owner(piece, is, known, said),
        lines,
    });
    let mut findings: Vec<_> = live.as_ref().map_or_else(
        |_| Vec::new(),
        |live| {
            let own = live.plan.findings.iter().filter(|finding| finding.keys.contains(id));
            own.cloned().collect()
        },
    );
    findings.sort();
    findings.dedup();
    let entry = wanted.map_or(EntryKind::Device, entry_kind);
    let name = wanted.map(|piece| piece.name().clone());
    let EquipmentCase { commit, live, .. } = case;
    let (sources, unread) = match live {
        Ok(live) => (live.sources, None),
        Err(because) => (Vec::new(), Some(because)),
    };
    Explanation {
        id: Some(id.clone()),
        name,
        commit,
        unread,
        sources,
        equipment: seen,
        findings,
        ..Explanation::bare(who, entry, standing, answer)
    }
}

/// Which kind of entry it is.
pub fn entry_kind(piece: Piece<'_>) -> EntryKind {
    match piece {
        Piece::Device(_) => EntryKind::Device,
        Piece::SystemDevice(_) => EntryKind::SystemDevice,
        Piece::Channel(_) => EntryKind::Channel,
    }
}

fn change<'p>(plan: &'p Plan, id: &Id) -> Option<&'p Change> {
    let of_equipment = |change: &&Change| change.entry.is_equipment();
    plan.changes.iter().filter(of_equipment).find(|change| change.key == id.as_str())
}

/// What there is something of, or was.
fn properties(
    wanted: Piece<'_>,
    held: Option<Piece<'_>>,
    history: &EquipmentHistory,
) -> Vec<PropertySeen> {
    let seen = wanted.properties().iter().map(|&property| {
        let value = wanted.get(property);
        let held = held.map(|held| held.get(property)).filter(|held| *held != value);
        PropertySeen {
            property: Text::new_static(property.name()),
            changed: history.properties.get(&property).cloned(),
            value,
            held,
        }
    });
    seen.filter(|seen| !seen.value.is_empty() || seen.held.is_some()).collect()
}

fn owner(
    wanted: Piece<'_>,
    held: Option<Piece<'_>>,
    known: &Directory,
    said: Option<&Said>,
) -> Option<OwnerSeen> {
    let Piece::Device(device) = wanted else { return None };
    let before = held.and_then(Piece::owner);
    let others = said.iter().flat_map(|said| &said.named).map(|(record, attribute)| OtherSeen {
        record: record.clone(),
        attribute: attribute.clone(),
        person: person_of(known, record),
    });
    Some(OwnerSeen {
        person: device.owner.as_ref().map(|id| named(known, id)),
        by: device.owner_by.map(|by| Text::new_static(by.as_str())),
        because: because(device, said),
        record: said.and_then(|said| said.owner.clone()),
        others: others.collect(),
        held: before.filter(|id| device.owner.as_ref() != Some(id)).map(|id| named(known, id)),
    })
}

/// How the owner was decided, or why there is none.
fn because(device: &Device, said: Option<&Said>) -> Text {
    let record = said.and_then(|said| said.owner.as_ref());
    match (&device.owner, device.owner_by, record) {
        (Some(_), Some(by), _) => Text::new_static(by.in_words()),
        (Some(_), None, _) => Text::new_static("it isn't known what shows it"),
        (None, _, Some(record)) => smol_str::format_smolstr!(
            "nobody's: its source gives it to `{record}`, which stands for nobody in the directory"
        ),
        (None, _, None) => Text::new_static(
            "nobody's: its source names no owner, and no one person alone is known by it",
        ),
    }
}

/// The lines of a device, with the people who share them.
fn lines<'d>(known: &Directory, device: &'d Device, sharing: &Sharing<'d>) -> Vec<LineSeen> {
    let seen = device.lines.iter().map(|line| {
        let Line { position, number: DirectoryNumber { number, partition }, shared } = line;
        let with = sharing.with(device, line).into_iter().map(|(id, devices)| SharerSeen {
            person: named(known, id),
            devices: devices.iter().map(|device| device.name.clone()).collect(),
        });
        LineSeen {
            position: *position,
            number: number.clone(),
            partition: partition.clone(),
            shared: *shared,
            shared_with: with.collect(),
        }
    });
    seen.collect()
}

fn named(known: &Directory, id: &Id) -> PersonNamed {
    PersonNamed { id: id.clone(), name: known.person(id).map(|person| person.name.clone()) }
}

/// The person for whom a record stands.
fn person_of(known: &Directory, record: &Id) -> Option<PersonNamed> {
    let person = super::known(known, record.as_str()).first().copied()?;
    Some(PersonNamed { id: person.id.clone(), name: Some(person.name.clone()) })
}

/// The devices of a person, as the directory has them.
pub(super) fn devices_of(held: &Directory, person: &Id) -> Vec<DeviceSeen> {
    let mut own = held.inventory.devices_of(person).peekable();
    if own.peek().is_none() {
        return Vec::new();
    }
    let sharing = Sharing::of(&held.inventory.devices);
    own.map(|device| DeviceSeen {
        id: device.id.clone(),
        name: device.name.clone(),
        kind: Text::new_static(device.kind.as_str()),
        model: device.model.clone(),
        active: device.status.is_active(),
        owner_by: device.owner_by.map(|by| Text::new_static(by.as_str())),
        because: Text::new_static(device.owner_by.map_or("", Ownership::in_words)),
        lines: lines(held, device, &sharing),
    })
    .collect()
}

#[cfg(test)]
mod tests;
