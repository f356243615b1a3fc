//! What a cluster has, put into its tables.

use rusqlite::{Connection, ToSql, params_from_iter};
use sha1::{Digest, Sha1};

use super::database;

/// The key of a row: always the same for the same table and name.
pub fn pkid(table: &str, name: &str) -> String {
    let digest = Sha1::digest(format!("{table}/{name}"));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}

/// A number and the partition that it is in; none for an empty one.
pub type Dn<'a> = (&'a str, &'a str);

/// A database that is filled.
pub struct Cluster(pub Connection);

impl Default for Cluster {
    fn default() -> Self {
        Self(database::empty())
    }
}

impl Cluster {
    /// Adds a row under the key of this name; gives the key. Columns that are left out are NULL.
    pub fn row(&self, table: &str, name: &str, columns: &[(&str, &dyn ToSql)]) -> String {
        let key = pkid(table, name);
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let marks: Vec<String> = (2..=columns.len() + 1).map(|at| format!("?{at}")).collect();
        let statement = format!(
            "INSERT INTO {table} (pkid{0}{1}) VALUES (?1{0}{2})",
            if names.is_empty() { "" } else { ", " },
            names.join(", "),
            marks.join(", ")
        );
        let values = std::iter::once(&key as &dyn ToSql).chain(columns.iter().map(|(_, v)| *v));
        self.0
            .prepare_cached(&statement)
            .and_then(|mut prepared| prepared.execute(params_from_iter(values)))
            .unwrap_or_else(|error| panic!("{statement} {name}: {error}"));
        key
    }

    /// The row with this name, made if it isn't there; NULL for an empty name.
    fn named(&self, table: &str, name: &str) -> Option<String> {
        if name.is_empty() {
            return None;
        }
        let statement = format!("INSERT OR IGNORE INTO {table} (pkid, name) VALUES (?1, ?2)");
        self.0.prepare_cached(&statement).unwrap().execute([&pkid(table, name), name]).unwrap();
        Some(pkid(table, name))
    }

    /// Changes one column of the row with this name.
    pub fn set(&self, table: &str, name: &str, column: &str, value: impl ToSql) {
        let statement = format!("UPDATE {table} SET {column} = ?2 WHERE pkid = ?1");
        let key = pkid(table, name);
        let count = self.0.execute(&statement, (&key, value)).unwrap();
        assert_eq!(count, 1, "{table}/{name}");
    }

    /// A person, active unless the columns say otherwise.
    pub fn user(&self, userid: &str, columns: &[(&str, &str)]) -> String {
        let mut all: Vec<(&str, &dyn ToSql)> = vec![("userid", &userid), ("islocaluser", &"f")];
        for default in [("status", &1), ("tkuserprofile", &1)] {
            if !columns.iter().any(|(name, _)| *name == default.0) {
                all.push((default.0, default.1));
            }
        }
        all.extend(columns.iter().map(|(name, value)| (*name, value as &dyn ToSql)));
        self.row("enduser", userid, &all)
    }

    /// A number or pattern of this usage.
    pub fn number(&self, (number, partition): Dn<'_>, usage: u16, more: &[(&str, &str)]) -> String {
        let partition_key = self.named("routepartition", partition);
        let mut all: Vec<(&str, &dyn ToSql)> = vec![
            ("dnorpattern", &number),
            ("fkroutepartition", &partition_key),
            ("tkpatternusage", &usage),
        ];
        all.extend(more.iter().map(|(name, value)| (*name, value as &dyn ToSql)));
        self.row("numplan", &format!("{number} in {partition}"), &all)
    }

    /// A device; `location` and `pool` are names, `owner` is a user id.
    pub fn device(&self, name: &str, class: u16, model: u16, more: &[(&str, &str)]) -> String {
        let mut all: Vec<(&str, Box<dyn ToSql>)> = vec![
            ("name", Box::new(name.to_owned())),
            ("tkclass", Box::new(class)),
            ("tkmodel", Box::new(model)),
            ("tkproduct", Box::new(model)),
        ];
        for (column, value) in more {
            all.push(match *column {
                "location" => ("fklocation", Box::new(self.named("location", value))),
                "pool" => ("fkdevicepool", Box::new(self.named("devicepool", value))),
                "owner" => ("fkenduser", Box::new(pkid("enduser", value))),
                other => (other, Box::new((*value).to_owned())),
            });
        }
        let all: Vec<(&str, &dyn ToSql)> = all.iter().map(|(n, v)| (*n, v.as_ref())).collect();
        self.row("device", name, &all)
    }

    /// Puts a number on a device.
    pub fn line(&self, device: &str, dn: Dn<'_>, index: u16) -> String {
        let (device_key, number) = (pkid("device", device), dn_key(dn));
        let columns: &[(&str, &dyn ToSql)] =
            &[("fkdevice", &device_key), ("fknumplan", &number), ("numplanindex", &index)];
        self.row("devicenumplanmap", &format!("{device} {index}"), columns)
    }

