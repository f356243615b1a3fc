//! A cluster read by its list and get operations, where a policy forbids SQL: the same tables.
//!
//! Lists don't tell lines, members or associations, so each phone, device profile, route point and
//! user is asked for alone: one request each, one after the other, as the vendor asks of whoever
//! reads much. `docs/sources/cisco-ucm.md` says what can't be seen this way.

mod asking;
mod known;
mod operations;
mod reader;
mod rows;
#[cfg(test)]
mod tests;

use self::{asking::Asking, known::Known, operations as ask, reader::Reader};
use super::{
    axl::{Axl, AxlError, Operation},
    gathered::{Expected, Gathered},
    organisation::codes::{class, model, usage},
    select,
    settings::UserNames,
    tables::{DeviceRow, LineRow, NumberRow, Tables},
};
use crate::{
    directory::{ChannelKind, Property, Text},
    source::{Context, FetchError, Silent, Unread},
    wire::xml::Element,
};

/// How many objects a page of a list may have: some 2 MB of phones.
const PAGE: u64 = 2000;

/// Reads everything, once.
pub(super) fn read(
    axl: &mut Axl<'_>,
    contact_centre: &UserNames,
    cx: &Context<'_>,
) -> Result<Gathered, FetchError> {
    let mut ask = |operation: &Operation<'_>, each: Each<'_>| axl.call(operation, each);
    let mut asking = Asking::new(&mut ask, cx.progress, PAGE);
    Ok(gathered(&mut asking, contact_centre, cx.name)?)
}

/// What an answer's elements are handed to.
type Each<'e> = &'e mut dyn FnMut(&Element);

/// What is told of each list that is tried: its operation, what it gives, and why it can't be read.
type Tried<'t> = dyn FnMut(&str, &str, Result<(), FetchError>) + 't;

/// Tries each list, for `doctor`.
pub(super) fn try_all(axl: &mut Axl<'_>, each: &mut Tried<'_>) {
    let mut ask = |operation: &Operation<'_>, each: Each<'_>| axl.call(operation, each);
    let mut asking = Asking::new(&mut ask, &Silent, PAGE);
    for list in ask::ALL {
        let tried = asking.try_one(&list).map_err(FetchError::from);
        each(&format!("list{}", list.object), list.about, tried);
    }
}

/// The names of all application users.
pub(super) fn application_users(axl: &mut Axl<'_>) -> Result<Vec<Text>, FetchError> {
    let mut ask = |operation: &Operation<'_>, each: Each<'_>| axl.call(operation, each);
    let mut asking = Asking::new(&mut ask, &Silent, PAGE);
    let users = asking.list(&ask::APPLICATION_USERS, |_, element| rows::text(element, "userid"))?;
    Ok(users.into_iter().map(|(_, name)| name).collect())
}

/// The tables, and what speaks against them.
fn gathered(
    asking: &mut Asking<'_>,
    contact_centre: &UserNames,
    source: &str,
) -> Result<Gathered, AxlError> {
    let (tables, besides) = listed(asking)?;
    let before = keys_of(&tables);
    let pilots = tables.numbers.iter().filter(|number| number.usage == usage::HUNT_PILOT);
    let pilots: Vec<Text> = pilots.map(|number| number.pkid.clone()).collect();
    let known = Known::of(&tables.users, &tables.devices, &tables.numbers);
    let phones = tables.devices.iter().filter(|device| reader::is_asked(device)).count();
    tracing::info!(
        "reading `{source}` by objects: a request for each of {phones} phones, profiles and route \
         points, and for each of {} users",
        tables.users.len()
    );
    let mut reader = Reader::new(asking, known, tables);
    reader.lines()?;
    reader.voicemail_ports()?;
    reader.users()?;
    reader.hunt_members()?;
    reader.trunk_destinations()?;
    let unmet = reader.application_devices(contact_centre)?;
    reader.look_back()?;
    let mut tables = reader.done();
    let (expected, after) = counted(asking, besides, pilots)?;
    sort(&mut tables);
    let (gaps, gone) = (std::mem::take(&mut asking.doubts), asking.gone);
    let (asked, standing) = (asking.asked, before == after);
    // No operation tells the ports of a gateway.
    let unseen = vec![Unread {
        kind: Text::new_static(ChannelKind::Gateway.as_str()),
        properties: vec![Property::Endpoints],
        because: "objects don't tell the ports of gateways".into(),
    }];
    Ok(Gathered {
        tables,
        expected,
        unmet,
        gaps,
        gone,
        asked,
        unseen,
        standing,
        ..Gathered::default()
    })
}

