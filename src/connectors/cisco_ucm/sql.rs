//! A cluster read by SELECTs: rows to the tables that a directory is made of.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    axl::{Axl, AxlError, Row, Select},
    gathered::{Expected, Gathered},
    select::{self, Table},
    settings::UserNames,
    tables::{
        ApplicationDevice, DeviceRow, GatewayPort, HuntMember, LineRow, LineUser, NumberRow,
        Tables, TrunkDestination, User, UserDevice, UserNumber, VoicemailPilot,
    },
};
use crate::{directory::Text, source::FetchError};

/// Reads everything, once.
pub(super) fn read(axl: &mut Axl<'_>, contact_centre: &UserNames) -> Result<Gathered, FetchError> {
    let mut reader = Reader { axl, gathered: Gathered::default() };
    for table in select::COUNTED {
        let rows = reader.axl.count(&table.bare()).map_err(|error| needed(&table, error))?;
        reader.gathered.expected.push(Expected { table: table.name, rows });
    }
    let mut tables = Tables {
        users: reader.users()?,
        devices: reader.devices()?,
        numbers: reader.numbers()?,
        user_numbers: reader.user_numbers()?,
        user_devices: reader.user_devices()?,
        lines: reader.lines()?,
        line_users: reader.line_users()?,
        hunt_members: reader.hunt_members()?,
        ..Tables::default()
    };
    tables.application_devices = reader.application_devices(contact_centre)?;
    tables.gateway_ports = reader.gateway_ports()?;
    tables.trunk_destinations = reader.trunk_destinations()?;
    tables.voicemail_pilots = reader.voicemail_pilots()?;
    let mut gathered = reader.gathered;
    gathered.tables = tables;
    Ok(gathered)
}

/// How many keys a question has at most.
const KEYS: usize = 200;

/// Whether these numbers, which extensions of users lead to and which weren't there, are not there
/// still, while extensions still lead to them. They stand so then, and didn't come or go meanwhile.
pub(super) fn stand(axl: &mut Axl<'_>, numbers: &BTreeSet<Text>) -> Result<bool, FetchError> {
    let all: Vec<&Text> = numbers.iter().collect();
    let mut reader = Reader { axl, gathered: Gathered::default() };
    for some in all.chunks(KEYS) {
        let keys: Vec<String> = some.iter().map(|key| select::quoted(key)).collect();
        let among = |column: &str| Some(format!("{column} IN ({})", keys.join(", ")));
        if !reader.rows(&select::NUMBERS, among("n.pkid"), |_| ())?.is_empty() {
            return Ok(false);
        }
        let from =
            reader.rows(&select::USER_NUMBERS, among("m.fknumplan"), |row| row.key("fknumplan"))?;
        let still: BTreeSet<Text> = from.into_iter().collect();
        if some.iter().any(|key| !still.contains(*key)) {
            return Ok(false);
        }
    }
    Ok(true)
}

struct Reader<'a, 'c> {
    axl: &'a mut Axl<'c>,
    gathered: Gathered,
}

impl Table {
    /// What is asked, without these of the optional columns.
    pub(super) fn select(&self, lacking: &[&str]) -> Select {
        let optional = self.optional.iter().filter(|(_, name)| !lacking.contains(name));
        Select {
            name: self.name,
            key: self.key,
            columns: self.columns.iter().chain(optional).copied().collect(),
            from: match self.alone {
                Some(alone) if self.optional.iter().all(|(_, name)| lacking.contains(name)) => {
                    alone.from
                }
                _ => self.from,
            },
            filter: Some(self.filter).filter(|filter| !filter.is_empty()).map(str::to_owned),
        }
    }
}

impl Table {
    /// What is asked where none of the optional columns is wanted.
    pub(super) fn bare(&self) -> Select {
        let optional: Vec<&str> = self.optional.iter().map(|(_, name)| *name).collect();
        self.select(&optional)
    }
}

