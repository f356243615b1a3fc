//! Devices, system devices and channels as data for other programs.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::document::{StatusWord, status_parts};
use crate::directory::{
    Channel, Device, Directory, DirectoryNumber, Id, Inventory, Line, Piece, Reason, Sharing,
    SystemDevice, Text,
};

/// A phone or a device profile; what is absent is `null` or `[]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeviceDocument {
    /// Kept for life.
    pub id: Id,
    /// `phone` or `device-profile`.
    pub kind: Text,
    /// What the switch and its call records call it.
    pub name: Text,
    /// The product.
    pub model: Option<Text>,
    /// What the administrator wrote.
    pub description: Option<Text>,
    /// The person whose it is, by id.
    pub owner: Option<Id>,
    /// What people call them.
    pub owner_name: Option<Text>,
    /// What shows whose it is: `owner`, `sole-controller`, `first-line`, `profile`, `extension`.
    pub owner_by: Option<Text>,
    /// The number space that its lines belong to.
    pub pbx: Text,
    /// By position.
    pub lines: Vec<LineDocument>,
    /// Whether it is in use.
    pub status: StatusWord,
    /// Why it is disabled.
    pub reason: Option<Reason>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What shows it.
    pub evidence: Option<Text>,
}

/// A number at its place on a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineDocument {
    /// Which button, from 1.
    pub position: u16,
    /// What is dialled.
    pub number: Text,
    /// The partition that the number is in.
    pub partition: Option<Text>,
    /// Whether devices of more than one person have this number.
    pub shared: bool,
    /// The other people whose devices have it, by id.
    pub shared_with: Vec<Id>,
}

/// A hunt group, a port or a bridge; what is absent is `null` or `[]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SystemDeviceDocument {
    /// Kept for life.
    pub id: Id,
    /// `hunt-group`, `contact-centre-port`, `contact-centre-trigger`, `voicemail-port`,
    /// `voicemail-pilot` or `conference-bridge`.
    pub kind: Text,
    /// What the switch calls it; of a hunt group what people call it.
    pub name: Text,
    /// What the administrator wrote.
    pub description: Option<Text>,
    /// The number space that its number belongs to.
    pub pbx: Text,
    /// The number that reaches it, digits or a pattern.
    pub number: Option<Text>,
    /// The partition that the number is in.
    pub partition: Option<Text>,
    /// The numbers that ring, in the order in which they do.
    pub members: Vec<NumberDocument>,
    /// Whether it is in use.
    pub status: StatusWord,
    /// Why it is disabled.
    pub reason: Option<Reason>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What shows it.
    pub evidence: Option<Text>,
}

/// A number in its partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NumberDocument {
    /// Digits, or a pattern.
    pub number: Text,
    /// The partition that it is in.
    pub partition: Option<Text>,
}

/// A gateway or a SIP trunk; what is absent is `null` or `[]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChannelDocument {
    /// Kept for life.
    pub id: Id,
    /// `gateway` or `sip-trunk`.
    pub kind: Text,
    /// What the switch calls it.
    pub name: Text,
    /// What the administrator wrote.
    pub description: Option<Text>,
    /// The number space of its switch.
    pub pbx: Text,
    /// How it is talked to: `SIP`, `MGCP`, `H.323`, `SCCP`.
    pub protocol: Option<Text>,
    /// Where it is, each `host` or `host:port`; sorted.
    pub address: Vec<Text>,
    /// How many calls it carries at once, where the switch knows.
    pub channels: Option<u32>,
    /// Its ports as call records name them; sorted.
    pub endpoints: Vec<Text>,
    /// Whether it is in use.
    pub status: StatusWord,
    /// Why it is disabled.
    pub reason: Option<Reason>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What shows it.
    pub evidence: Option<Text>,
}

/// An inventory as documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InventoryDocuments {
    /// By id.
    pub devices: Vec<DeviceDocument>,
    /// By id.
    pub system_devices: Vec<SystemDeviceDocument>,
    /// By id.
    pub channels: Vec<ChannelDocument>,
}

/// Everything that `wanted` takes of an inventory. `name` gives what people call a person.
pub fn inventory_documents(
    inventory: &Inventory,
    name: &dyn Fn(&Id) -> Option<Text>,
    wanted: &dyn Fn(Piece<'_>) -> bool,
) -> InventoryDocuments {
    let sharing = Sharing::of(&inventory.devices);
    let mut documents = InventoryDocuments::default();
    for piece in inventory.pieces().filter(|piece| wanted(*piece)) {
        match piece {
            Piece::Device(one) => documents.devices.push(device(one, &sharing, name)),
            Piece::SystemDevice(one) => documents.system_devices.push(system_device(one)),
            Piece::Channel(one) => documents.channels.push(channel(one)),
        }
    }
    documents
}

/// The same, with the people of a directory.
pub(super) fn of_directory(
    directory: &Directory,
    wanted: &dyn Fn(Piece<'_>) -> bool,
) -> InventoryDocuments {
    let name = |id: &Id| directory.person(id).map(|person| person.name.clone());
    inventory_documents(&directory.inventory, &name, wanted)
}

fn device<'i>(
    device: &'i Device,
    sharing: &Sharing<'i>,
    person: &dyn Fn(&Id) -> Option<Text>,
) -> DeviceDocument {
    // Taken apart in full: a new property doesn't compile until it is shown here.
    let Device { id, kind, name, model, description, pbx, owner, owner_by, lines, status } = device;
    let line = |line: &'i Line| {
        let Line { position, number: DirectoryNumber { number, partition }, shared } = line;
        LineDocument {
            position: *position,
            number: number.clone(),
            partition: partition.clone(),
            shared: *shared,
            shared_with: sharing.with(device, line).into_iter().map(|(id, _)| id.clone()).collect(),
        }
    };
    let (status, reason, since, evidence) = status_parts(status);
    DeviceDocument {
        id: id.clone(),
        kind: Text::new_static(kind.as_str()),
        name: name.clone(),
        model: model.clone(),
        description: description.clone(),
        owner_name: owner.as_ref().and_then(person),
        owner: owner.clone(),
        owner_by: owner_by.map(|by| Text::new_static(by.as_str())),
        pbx: pbx.clone(),
        lines: lines.iter().map(line).collect(),
        status,
        reason,
        since,
        evidence,
    }
}

fn system_device(one: &SystemDevice) -> SystemDeviceDocument {
    let SystemDevice { id, kind, name, description, pbx, number, partition, members, status } = one;
    let member = |member: &DirectoryNumber| {
        let DirectoryNumber { number, partition } = member.clone();
        NumberDocument { number, partition }
    };
    let (status, reason, since, evidence) = status_parts(status);
    SystemDeviceDocument {
        id: id.clone(),
        kind: Text::new_static(kind.as_str()),
        name: name.clone(),
        description: description.clone(),
        pbx: pbx.clone(),
        number: number.clone(),
        partition: partition.clone(),
        members: members.iter().map(member).collect(),
        status,
        reason,
        since,
        evidence,
    }
}

fn channel(one: &Channel) -> ChannelDocument {
    let Channel {
        id,
        kind,
        name,
        description,
        pbx,
        protocol,
        address,
        channels,
        endpoints,
        status,
    } = one;
    let (status, reason, since, evidence) = status_parts(status);
    ChannelDocument {
        id: id.clone(),
        kind: Text::new_static(kind.as_str()),
        name: name.clone(),
        description: description.clone(),
        pbx: pbx.clone(),
        protocol: protocol.clone(),
        address: address.clone(),
        channels: *channels,
        endpoints: endpoints.clone(),
        status,
        reason,
        since,
        evidence,
    }
}
