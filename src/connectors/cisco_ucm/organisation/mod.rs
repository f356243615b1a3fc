//! The rows of a cluster as people, devices, system devices and channels.
//!
//! Pure, and the same for the same rows in whatever order they come. A key that leads nowhere is
//! counted and otherwise as if it weren't there. Every table is sorted once by the key by which it is
//! asked for, so that the work grows with the rows and no faster.

mod channels;
mod cluster;
pub(super) mod codes;
mod dangling;
mod extensions;
mod index;
mod people;
mod phones;
mod system;
#[cfg(test)]
mod tests;

use self::{cluster::Cluster, phones::Phones};
use super::tables::{Tables, User};
use crate::{
    directory::{Inventory, Text},
    finding::Finding,
    source::Record,
};

pub(super) use self::{
    dangling::{Dangling, Reference},
    people::COMPUTED,
};

/// The first part of ids, and the number space.
#[derive(Debug, Clone, Copy)]
pub(super) struct Naming<'a> {
    /// What the manifest calls the source.
    pub(super) source: &'a str,
    /// The number space of its extensions.
    pub(super) pbx: &'a str,
}

/// What a cluster's rows are made into.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Organisation {
    /// The attributes of the records: [`ATTRIBUTES`].
    pub(super) names: Vec<Text>,
    /// One for each user, in the order of their keys.
    pub(super) records: Vec<Record>,
    /// Sorted, each id once.
    pub(super) inventory: Inventory,
    /// How many keys led nowhere.
    pub(super) dangling: Dangling,
    /// Numbers of people that can't be dialled.
    pub(super) findings: Vec<Finding>,
}

/// The attributes of a record: the user's columns, and what is computed.
pub(super) const ATTRIBUTES: [&str; User::COLUMNS.len() + COMPUTED.len()] = {
    let mut names = [""; User::COLUMNS.len() + COMPUTED.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = if at < User::COLUMNS.len() {
            User::COLUMNS[at]
        } else {
            COMPUTED[at - User::COLUMNS.len()]
        };
        at += 1;
    }
    names
};

/// Makes people, devices, system devices and channels of what was read.
pub(super) fn organise(tables: &Tables, naming: &Naming<'_>) -> Organisation {
    let cluster = Cluster::of(tables);
    let phones = Phones::of(&cluster, naming);
    let (records, mut findings) = people::records(&cluster, &phones, naming);
    findings.sort();
    findings.dedup();
    let mut inventory = Inventory {
        devices: phones.devices,
        system_devices: system::devices(&cluster, naming),
        channels: channels::channels(&cluster, naming),
    };
    inventory.sort();
    Organisation {
        names: ATTRIBUTES.into_iter().map(Text::new_static).collect(),
        records,
        inventory,
        dangling: dangling::count(&cluster),
        findings,
    }
}
