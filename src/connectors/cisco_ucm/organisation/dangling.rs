//! Keys that lead nowhere.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::Cluster;
use crate::directory::Text;

/// What a key that leads nowhere was to lead from and to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::connectors::cisco_ucm) enum Reference {
    /// `device.fkenduser`.
    OwnerOfDevice,
    /// `endusernumplanmap.fkenduser`.
    UserOfNumber,
    /// `endusernumplanmap.fknumplan`.
    NumberOfUser,
    /// `enduserdevicemap.fkenduser`.
    UserOfDevice,
    /// `enduserdevicemap.fkdevice`.
    DeviceOfUser,
    /// `devicenumplanmap.fkdevice`.
    DeviceOfLine,
    /// `devicenumplanmap.fknumplan`, of phones, profiles, ports and route points: patterns that
    /// lead to a list, a gateway or a trunk aren't read.
    NumberOfLine,
    /// `devicenumplanmapendusermap.fkdevicenumplanmap`.
    LineOfUser,
    /// `devicenumplanmapendusermap.fkenduser`.
    UserOfLine,
    /// `routelist.fkdevice`.
    ListOfMember,
    /// `linegroupnumplanmap.fknumplan`.
    NumberOfMember,
    /// `applicationuserdevicemap.fkdevice`.
    DeviceOfApplication,
    /// `mgcpdevicemember.fkdevice`.
    DeviceOfGateway,
    /// `sipdevice.fkdevice`.
    DeviceOfDestination,
}

impl Reference {
    /// What there is without what, as in "3 lines without their number".
    pub(in crate::connectors::cisco_ucm) fn in_words(self) -> &'static str {
        match self {
            Self::OwnerOfDevice => "devices without their owner",
            Self::UserOfNumber => "extensions of users without the user",
            Self::NumberOfUser => "extensions of users without the number",
            Self::UserOfDevice => "device associations without the user",
            Self::DeviceOfUser => "device associations without the device",
            Self::DeviceOfLine => "lines without their device",
            Self::NumberOfLine => "lines without their number",
            Self::LineOfUser => "line associations without the line",
            Self::UserOfLine => "line associations without the user",
            Self::ListOfMember => "hunt list members without the list",
            Self::NumberOfMember => "hunt list members without their number",
            Self::DeviceOfApplication => "contact-centre associations without the device",
            Self::DeviceOfGateway => "gateway ports without their device",
            Self::DeviceOfDestination => "trunk destinations without the trunk",
        }
    }
}

/// How many keys lead nowhere, by what they are of. A cluster is read in several requests, so what
/// was made or removed in between has a few.
///
/// A select that leaves out the rows of some class of device must leave out the rows that point
/// at them too, or they count here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::connectors::cisco_ucm) struct Dangling {
    /// Those that there are.
    pub(in crate::connectors::cisco_ucm) counts: BTreeMap<Reference, u64>,
    /// The numbers that extensions of users lead to and that aren't there.
    pub(in crate::connectors::cisco_ucm) numbers: BTreeSet<Text>,
    /// How many keys were looked up, those that lead somewhere among them.
    pub(in crate::connectors::cisco_ucm) of: u64,
}

impl Dangling {
    /// All of them.
    pub(in crate::connectors::cisco_ucm) fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    fn look(&mut self, reference: Reference, there: bool) {
        self.of += 1;
        if !there {
            *self.counts.entry(reference).or_default() += 1;
        }
    }
}

/// Looks up every key of a cluster.
pub(super) fn count(cluster: &Cluster<'_>) -> Dangling {
    let mut dangling = Dangling::default();
    let missing = cluster.user_numbers.rows().iter().map(|row| &row.number);
    dangling.numbers = missing.filter(|key| !cluster.numbers.has(key)).cloned().collect();
    let mut look = |reference, there| dangling.look(reference, there);
    let device = |key: &str| cluster.devices.has(key);
    let user = |key: &str| cluster.users.has(key);
    let number = |key: &str| cluster.numbers.has(key);

    for owned in cluster.devices.rows().iter().filter(|device| !device.owner.is_empty()) {
        look(Reference::OwnerOfDevice, user(&owned.owner));
    }
    for row in cluster.user_numbers.rows() {
        look(Reference::UserOfNumber, user(&row.user));
        look(Reference::NumberOfUser, number(&row.number));
    }
    for row in cluster.device_users.rows() {
        look(Reference::UserOfDevice, user(&row.user));
        look(Reference::DeviceOfUser, device(&row.device));
    }
    for row in cluster.lines.rows() {
        let device = cluster.devices.one(&row.device);
        look(Reference::DeviceOfLine, device.is_some());
        if device.is_some_and(Cluster::has_lines) {
            look(Reference::NumberOfLine, number(&row.number));
        }
    }
    for row in cluster.line_users.rows() {
        look(Reference::LineOfUser, cluster.is_line(&row.line));
        look(Reference::UserOfLine, user(&row.user));
    }
    for row in cluster.hunt_members.rows() {
        look(Reference::ListOfMember, device(&row.list));
        if !row.number.is_empty() {
            look(Reference::NumberOfMember, number(&row.number));
        }
    }
    for row in cluster.application_devices.rows() {
        look(Reference::DeviceOfApplication, device(&row.device));
    }
    for row in cluster.gateway_ports.rows().iter().filter(|row| !row.device.is_empty()) {
        look(Reference::DeviceOfGateway, device(&row.device));
    }
    for row in cluster.trunk_destinations.rows() {
        look(Reference::DeviceOfDestination, device(&row.device));
    }
    dangling
}
