//! One request after the other for what only single objects tell.

use std::collections::BTreeMap;

use smol_str::format_smolstr;

use super::{
    asking::Asking,
    known::Known,
    operations::{self as ask, Get},
    rows::{self, Belongings, Line, Named, Numbered},
};
use crate::{
    connectors::cisco_ucm::{
        axl::AxlError,
        organisation::codes::{association, class, dn_usage, model, usage},
        settings::UserNames,
        tables::{
            ApplicationDevice, DeviceRow, HuntMember, LineRow, LineUser, NumberRow, Tables, User,
            UserDevice, UserNumber,
        },
    },
    directory::Text,
};

/// How many phones, and how many users, are asked for again at the end.
const SAMPLE: usize = 25;

/// Asks for single objects, and adds what they tell to the tables.
pub(super) struct Reader<'a, 'b> {
    asking: &'a mut Asking<'b>,
    known: Known,
    tables: Tables,
    /// Numbers that no list had, by their keys.
    added: BTreeMap<Text, NumberRow>,
    /// Some of the devices, with the lines that they had.
    some_devices: Vec<(DeviceRow, Vec<Line>)>,
    /// Some of the users, with what they had.
    some_users: Vec<(Text, Belongings)>,
}

/// How a device's lines are asked for, if it can have any.
fn lines_of(device: &DeviceRow) -> Option<Get> {
    match device.class {
        class::PHONE => Some(ask::PHONE),
        class::DEVICE_PROFILE => Some(ask::PROFILE),
        class::CTI_ROUTE_POINT => Some(ask::ROUTE_POINT),
        _ => None,
    }
}

/// Whether a device is asked for alone because of its lines.
pub(super) fn is_asked(device: &DeviceRow) -> bool {
    lines_of(device).is_some()
}

impl<'a, 'b> Reader<'a, 'b> {
    pub(super) fn new(asking: &'a mut Asking<'b>, known: Known, tables: Tables) -> Self {
        let (some_devices, some_users) = (Vec::new(), Vec::new());
        Self { asking, known, tables, added: BTreeMap::new(), some_devices, some_users }
    }

    /// The tables with all that was added.
    pub(super) fn done(self) -> Tables {
        let Self { mut tables, added, .. } = self;
        tables.numbers.extend(added.into_values());
        tables
    }

    /// The lines of phones, profiles and route points. Those that have gone since they were listed
    /// are left out.
    pub(super) fn lines(&mut self) -> Result<(), AxlError> {
        let mut devices = std::mem::take(&mut self.tables.devices);
        let mut gone = Vec::new();
        let (mut with_lines, every) = (0, every(devices.len()));
        for device in &devices {
            let Some(get) = lines_of(device) else { continue };
            let Some(element) = self.asking.get(&get, &device.pkid)? else {
                gone.push(device.pkid.clone());
                continue;
            };
            let lines = rows::lines(&device.pkid, &element);
            if !lines.is_empty() {
                if with_lines % every == 0 {
                    self.some_devices.push((device.clone(), lines.clone()));
                }
                with_lines += 1;
            }
            for line in lines {
                self.line(device, line);
            }
        }
        if with_lines == 0 {
            self.asking.doubts.push("no phone has a line".to_owned());
        }
        gone.sort_unstable();
        devices.retain(|device| gone.binary_search(&device.pkid).is_err());
        self.tables.devices = devices;
        Ok(())
    }

    fn line(&mut self, device: &DeviceRow, line: Line) {
        let Line { key, index, number, usage, users } = line;
        let number = self.number(&number, usage);
        let (device, pkid) = (device.pkid.clone(), key.clone());
        self.tables.lines.push(LineRow { pkid, device, number, index });
        let users = users.iter().map(|name| self.known.user(&name.into()));
        let users = users.map(|user| LineUser { line: key.clone(), user });
        self.tables.line_users.extend(users);
    }

    /// The key of a number. One that no list has is taken as it is told here: it is newer than the
    /// list, or of a kind that isn't listed.
    fn number(&mut self, numbered: &Numbered, usage: u16) -> Text {
        if let Some(key) = self.known.number(numbered) {
            return key;
        }
        let Numbered { key, pattern, partition } = numbered.clone();
        let key = if key.is_empty() { told(numbered) } else { key };
        if !pattern.is_empty() {
            let row =
                NumberRow { pkid: key.clone(), pattern, partition, usage, ..NumberRow::default() };
            self.added.entry(key.clone()).or_insert(row);
        }
        key
    }

