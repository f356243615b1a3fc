//! End users as records.

use super::{
    Naming,
    cluster::{Cluster, some},
    extensions::Numbers,
    phones::{Phones, Turn},
};
use crate::{
    connectors::cisco_ucm::tables::User,
    directory::{Id, NotDialable, Text},
    finding::{Code, Finding},
    source::{Attribute, Place, Record},
};

/// The attributes that are no column of the user, in the order in which a record has them behind
/// the columns.
pub(in crate::connectors::cisco_ucm) const COMPUTED: [&str; 13] = [
    "full_name",
    "primary_extension",
    "primary_extension_by",
    "assigned_extension",
    "phone_extension",
    "profile_extension",
    "additional_extensions",
    "intercoms",
    "contact_centre_extension",
    "extensions",
    "devices",
    "location",
    "device_pool",
];

/// A record for each user, in the order of their keys, and remarks on their numbers.
pub(super) fn records(
    cluster: &Cluster<'_>,
    phones: &Phones<'_>,
    naming: &Naming<'_>,
) -> (Vec<Record>, Vec<Finding>) {
    let mut findings = Vec::new();
    let records = cluster
        .users
        .rows()
        .iter()
        .map(|user| {
            let devices = phones.of_user(&user.pkid);
            let mut numbers = Numbers::of(cluster, &user.pkid, devices);
            for (number, why) in numbers.refused.drain(..) {
                findings.push(refused(&Id::new(naming.source, &user.pkid), &number, &why));
            }
            let names = devices.iter().map(|one| one.device.name.clone());
            // A profile is nowhere.
            let first = devices.iter().find(|one| one.turn < Turn::DefaultProfile);
            let computed: [Attribute; COMPUTED.len()] = [
                full_name(user).into(),
                numbers.primary.into(),
                numbers.primary_by.into(),
                numbers.assigned.into(),
                numbers.on_phone.into(),
                numbers.on_profile.into(),
                numbers.additional.list.into(),
                numbers.intercoms.list.into(),
                numbers.contact_centre.list.into(),
                numbers.all.list.into(),
                names.collect::<Vec<_>>().into(),
                first.and_then(|one| some(&one.device.location)).into(),
                first.and_then(|one| some(&one.device.device_pool)).into(),
            ];
            let columns = 0..User::COLUMNS.len();
            let columns = columns.map(|at| user.values.get(at).and_then(some).into());
            Record {
                key: user.pkid.clone(),
                place: Place::Name(column(user, "userid").unwrap_or_else(|| user.pkid.clone())),
                values: columns.chain(computed).collect(),
                flaw: None,
            }
        })
        .collect();
    (records, findings)
}

/// What people call the user: the display name where there is one, else their names; people with one
/// name are called by it, and who has none by the user id.
fn full_name(user: &User) -> Option<Text> {
    column(user, "displayname")
        .or_else(|| {
            let names = ["firstname", "middlename", "lastname"];
            let names: Vec<Text> =
                names.into_iter().filter_map(|name| column(user, name)).collect();
            (!names.is_empty()).then(|| names.join(" ").into())
        })
        .or_else(|| column(user, "userid"))
}

fn column(user: &User, name: &str) -> Option<Text> {
    let at = User::COLUMNS.iter().position(|known| *known == name)?;
    user.values.get(at).and_then(some)
}

fn refused(person: &Id, number: &Text, why: &NotDialable) -> Finding {
    Finding::warning(
        Code::NotAnExtension,
        format!("`{number}` of `{person}` is not used as an extension: {why}"),
        "give them a number that can be dialled, or take the pattern off them and their devices",
    )
    .about([person.clone()])
}
