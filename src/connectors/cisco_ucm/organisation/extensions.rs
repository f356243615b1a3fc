//! The numbers of a person, and which of them is theirs first of all.

use std::collections::BTreeSet;

use smol_str::format_smolstr;

use super::{
    cluster::{Cluster, dialled},
    codes::{dn_usage, usage},
    phones::{Belonging, Turn},
};
use crate::{
    connectors::cisco_ucm::tables::NumberRow,
    directory::{Extension, NotDialable, Text},
};

/// What a person is reached by. Numbers as they are dialled, each list with each number once.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// The first that there is of the next three.
    pub(super) primary: Option<Text>,
    /// Which of them it is, in words.
    pub(super) primary_by: Option<Text>,
    /// The primary extension that an administrator gave the user.
    pub(super) assigned: Option<Text>,
    /// The first line of a phone of theirs.
    pub(super) on_phone: Option<Text>,
    /// The first line of a device profile of theirs.
    pub(super) on_profile: Option<Text>,
    /// All others that are theirs or on their devices.
    pub(super) additional: Distinct,
    /// Numbers that only talk to their counterpart.
    pub(super) intercoms: Distinct,
    /// The extension by which a contact centre reaches its agent.
    pub(super) contact_centre: Distinct,
    /// All but the intercoms, the primary extension first.
    pub(super) all: Distinct,
    /// What stands where a number should and can't be dialled, and why.
    pub(super) refused: Vec<(Text, NotDialable)>,
}

impl Numbers {
    /// Of a user with these devices, which are in the order in which they are looked at. A number
    /// that is not known or can't be dialled is none, so that the next rule holds.
    pub(super) fn of(cluster: &Cluster<'_>, user: &str, devices: &[Belonging<'_>]) -> Self {
        let mut numbers = Self::default();
        let (mut phone, mut profile) = (None, None);
        let mut owned = Vec::new();
        for row in cluster.user_numbers.all(user) {
            let Some(number) = cluster.numbers.one(&row.number) else { continue };
            if number.usage != usage::DEVICE {
                continue;
            }
            let Some(number) = numbers.dial(number) else { continue };
            match row.usage {
                dn_usage::PRIMARY => owned.push(number),
                dn_usage::CONTACT_CENTRE => numbers.contact_centre.add(number),
                _ => {}
            }
        }
        // Several primary extensions can't be given in the administration; the least is taken.
        owned.sort_unstable();
        for belonging in devices {
            for (line, number) in cluster.lines_of(belonging.device) {
                if ![usage::DEVICE, usage::INTERCOM].contains(&number.usage) {
                    continue;
                }
                let is_intercom = number.usage == usage::INTERCOM;
                let Some(number) = numbers.dial(number) else { continue };
                if is_intercom {
                    numbers.intercoms.add(number);
                    continue;
                }
                let first = match belonging.turn {
                    Turn::Desk | Turn::Soft | Turn::Program => &mut phone,
                    Turn::DefaultProfile | Turn::Profile => &mut profile,
                };
                if line.index == 1 && first.is_none() {
                    *first = Some((number.clone(), &belonging.device.name));
                }
                numbers.additional.add(number);
            }
        }
        numbers.settle(owned, phone, profile)
    }

    fn settle(
        mut self,
        owned: Vec<Text>,
        phone: Option<(Text, &Text)>,
        profile: Option<(Text, &Text)>,
    ) -> Self {
        self.assigned = owned.first().cloned();
        let choice = [
            self.assigned
                .clone()
                .map(|number| (number, Text::new_static("primary extension of the end user"))),
            phone
                .as_ref()
                .map(|(number, name)| (number.clone(), format_smolstr!("first line of {name}"))),
            profile.as_ref().map(|(number, name)| {
                (number.clone(), format_smolstr!("first line of device profile {name}"))
            }),
        ];
        (self.primary, self.primary_by) = choice.into_iter().flatten().next().unzip();
        self.on_phone = phone.map(|(number, _)| number);
        self.on_profile = profile.map(|(number, _)| number);
        for number in owned {
            self.additional.add(number);
        }
        if let Some(primary) = &self.primary {
            self.additional.remove(primary);
        }
        let Self { primary, additional, contact_centre, all, .. } = &mut self;
        for number in primary.iter().chain(&additional.list).chain(&contact_centre.list) {
            all.add(number.clone());
        }
        self.refused.sort_by(|a, b| a.0.cmp(&b.0));
        self.refused.dedup();
        self
    }

    /// The number as it is dialled; what can't be is remembered.
    fn dial(&mut self, number: &NumberRow) -> Option<Text> {
        let number = dialled(&number.pattern);
        match Extension::parse(&number) {
            Ok(extension) => Some(extension.into()),
            Err(why) => {
                self.refused.push((number, why));
                None
            }
        }
    }
}

/// Numbers in the order in which they were found, each once.
#[derive(Debug, Default)]
pub(super) struct Distinct {
    pub(super) list: Vec<Text>,
    seen: BTreeSet<Text>,
}

impl Distinct {
    fn add(&mut self, number: Text) {
        if self.seen.insert(number.clone()) {
            self.list.push(number);
        }
    }

    fn remove(&mut self, number: &Text) {
        if self.seen.remove(number) {
            self.list.retain(|other| other != number);
        }
    }
}