/// What lists give: users, devices and numbers, and how many devices aren't phones. Whatever maps
/// one to the other is asked for later.
fn listed(asking: &mut Asking<'_>) -> Result<(Tables, usize), AxlError> {
    fn rows<T>(keyed: Vec<(Text, T)>) -> impl Iterator<Item = T> {
        keyed.into_iter().map(|(_, row)| row)
    }
    let users = asking.list(&ask::USERS, rows::user)?;
    let mut devices: Vec<DeviceRow> = Vec::new();
    let users: Vec<_> = rows(users).collect();
    let owners = Known::of(&users, &[], &[]);
    let owned = |(device, owner): (DeviceRow, rows::Named)| DeviceRow {
        owner: owners.user(&owner),
        ..device
    };
    devices.extend(rows(asking.list(&ask::PHONES, rows::phone)?).map(owned));
    let phones = devices.len();
    for (list, class, model) in [
        (&ask::PROFILES, class::DEVICE_PROFILE, 0),
        (&ask::ROUTE_POINTS, class::CTI_ROUTE_POINT, model::CTI_ROUTE_POINT),
        (&ask::VOICEMAIL_PORTS, class::VOICEMAIL, model::VOICEMAIL_PORT),
        (&ask::CONFERENCE_BRIDGES, class::CONFERENCE_BRIDGE, 0),
        (&ask::H323_GATEWAYS, class::GATEWAY, model::H323_GATEWAY),
        (&ask::H323_TRUNKS, class::TRUNK, model::H323_TRUNK),
        (&ask::SIP_TRUNKS, class::TRUNK, model::SIP_TRUNK),
        (&ask::HUNT_LISTS, class::LIST, model::LIST),
    ] {
        let device = |key: &Text, element: &Element| rows::device(key, element, class, model);
        devices.extend(rows(asking.list(list, device)?));
    }
    let mut numbers: Vec<NumberRow> = rows(asking.list(&ask::NUMBERS, rows::number)?).collect();
    let mut lines = Vec::new();
    let lists = Known::of(&[], &devices, &[]);
    for (pilot, list) in rows(asking.list(&ask::HUNT_PILOTS, rows::hunt_pilot)?) {
        if list != rows::Named::default() {
            lines.push(LineRow {
                pkid: pilot.pkid.clone(),
                device: lists.device(&list),
                number: pilot.pkid.clone(),
                index: 1,
            });
        }
        numbers.push(pilot);
    }
    // A pilot that the list of numbers has too is there as a pilot.
    numbers.sort_by(|a, b| a.pkid.cmp(&b.pkid).then(b.usage.cmp(&a.usage)));
    numbers.dedup_by(|later, first| later.pkid == first.pkid);
    let besides = devices.len() - phones;
    let tables = Tables {
        users,
        devices,
        numbers,
        lines,
        gateway_ports: rows(asking.list(&ask::GATEWAYS, rows::gateway)?).collect(),
        voicemail_pilots: rows(asking.list(&ask::VOICEMAIL_PILOTS, rows::voicemail_pilot)?)
            .collect(),
        ..Tables::default()
    };
    Ok((tables, besides))
}

/// How many users and devices there are once all is read: of a system that is emptied meanwhile,
/// fewer. `besides` are the devices that aren't phones.
///
/// Also the keys of phones, profiles and numbers as they are then, sorted.
fn counted(
    asking: &mut Asking<'_>,
    besides: usize,
    pilots: Vec<Text>,
) -> Result<(Vec<Expected>, Vec<Text>), AxlError> {
    let users = asking.keys(&ask::USERS)?.len();
    let mut keys = asking.keys(&ask::PHONES)?;
    let counted = [(select::USERS, users), (select::DEVICES, besides + keys.len())];
    keys.extend(asking.keys(&ask::PROFILES)?);
    keys.extend(asking.keys(&ask::NUMBERS)?);
    // Not every release lists them among the numbers.
    keys.extend(pilots);
    keys.sort_unstable();
    keys.dedup();
    let counted = counted.map(|(table, rows)| Expected { table: table.name, rows: rows as u64 });
    Ok((counted.into(), keys))
}

/// What a person's keys can lead to, as [`counted`] gives it.
fn keys_of(tables: &Tables) -> Vec<Text> {
    let devices = tables.devices.iter();
    let devices = devices.filter(|one| [class::PHONE, class::DEVICE_PROFILE].contains(&one.class));
    let mut keys: Vec<Text> = devices.map(|one| one.pkid.clone()).collect();
    keys.extend(tables.numbers.iter().map(|number| number.pkid.clone()));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// In the order of the keys, as SQL gives them.
fn sort(tables: &mut Tables) {
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
    users.sort_unstable();
    user_numbers.sort_unstable();
    user_devices.sort_unstable();
    devices.sort_unstable();
    numbers.sort_unstable();
    lines.sort_unstable();
    line_users.sort_unstable();
    hunt_members.sort_unstable();
    application_devices.sort_unstable();
    gateway_ports.sort_unstable();
    trunk_destinations.sort_unstable();
    voicemail_pilots.sort_unstable();
}