impl Reader<'_, '_> {
    /// Reads a table; without the columns, or without all of it, where this release lacks them.
    fn rows<T>(
        &mut self,
        table: &Table,
        more: Option<String>,
        mut each: impl FnMut(&Cells<'_>) -> T,
    ) -> Result<Vec<T>, FetchError> {
        let mut lacking: Vec<&'static str> = Vec::new();
        loop {
            let mut select = table.select(&lacking);
            if let Some(more) = &more {
                select.filter = Some(match select.filter.take() {
                    Some(filter) => format!("{filter} AND {more}"),
                    None => more.clone(),
                });
            }
            let mut all = Vec::new();
            let read = self.axl.rows(&select, &mut |row| {
                all.push(each(&Cells { row, lacking: &lacking }));
            });
            match read {
                Ok(_) => {
                    self.gathered.lack_columns(table, &lacking);
                    return Ok(all);
                }
                Err(AxlError::Lacks { what }) => match lacks(table, &lacking, &what) {
                    Lacking::Columns(columns) => lacking.extend(columns),
                    Lacking::Table => {
                        self.gathered.lack_table(table);
                        return Ok(Vec::new());
                    }
                    Lacking::Needed => {
                        return Err(needed(table, AxlError::Lacks { what }));
                    }
                },
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn users(&mut self) -> Result<Vec<User>, FetchError> {
        self.rows(&select::USERS, None, |row| User {
            pkid: row.key("pkid"),
            values: User::COLUMNS.iter().map(|name| row.text(name)).collect(),
        })
    }

    fn devices(&mut self) -> Result<Vec<DeviceRow>, FetchError> {
        self.rows(&select::DEVICES, None, |row| DeviceRow {
            pkid: row.key("pkid"),
            name: row.text("name"),
            description: row.text("description"),
            class: row.number("tkclass"),
            model: row.number("tkmodel"),
            model_name: row.text("model"),
            owner: row.key("fkenduser"),
            location: row.text("location"),
            device_pool: row.text("devicepool"),
            // The table of protocols is not asked: class and model tell.
            protocol: Text::default(),
        })
    }

    fn numbers(&mut self) -> Result<Vec<NumberRow>, FetchError> {
        self.rows(&select::NUMBERS, None, |row| NumberRow {
            pkid: row.key("pkid"),
            pattern: row.text("dnorpattern"),
            partition: row.text("partition"),
            usage: row.number("tkpatternusage"),
            description: row.text("description"),
            alerting_name: row.text("alertingname"),
        })
    }

    fn user_numbers(&mut self) -> Result<Vec<UserNumber>, FetchError> {
        self.rows(&select::USER_NUMBERS, None, |row| UserNumber {
            user: row.key("fkenduser"),
            number: row.key("fknumplan"),
            usage: row.number("tkdnusage"),
        })
    }

    fn user_devices(&mut self) -> Result<Vec<UserDevice>, FetchError> {
        self.rows(&select::USER_DEVICES, None, |row| UserDevice {
            user: row.key("fkenduser"),
            device: row.key("fkdevice"),
            association: row.number("tkuserassociation"),
            default: row.truth("defaultprofile"),
        })
    }

    fn lines(&mut self) -> Result<Vec<LineRow>, FetchError> {
        self.rows(&select::LINES, None, |row| LineRow {
            pkid: row.key("pkid"),
            device: row.key("fkdevice"),
            number: row.key("fknumplan"),
            index: row.number("numplanindex"),
        })
    }

    fn line_users(&mut self) -> Result<Vec<LineUser>, FetchError> {
        self.rows(&select::LINE_USERS, None, |row| LineUser {
            line: row.key("fkdevicenumplanmap"),
            user: row.key("fkenduser"),
        })
    }

    fn hunt_members(&mut self) -> Result<Vec<HuntMember>, FetchError> {
        struct Group {
            list: Text,
            group: Text,
            order: u16,
        }
        let groups = self.rows(&select::HUNT_LISTS, None, |row| Group {
            list: row.key("fkdevice"),
            group: row.key("fklinegroup"),
            order: row.number("selectionorder"),
        })?;
        let numbers = self.rows(&select::LINE_GROUPS, None, |row| {
            let place = (row.number("lineselectionorder"), row.key("fknumplan"));
            (row.key("fklinegroup"), place)
        })?;
        let mut members: BTreeMap<Text, Vec<(u16, Text)>> = BTreeMap::new();
        for (group, place) in numbers {
            members.entry(group).or_default().push(place);
        }
        let mut all = Vec::new();
        for Group { list, group, order } in groups {
            let member = |order_in_group, number| HuntMember {
                list: list.clone(),
                group_order: order,
                number,
                order: order_in_group,
            };
            match members.get(&group) {
                None => all.push(member(0, Text::default())),
                Some(numbers) => {
                    all.extend(numbers.iter().map(|(order, number)| member(*order, number.clone())))
                }
            }
        }
        Ok(all)
    }

    fn application_devices(
        &mut self,
        wanted: &UserNames,
    ) -> Result<Vec<ApplicationDevice>, FetchError> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let users =
            self.rows(&select::APPLICATION_USERS, None, |row| (row.key("pkid"), row.text("name")))?;
        let names: Vec<&Text> = users.iter().map(|(_, name)| name).collect();
        self.gathered.unmet = wanted.unmet(&names).into_iter().map(str::to_owned).collect();
        let users: BTreeMap<Text, Text> =
            users.into_iter().filter(|(_, name)| wanted.take(name)).collect();
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<String> = users.keys().map(|key| select::quoted(key)).collect();
        let theirs = format!("m.fkapplicationuser IN ({})", keys.join(", "));
        self.rows(&select::APPLICATION_DEVICES, Some(theirs), |row| ApplicationDevice {
            user: users.get(&row.key("fkapplicationuser")).cloned().unwrap_or_default(),
            device: row.key("fkdevice"),
        })
    }

    fn gateway_ports(&mut self) -> Result<Vec<GatewayPort>, FetchError> {
        let gateways = self.rows(&select::GATEWAYS, None, |row| GatewayPort {
            gateway: row.key("pkid"),
            domain_name: row.text("domainname"),
            description: row.text("description"),
            device: Text::default(),
        })?;
        let ports = self
            .rows(&select::GATEWAY_PORTS, None, |row| (row.key("fkmgcp"), row.key("fkdevice")))?;
        let mut devices: BTreeMap<Text, Vec<Text>> = BTreeMap::new();
        for (gateway, device) in ports {
            devices.entry(gateway).or_default().push(device);
        }
        let mut all = Vec::new();
        for gateway in gateways {
            match devices.remove(&gateway.gateway) {
                None => all.push(gateway),
                Some(devices) => all.extend(
                    devices.into_iter().map(|device| GatewayPort { device, ..gateway.clone() }),
                ),
            }
        }
        Ok(all)
    }

    fn trunk_destinations(&mut self) -> Result<Vec<TrunkDestination>, FetchError> {
        self.rows(&select::TRUNK_DESTINATIONS, None, |row| TrunkDestination {
            device: row.key("fkdevice"),
            address: row.text("address"),
            port: row.text("port"),
        })
    }

    fn voicemail_pilots(&mut self) -> Result<Vec<VoicemailPilot>, FetchError> {
        self.rows(&select::VOICEMAIL_PILOTS, None, |row| VoicemailPilot {
            pkid: row.key("pkid"),
            number: row.text("directorynumber"),
            description: row.text("description"),
        })
    }
}

/// What follows from a release's lacking something.
enum Lacking {
    /// Ask again without these columns.
    Columns(Vec<&'static str>),
    /// Go on without the table.
    Table,
    /// Nothing can be read.
    Needed,
}

/// The database names the column or table that it lacks, mostly.
fn lacks(table: &Table, already: &[&str], what: &str) -> Lacking {
    let what = what.to_lowercase();
    let words: Vec<&str> = what.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let left: Vec<&'static str> = table
        .optional
        .iter()
        .map(|(_, name)| *name)
        .filter(|name| !already.contains(name))
        .collect();
    let named: Vec<&'static str> =
        left.iter().copied().filter(|name| words.contains(name)).collect();
    let needed = table.columns.iter().any(|(expression, name)| {
        let column = expression.rsplit('.').next().unwrap_or(expression);
        (words.contains(&column) || words.contains(name)) && *name != "pkid" && *name != "name"
    });
    match (named.is_empty(), left.is_empty()) {
        (false, _) => Lacking::Columns(named),
        // It doesn't say which: without all of them, rather than not at all.
        (true, false) if !needed => Lacking::Columns(left),
        _ if table.without.is_some() => Lacking::Table,
        _ => Lacking::Needed,
    }
}

/// Something that nothing can be read without.
pub(super) fn needed(table: &Table, error: AxlError) -> FetchError {
    match error {
        AxlError::Lacks { what } => FetchError::Server {
            problem: format!(
                "the {} can't be read, without which there is no directory: the cluster's table \
                 `{}` is not as it should be: {what}",
                table.about, table.name
            ),
            help: "set `via: objects`, and report the release of the cluster and this message"
                .into(),
        },
        error => error.into(),
    }
}

/// A row, in the types of our tables.
struct Cells<'a> {
    row: &'a Row<'a>,
    /// Columns that were not asked for.
    lacking: &'a [&'static str],
}

impl<'a> Cells<'a> {
    /// Empty where there is nothing.
    fn get(&self, name: &str) -> &'a str {
        if self.lacking.contains(&name) { "" } else { self.row.get(name) }
    }

    fn text(&self, name: &str) -> Text {
        self.get(name).into()
    }

    /// A key as keys are compared: in lower case, without braces.
    fn key(&self, name: &str) -> Text {
        let key = self.get(name).trim_matches(['{', '}']);
        match key.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => key.to_ascii_lowercase().into(),
            false => key.into(),
        }
    }

    /// 0 where there is none.
    fn number(&self, name: &str) -> u16 {
        self.get(name).parse().unwrap_or(0)
    }

    fn truth(&self, name: &str) -> bool {
        matches!(self.get(name), "t" | "true" | "1")
    }
}
