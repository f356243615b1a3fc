//! What the cluster itself answers with: hunt groups, ports of contact centre and voicemail,
//! voicemail numbers, conference bridges.

use super::{
    Naming,
    cluster::{Cluster, dialled, directory_number, some},
    codes::{class, usage},
};
use crate::{
    connectors::cisco_ucm::tables::{DeviceRow, NumberRow},
    directory::{DirectoryNumber, Equipment, Id, SystemDevice, SystemDeviceKind, Text},
};

/// All of them.
pub(super) fn devices(cluster: &Cluster<'_>, naming: &Naming<'_>) -> Vec<SystemDevice> {
    let mut devices: Vec<SystemDevice> =
        cluster.devices.each().filter_map(|row| of_device(cluster, naming, row)).collect();
    devices.extend(hunt_groups(cluster, naming));
    devices.extend(cluster.voicemail_pilots.each().filter_map(|pilot| {
        // The entry for users without voicemail has no number.
        let number = DirectoryNumber::new(&dialled(&pilot.number), None).ok()?;
        let name = some(&pilot.description).unwrap_or_else(|| number.number.clone());
        Some(SystemDevice {
            kind: SystemDeviceKind::VoicemailPilot,
            description: some(&pilot.description),
            ..device(naming, &pilot.pkid, name, Some(number))
        })
    }));
    devices
}

fn of_device(cluster: &Cluster<'_>, naming: &Naming<'_>, row: &DeviceRow) -> Option<SystemDevice> {
    let kind = match row.class {
        class::VOICEMAIL => SystemDeviceKind::VoicemailPort,
        class::CONFERENCE_BRIDGE => SystemDeviceKind::ConferenceBridge,
        _ if cluster.is_contact_centre_port(row) => SystemDeviceKind::ContactCentrePort,
        _ if cluster.is_trigger(row) => SystemDeviceKind::ContactCentreTrigger,
        _ => return None,
    };
    let name = some(&row.name).unwrap_or_else(|| row.pkid.clone());
    Some(SystemDevice {
        kind,
        description: some(&row.description),
        ..device(naming, &row.pkid, name, cluster.number_of(row))
    })
}

/// A hunt group for each pilot: a number that leads to a hunt list.
fn hunt_groups(cluster: &Cluster<'_>, naming: &Naming<'_>) -> Vec<SystemDevice> {
    let mut lists: Vec<(&Text, &Text)> = cluster
        .devices
        .each()
        .filter(|device| device.class == class::LIST)
        .flat_map(|list| cluster.lines.all(&list.pkid))
        .map(|line| (&line.number, &line.device))
        .collect();
    lists.sort_unstable();
    lists.dedup();
    cluster
        .numbers
        .each()
        .filter(|number| number.usage == usage::HUNT_PILOT)
        .filter_map(|pilot| {
            let number = directory_number(pilot)?;
            let from = lists.partition_point(|(number, _)| **number < pilot.pkid);
            let lists = lists[from..].iter().take_while(|(number, _)| **number == pilot.pkid);
            Some(SystemDevice {
                kind: SystemDeviceKind::HuntGroup,
                description: some(&pilot.description),
                members: members(cluster, lists.map(|(_, list)| *list)),
                ..device(naming, &pilot.pkid, called(pilot, &number), Some(number))
            })
        })
        .collect()
}

fn called(pilot: &NumberRow, number: &DirectoryNumber) -> Text {
    some(&pilot.description)
        .or_else(|| some(&pilot.alerting_name))
        .unwrap_or_else(|| number.number.clone())
}

/// The numbers that the lists ring, in the order in which they do, each once.
fn members<'a>(
    cluster: &Cluster<'_>,
    lists: impl Iterator<Item = &'a Text>,
) -> Vec<DirectoryNumber> {
    let numbers = lists
        .flat_map(|list| cluster.hunt_members.all(list))
        .filter_map(|member| directory_number(cluster.numbers.one(&member.number)?));
    let mut places: Vec<(DirectoryNumber, usize)> =
        numbers.enumerate().map(|(place, number)| (number, place)).collect();
    places.sort_unstable();
    places.dedup_by(|later, first| later.0 == first.0);
    places.sort_unstable_by_key(|(_, place)| *place);
    places.into_iter().map(|(number, _)| number).collect()
}

fn device(
    naming: &Naming<'_>,
    key: &str,
    name: Text,
    number: Option<DirectoryNumber>,
) -> SystemDevice {
    let (number, partition) = number.map(|of| (of.number, of.partition)).unzip();
    SystemDevice {
        pbx: naming.pbx.into(),
        number,
        partition: partition.flatten(),
        ..SystemDevice::new(Id::new(naming.source, key), name)
    }
}