    /// The numbers of the voicemail's ports, each with its partition.
    pub(super) fn voicemail_ports(&mut self) -> Result<(), AxlError> {
        let ports: Vec<Text> = self
            .tables
            .devices
            .iter()
            .filter(|device| device.class == class::VOICEMAIL)
            .map(|device| device.pkid.clone())
            .collect();
        for port in ports {
            let Some(element) = self.asking.get(&ask::VOICEMAIL_PORT, &port)? else { continue };
            let number = Numbered {
                key: Text::default(),
                pattern: rows::text(&element, "dnPattern"),
                partition: rows::text(&element, "routePartition"),
            };
            if number != Numbered::default() {
                let number = self.number(&number, usage::VOICEMAIL_PORT);
                let pkid = format_smolstr!("{port}/1");
                self.tables.lines.push(LineRow { pkid, device: port, number, index: 1 });
            }
        }
        Ok(())
    }

    /// What users have. Those that have gone since they were listed are left out.
    pub(super) fn users(&mut self) -> Result<(), AxlError> {
        let users = std::mem::take(&mut self.tables.users);
        let (mut with_any, every) = (0, every(users.len()));
        for user in users {
            let Some(element) = self.asking.get(&ask::USER, &user.pkid)? else { continue };
            let has = rows::belongings(&element);
            if has != Belongings::default() {
                if with_any % every == 0 {
                    self.some_users.push((user.pkid.clone(), has.clone()));
                }
                with_any += 1;
            }
            self.user(user, &has);
        }
        Ok(())
    }

    fn user(&mut self, mut user: User, has: &Belongings) {
        let Belongings {
            display_name,
            ldap,
            devices,
            profiles,
            default_profile,
            primary,
            contact_centre,
        } = has;
        for (column, value) in [("displayname", display_name), ("fkdirectorypluginconfig", ldap)] {
            if let Some(at) = User::COLUMNS.iter().position(|name| *name == column) {
                user.values[at] = value.clone();
            }
        }
        let pkid = &user.pkid;
        if *primary != Numbered::default() {
            let number = self.known.number(primary).unwrap_or_else(|| told(primary));
            let usage = dn_usage::PRIMARY;
            self.tables.user_numbers.push(UserNumber { user: pkid.clone(), number, usage });
        }
        if *contact_centre != Numbered::default() {
            let number = self.known.number(contact_centre);
            let number = number.or_else(|| self.known.only_number(&contact_centre.pattern));
            let number = number.unwrap_or_else(|| told(contact_centre));
            let usage = dn_usage::CONTACT_CENTRE;
            self.tables.user_numbers.push(UserNumber { user: pkid.clone(), number, usage });
        }
        let controls = devices.iter().map(|name| self.known.device(&name.into()));
        self.tables.user_devices.extend(controls.map(|device| UserDevice {
            user: pkid.clone(),
            device,
            association: association::CONTROLS,
            default: false,
        }));
        let by_default = self.known.device(default_profile);
        let profiles = profiles.iter().map(|profile| self.known.device(profile));
        self.tables.user_devices.extend(profiles.map(|device| UserDevice {
            user: pkid.clone(),
            default: !by_default.is_empty() && device == by_default,
            device,
            association: association::PROFILE,
        }));
        self.tables.users.push(user);
    }

    /// Asks again for some that had something: a system that is emptied or filled while it is read
    /// tells something else of many.
    pub(super) fn look_back(&mut self) -> Result<(), AxlError> {
        let (devices, users) =
            (std::mem::take(&mut self.some_devices), std::mem::take(&mut self.some_users));
        let mut others = 0;
        for (device, lines) in &devices {
            let Some(get) = lines_of(device) else { continue };
            let now = self.asking.again(&get, &device.pkid)?;
            others += usize::from(now.is_some_and(|now| rows::lines(&device.pkid, &now) != *lines));
        }
        self.doubt(others, devices.len(), "phones have other lines at the end");
        let mut others = 0;
        for (user, has) in &users {
            let now = self.asking.again(&ask::USER, user)?;
            others += usize::from(now.is_some_and(|now| rows::belongings(&now) != *has));
        }
        self.doubt(others, users.len(), "users have other extensions or devices at the end");
        Ok(())
    }

