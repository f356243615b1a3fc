//! The tables of a cluster, each found by the key by which it is asked for.

use super::{
    codes::{class, model},
    index::Index,
};
use crate::{
    connectors::cisco_ucm::tables::{
        ApplicationDevice, DeviceRow, GatewayPort, HuntMember, LineRow, LineUser, NumberRow,
        Tables, TrunkDestination, User, UserDevice, UserNumber, VoicemailPilot,
    },
    directory::{DirectoryNumber, Text},
};

/// The tables, with the lists that lead from one to the other.
pub(super) struct Cluster<'a> {
    /// By their key.
    pub(super) users: Index<'a, User>,
    /// By user.
    pub(super) user_numbers: Index<'a, UserNumber>,
    /// By device.
    pub(super) device_users: Index<'a, UserDevice>,
    /// By their key.
    pub(super) devices: Index<'a, DeviceRow>,
    /// By their key.
    pub(super) numbers: Index<'a, NumberRow>,
    /// By device, in the order of their buttons.
    pub(super) lines: Index<'a, LineRow>,
    /// By line.
    pub(super) line_users: Index<'a, LineUser>,
    /// By hunt list, in the order in which they ring.
    pub(super) hunt_members: Index<'a, HuntMember>,
    /// By device.
    pub(super) application_devices: Index<'a, ApplicationDevice>,
    /// By gateway.
    pub(super) gateway_ports: Index<'a, GatewayPort>,
    /// By trunk.
    pub(super) trunk_destinations: Index<'a, TrunkDestination>,
    /// By their key.
    pub(super) voicemail_pilots: Index<'a, VoicemailPilot>,
    line_keys: Vec<&'a str>,
}

impl<'a> Cluster<'a> {
    pub(super) fn of(tables: &'a Tables) -> Self {
        // Taken apart in full: a new table doesn't compile until something is made of it.
        let Tables {
            users,
            user_numbers,
            user_devices,
            devices,
            numbers,
            lines,
            line_users,
            hunt_members,
            application_devices,
            gateway_ports,
            trunk_destinations,
            voicemail_pilots,
        } = tables;
        let mut line_keys: Vec<&str> = lines.iter().map(|line| line.pkid.as_str()).collect();
        line_keys.sort_unstable();
        Self {
            users: Index::by(users, |user| &user.pkid),
            user_numbers: Index::by(user_numbers, |row| &row.user),
            device_users: Index::by(user_devices, |row| &row.device),
            devices: Index::by(devices, |device| &device.pkid),
            numbers: Index::by(numbers, |number| &number.pkid),
            lines: Index::ranked(lines, |line| &line.device, |line| (line.index, 0)),
            line_users: Index::by(line_users, |row| &row.line),
            hunt_members: Index::ranked(
                hunt_members,
                |row| &row.list,
                |row| (row.group_order, row.order),
            ),
            application_devices: Index::by(application_devices, |row| &row.device),
            gateway_ports: Index::by(gateway_ports, |row| &row.gateway),
            trunk_destinations: Index::by(trunk_destinations, |row| &row.device),
            voicemail_pilots: Index::by(voicemail_pilots, |pilot| &pilot.pkid),
            line_keys,
        }
    }

    /// Whether there is a line of this key.
    pub(super) fn is_line(&self, key: &str) -> bool {
        self.line_keys.binary_search(&key).is_ok()
    }

    /// The lines of a device whose number is known, in the order of their buttons.
    pub(super) fn lines_of(
        &self,
        device: &DeviceRow,
    ) -> impl Iterator<Item = (&'a LineRow, &'a NumberRow)> {
        let lines = self.lines.all(&device.pkid).iter().copied();
        lines.filter_map(|line| Some((line, self.numbers.one(&line.number)?)))
    }

    /// The number of a device's first line that has one.
    pub(super) fn number_of(&self, device: &DeviceRow) -> Option<DirectoryNumber> {
        self.lines_of(device).find_map(|(_, number)| directory_number(number))
    }

    /// Whether the numbers on such a device are read. Those of the others are patterns that route
    /// calls.
    pub(super) fn has_lines(device: &DeviceRow) -> bool {
        let with = [class::PHONE, class::VOICEMAIL, class::CTI_ROUTE_POINT, class::DEVICE_PROFILE];
        with.contains(&device.class)
    }

    /// Whether a contact centre takes calls on this device: a CTI port of one of its application
    /// users. Other phones of such a user are its agents'.
    pub(super) fn is_contact_centre_port(&self, device: &DeviceRow) -> bool {
        device.class == class::PHONE
            && device.model == model::CTI_PORT
            && self.application_devices.has(&device.pkid)
    }

    /// Whether callers reach a contact centre by this device: a route point of one of its
    /// application users.
    pub(super) fn is_trigger(&self, device: &DeviceRow) -> bool {
        device.class == class::CTI_ROUTE_POINT && self.application_devices.has(&device.pkid)
    }
}

/// A number as it is dialled, in its partition; nothing where there is nothing to dial.
pub(super) fn directory_number(number: &NumberRow) -> Option<DirectoryNumber> {
    DirectoryNumber::new(&dialled(&number.pattern), Some(&number.partition)).ok()
}

/// A pattern as it is dialled: the database escapes a plus, call records don't.
pub(super) fn dialled(pattern: &Text) -> Text {
    if pattern.contains("\\+") { pattern.replace("\\+", "+").into() } else { pattern.clone() }
}

/// A text, where there is one.
pub(super) fn some(text: &Text) -> Option<Text> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.into())
}
