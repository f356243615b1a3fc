//! Phones and device profiles, and whose they are.

use super::{
    Naming,
    cluster::{Cluster, directory_number, some},
    codes::{association, class, model},
};
use crate::{
    connectors::cisco_ucm::tables::DeviceRow,
    directory::{Device, DeviceKind, Equipment, Id, Line, Ownership, Text},
};

/// A device of a user. In order those of one user stand together, what tells most about them first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Belonging<'a> {
    pub(super) user: &'a Text,
    pub(super) turn: Turn,
    name: &'a Text,
    pub(super) device: &'a DeviceRow,
}

/// In which order a user's devices are looked at; those of one turn by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// A telephone that stands somewhere.
    Desk,
    /// A client on a computer, mobile telephone or tablet.
    Soft,
    /// A port or remote device that a program uses.
    Program,
    /// The profile that a phone takes on when the user doesn't choose one.
    DefaultProfile,
    /// Another profile.
    Profile,
}

/// What a cluster's phones and profiles are made into.
pub(super) struct Phones<'a> {
    pub(super) devices: Vec<Device>,
    /// Sorted.
    belongings: Vec<Belonging<'a>>,
}

impl<'a> Phones<'a> {
    pub(super) fn of(cluster: &Cluster<'a>, naming: &Naming<'_>) -> Self {
        let mut phones = Self { devices: Vec::new(), belongings: Vec::new() };
        for row in cluster.devices.each() {
            let kind = match row.class {
                class::PHONE if !cluster.is_contact_centre_port(row) => DeviceKind::Phone,
                class::DEVICE_PROFILE => DeviceKind::DeviceProfile,
                _ => continue,
            };
            let owner = match kind {
                DeviceKind::Phone => owner_of_phone(cluster, row),
                DeviceKind::DeviceProfile => owner_of_profile(cluster, row),
            };
            phones.belong(cluster, row, kind, owner.map(|(user, _)| user));
            phones.devices.push(device(cluster, naming, row, kind, owner));
        }
        phones.belongings.sort_unstable();
        phones
    }

    /// The devices of a user, in the order in which they are looked at.
    pub(super) fn of_user(&self, user: &str) -> &[Belonging<'a>] {
        let from = self.belongings.partition_point(|one| one.user.as_str() < user);
        let rest = &self.belongings[from..];
        let here = rest.iter().take_while(|one| one.user.as_str() == user).count();
        &rest[..here]
    }

    /// A phone is its owner's; a profile of several users is each one's.
    fn belong(
        &mut self,
        cluster: &Cluster<'a>,
        row: &'a DeviceRow,
        kind: DeviceKind,
        owner: Option<&'a Text>,
    ) {
        let mut add = |user, turn| {
            self.belongings.push(Belonging { user, turn, name: &row.name, device: row });
        };
        match kind {
            DeviceKind::Phone => {
                if let Some(owner) = owner {
                    add(owner, turn(row));
                }
            }
            DeviceKind::DeviceProfile => {
                let profiles = cluster.device_users.all(&row.pkid).iter();
                let mut users: Vec<(&Text, Turn)> = profiles
                    .filter(|row| row.association == association::PROFILE)
                    .map(|row| match row.default {
                        true => (&row.user, Turn::DefaultProfile),
                        false => (&row.user, Turn::Profile),
                    })
                    .chain(owner.map(|owner| (owner, Turn::Profile)))
                    .collect();
                users.sort_unstable();
                users.dedup_by_key(|(user, _)| *user);
                for (user, turn) in users {
                    add(user, turn);
                }
            }
        }
    }
}

/// Desk phones before clients, and both before what only a program uses.
fn turn(device: &DeviceRow) -> Turn {
    let starts = |prefix: &str| {
        device.name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if device.model == model::CTI_PORT || starts("CTIRD") || starts("SparkRD") {
        Turn::Program
    } else if model::SOFT.contains(&device.model)
        || ["CSF", "TCT", "BOT", "TAB"].into_iter().any(starts)
    {
        Turn::Soft
    } else {
        Turn::Desk
    }
}

fn device(
    cluster: &Cluster<'_>,
    naming: &Naming<'_>,
    row: &DeviceRow,
    kind: DeviceKind,
    owner: Option<(&Text, Ownership)>,
) -> Device {
    let name = some(&row.name).unwrap_or_else(|| row.pkid.clone());
    let lines = cluster.lines_of(row).filter_map(|(line, number)| {
        Some(Line { position: line.index, number: directory_number(number)?, shared: false })
    });
    Device {
        kind,
        model: some(&row.model_name),
        description: some(&row.description),
        pbx: naming.pbx.into(),
        owner: owner.map(|(user, _)| Id::new(naming.source, user)),
        owner_by: owner.map(|(_, by)| by),
        lines: lines.collect(),
        ..Device::new(Id::new(naming.source, &row.pkid), name)
    }
}

/// Whose a phone is: its owner's; else the only user's who controls it; else the only user's who is
/// named at its first line. A phone that several control and nobody owns is nobody's, as assistants
/// control their manager's.
fn owner_of_phone<'a>(cluster: &Cluster<'a>, row: &'a DeviceRow) -> Option<(&'a Text, Ownership)> {
    let known = |user: &'a Text, by| cluster.users.has(user).then_some((user, by));
    if !row.owner.is_empty() {
        return known(&row.owner, Ownership::Owner);
    }
    match sole(associated(cluster, row, association::CONTROLS)) {
        Among::One(user) => known(user, Ownership::SoleController),
        Among::Several => None,
        Among::None => at_first_line(cluster, row),
    }
}

/// Whose a profile is: its owner's; else the only user's who has it as a profile; else the only
/// user's who is named at its first line.
fn owner_of_profile<'a>(
    cluster: &Cluster<'a>,
    row: &'a DeviceRow,
) -> Option<(&'a Text, Ownership)> {
    let known = |user: &'a Text, by| cluster.users.has(user).then_some((user, by));
    if !row.owner.is_empty() {
        return known(&row.owner, Ownership::Owner);
    }
    match sole(associated(cluster, row, association::PROFILE)) {
        Among::One(user) => known(user, Ownership::Profile),
        Among::Several => None,
        Among::None => at_first_line(cluster, row),
    }
}

fn at_first_line<'a>(cluster: &Cluster<'a>, row: &DeviceRow) -> Option<(&'a Text, Ownership)> {
    let lines = cluster.lines.all(&row.pkid).iter().filter(|line| line.index == 1);
    let named = lines.flat_map(|line| cluster.line_users.all(&line.pkid));
    match sole(named.map(|row| &row.user)) {
        Among::One(user) if cluster.users.has(user) => Some((user, Ownership::FirstLine)),
        _ => None,
    }
}

fn associated<'a>(
    cluster: &Cluster<'a>,
    row: &DeviceRow,
    association: u16,
) -> impl Iterator<Item = &'a Text> {
    let users = cluster.device_users.all(&row.pkid).iter();
    users.filter(move |row| row.association == association).map(|row| &row.user)
}

enum Among<'a> {
    None,
    One(&'a Text),
    Several,
}

/// The only one of them. One who isn't known counts as well: perhaps they were made since the
/// users were read.
fn sole<'a>(mut users: impl Iterator<Item = &'a Text>) -> Among<'a> {
    let Some(first) = users.next() else { return Among::None };
    if users.all(|other| other == first) { Among::One(first) } else { Among::Several }
}