    /// In a system at work one differs, or at most a fifth.
    fn doubt(&mut self, others: usize, of: usize, what: &str) {
        if others > 1 && others * 5 > of {
            self.asking.doubts.push(format!("{others} of {of} {what}"));
        }
    }

    /// The numbers of hunt lists, by their line groups.
    pub(super) fn hunt_members(&mut self) -> Result<(), AxlError> {
        let mut numbers: BTreeMap<Text, Vec<(Text, u16)>> = BTreeMap::new();
        let mut names: Vec<(Text, Text)> = Vec::new();
        for (group, name) in self.asking.list(&ask::LINE_GROUPS, |_, e| rows::text(e, "name"))? {
            let Some(element) = self.asking.get(&ask::LINE_GROUP, &group)? else { continue };
            let members = rows::group_numbers(&element);
            let members = members.into_iter().map(|(number, order)| {
                (self.known.number(&number).unwrap_or_else(|| told(&number)), order)
            });
            numbers.insert(group.clone(), members.collect());
            names.push((name, group));
        }
        names.sort_unstable();
        let lists: Vec<Text> = self
            .tables
            .devices
            .iter()
            .filter(|device| device.class == class::LIST)
            .map(|device| device.pkid.clone())
            .collect();
        for list in lists {
            let Some(element) = self.asking.get(&ask::HUNT_LIST, &list)? else { continue };
            for (Named { key, name }, group_order) in rows::groups(&element) {
                let by_name = names.binary_search_by(|(known, _)| known.cmp(&name));
                let group = match by_name {
                    Ok(at) if key.is_empty() => &names[at].1,
                    _ => &key,
                };
                let member = |number: &Text, order: u16| HuntMember {
                    list: list.clone(),
                    group_order,
                    number: number.clone(),
                    order,
                };
                match numbers.get(group).map(Vec::as_slice) {
                    None | Some([]) => {
                        self.tables.hunt_members.push(member(&Text::default(), 0));
                    }
                    Some(all) => self
                        .tables
                        .hunt_members
                        .extend(all.iter().map(|(number, order)| member(number, *order))),
                }
            }
        }
        Ok(())
    }

    /// Where SIP trunks lead.
    pub(super) fn trunk_destinations(&mut self) -> Result<(), AxlError> {
        let trunks = self
            .tables
            .devices
            .iter()
            .filter(|device| device.class == class::TRUNK && device.model == model::SIP_TRUNK);
        let trunks: Vec<Text> = trunks.map(|device| device.pkid.clone()).collect();
        for trunk in trunks {
            if let Some(element) = self.asking.get(&ask::SIP_TRUNK, &trunk)? {
                self.tables.trunk_destinations.extend(rows::destinations(&trunk, &element));
            }
        }
        Ok(())
    }

    /// The devices of the contact centre's application users. Gives the names that no application
    /// user has.
    pub(super) fn application_devices(
        &mut self,
        contact_centre: &UserNames,
    ) -> Result<Vec<String>, AxlError> {
        if contact_centre.is_empty() {
            return Ok(Vec::new());
        }
        let users = self
            .asking
            .list(&ask::APPLICATION_USERS, |_, element| rows::text(element, "userid"))?;
        for (key, name) in users.iter().filter(|(_, name)| contact_centre.take(name)) {
            let Some(element) = self.asking.get(&ask::APPLICATION_USER, key)? else { continue };
            let devices = rows::application_devices(&element);
            let devices = devices.iter().map(|device| self.known.device(&device.into()));
            self.tables
                .application_devices
                .extend(devices.map(|device| ApplicationDevice { user: name.clone(), device }));
        }
        let names: Vec<&Text> = users.iter().map(|(_, name)| name).collect();
        Ok(contact_centre.unmet(&names).into_iter().map(str::to_owned).collect())
    }
}

/// Which ones of so many are a sample: one in so many.
fn every(of: usize) -> usize {
    of.div_ceil(SAMPLE).max(1)
}

/// What is told of a number that no list has, in the place of its key.
fn told(numbered: &Numbered) -> Text {
    let Numbered { key, pattern, partition } = numbered;
    if key.is_empty() { format_smolstr!("{pattern} in {partition}") } else { key.clone() }
}