    /// Names a user at a line.
    pub fn line_user(&self, device: &str, index: u16, userid: &str) {
        let line = pkid("devicenumplanmap", &format!("{device} {index}"));
        let user = pkid("enduser", userid);
        let columns: &[(&str, &dyn ToSql)] = &[("fkdevicenumplanmap", &line), ("fkenduser", &user)];
        self.row("devicenumplanmapendusermap", &format!("{device} {index} {userid}"), columns);
    }

    /// Gives a user a number: 1 the primary extension, 2 the contact centre's.
    pub fn user_number(&self, userid: &str, dn: Dn<'_>, usage: u16) {
        let (user, number) = (pkid("enduser", userid), dn_key(dn));
        let columns: &[(&str, &dyn ToSql)] =
            &[("fkenduser", &user), ("fknumplan", &number), ("tkdnusage", &usage)];
        self.row("endusernumplanmap", &format!("{userid} {usage}"), columns);
    }

    /// Gives a user a device: 1 controls it, 5 has it as a profile.
    pub fn user_device(&self, userid: &str, device: &str, association: u16, default: bool) {
        let (user, device_key) = (pkid("enduser", userid), pkid("device", device));
        let columns: &[(&str, &dyn ToSql)] = &[
            ("fkenduser", &user),
            ("fkdevice", &device_key),
            ("tkuserassociation", &association),
            ("defaultprofile", &if default { "t" } else { "f" }),
        ];
        self.row("enduserdevicemap", &format!("{userid} {device} {association}"), columns);
    }

    /// Gives an application user a device.
    pub fn application_device(&self, user: &str, device: &str) {
        let user_key = self.named("applicationuser", user);
        let device_key = pkid("device", device);
        let columns: &[(&str, &dyn ToSql)] =
            &[("fkapplicationuser", &user_key), ("fkdevice", &device_key)];
        self.row("applicationuserdevicemap", &format!("{user} {device}"), columns);
    }

    /// A hunt list with its pilot, and its line groups with their numbers, all in order.
    pub fn hunt(
        &self,
        list: &str,
        pilot: Dn<'_>,
        more: &[(&str, &str)],
        groups: &[(&str, &[Dn<'_>])],
    ) {
        let list_key = self.device(list, 7, 90, &[("description", list)]);
        self.number(pilot, 7, more);
        self.line(list, pilot, 1);
        for (order, (group, members)) in groups.iter().enumerate() {
            let group_key = self.named("linegroup", group);
            let columns: &[(&str, &dyn ToSql)] = &[
                ("fkdevice", &list_key),
                ("fklinegroup", &group_key),
                ("selectionorder", &(order as u16 + 1)),
            ];
            self.row("routelist", &format!("{list} {group}"), columns);
            for (at, member) in members.iter().enumerate() {
                self.hunt_member(group, *member, at as u16);
            }
        }
    }

    /// Adds a number to a line group.
    pub fn hunt_member(&self, group: &str, member: Dn<'_>, order: u16) {
        let (group_key, number) = (pkid("linegroup", group), dn_key(member));
        let columns: &[(&str, &dyn ToSql)] =
            &[("fklinegroup", &group_key), ("fknumplan", &number), ("lineselectionorder", &order)];
        self.row("linegroupnumplanmap", &format!("{group} {} in {}", member.0, member.1), columns);
    }

    /// A gateway's chassis with its ports, each a device that is there.
    pub fn gateway(&self, domain: &str, description: &str, ports: &[&str]) -> String {
        let columns: &[(&str, &dyn ToSql)] =
            &[("domainname", &domain), ("description", &description)];
        let gateway = self.row("mgcp", domain, columns);
        for (at, port) in ports.iter().enumerate() {
            let device = pkid("device", port);
            let columns: &[(&str, &dyn ToSql)] = &[
                ("fkmgcp", &gateway),
                ("fkdevice", &device),
                ("slot", &0),
                ("port", &(at as u16)),
            ];
            self.row("mgcpdevicemember", port, columns);
        }
        gateway
    }

    /// A SIP trunk with where it leads.
    pub fn trunk(&self, name: &str, description: &str, destinations: &[(&str, Option<u16>)]) {
        let device = self.device(name, 18, 131, &[("description", description)]);
        let sip = self.row("sipdevice", name, &[("fkdevice", &device)]);
        for (address, port) in destinations {
            let columns: &[(&str, &dyn ToSql)] =
                &[("fksipdevice", &sip), ("address", address), ("port", port)];
            self.row("siptrunkdestination", &format!("{name} {address}"), columns);
        }
    }
}

/// The key of a number.
pub fn dn_key((number, partition): Dn<'_>) -> String {
    pkid("numplan", &format!("{number} in {partition}"))
}
