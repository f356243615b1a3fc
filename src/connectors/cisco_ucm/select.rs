//! What is asked of the cluster's database: plain SELECTs over tables and columns that have kept
//! name and meaning from release 8.6 to 15.
//!
//! Each row of an answer has a key of its own, by which the table is paged. A map is joined to what
//! it maps only to leave out kinds that are not read, so that a key that leads nowhere means that
//! the cluster changed between two requests.

/// One table, or one map with what it maps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    /// The table's name in the database, for messages.
    pub(super) name: &'static str,
    /// What its rows are, for people.
    pub(super) about: &'static str,
    /// The paged column, unique in the answer.
    pub(super) key: &'static str,
    /// Expressions and what they are called in the answer; the first is the key.
    pub(super) columns: &'static [(&'static str, &'static str)],
    /// Columns that some releases lack.
    pub(super) optional: &'static [(&'static str, &'static str)],
    pub(super) from: &'static str,
    /// What stands in its place where none of the optional columns are there, because they are
    /// those of another table, which this release lacks.
    pub(super) alone: Option<Alone>,
    /// Empty where all rows are wanted.
    pub(super) filter: &'static str,
    /// What the directory then lacks, where a release may lack the table; otherwise nothing can be
    /// read without it.
    pub(super) without: Option<&'static str>,
}

/// A table without another one that is joined to it for its optional columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alone {
    pub(super) from: &'static str,
    /// The other table.
    pub(super) other: &'static str,
    /// What the directory then lacks.
    pub(super) without: &'static str,
}

/// A table that must be there, of which all rows and columns are wanted.
const PLAIN: Table = Table {
    name: "",
    about: "",
    key: "",
    columns: &[],
    optional: &[],
    from: "",
    alone: None,
    filter: "",
    without: None,
};

/// `typeclass`: phones, gateways, conference bridges, route and hunt lists, voicemail ports, CTI
/// route points, trunks, device profiles.
macro_rules! classes {
    () => {
        "d.tkclass IN (1, 2, 4, 7, 8, 10, 18, 254)"
    };
}

/// `typepatternusage`: device numbers, hunt pilots, voicemail ports, intercoms.
macro_rules! usages {
    () => {
        "n.tkpatternusage IN (2, 7, 8, 13)"
    };
}

macro_rules! devices {
    () => {
        "device d LEFT JOIN enduser e ON e.pkid = d.fkenduser AND e.tkuserprofile = 1 \
         LEFT JOIN location l ON l.pkid = d.fklocation \
         LEFT JOIN devicepool p ON p.pkid = d.fkdevicepool"
    };
}

pub(super) const USERS: Table = Table {
    name: "enduser",
    about: "users",
    key: "e.pkid",
    columns: &[
        ("e.pkid", "pkid"),
        ("e.userid", "userid"),
        ("e.firstname", "firstname"),
        ("e.middlename", "middlename"),
        ("e.lastname", "lastname"),
        ("e.title", "title"),
        ("e.department", "department"),
        ("e.manager", "manager"),
        ("e.mailid", "mailid"),
        ("e.telephonenumber", "telephonenumber"),
        ("e.mobile", "mobile"),
        ("e.status", "status"),
    ],
    optional: &[
        ("e.displayname", "displayname"),
        ("e.homephone", "homephone"),
        ("e.pager", "pager"),
        ("e.building", "building"),
        ("e.site", "site"),
        ("e.directoryuri", "directoryuri"),
        ("e.islocaluser", "islocaluser"),
        ("e.fkdirectorypluginconfig", "fkdirectorypluginconfig"),
        ("e.uniqueidentifier", "uniqueidentifier"),
    ],
    from: "enduser e",
    // The others are hidden templates.
    filter: "e.tkuserprofile = 1",
    ..PLAIN
};

pub(super) const DEVICES: Table = Table {
    name: "device",
    about: "devices",
    key: "d.pkid",
    columns: &[
        ("d.pkid", "pkid"),
        ("d.name", "name"),
        ("d.description", "description"),
        ("d.tkclass", "tkclass"),
        ("d.tkmodel", "tkmodel"),
        ("e.pkid", "fkenduser"),
        ("l.name", "location"),
        ("p.name", "devicepool"),
    ],
    optional: &[("t.name", "model")],
    from: concat!(devices!(), " LEFT JOIN typemodel t ON t.enum = d.tkmodel"),
    alone: Some(Alone { from: devices!(), other: "typemodel", without: "devices have no model" }),
    filter: classes!(),
    ..PLAIN
};

pub(super) const NUMBERS: Table = Table {
    name: "numplan",
    about: "numbers",
    key: "n.pkid",
    columns: &[
        ("n.pkid", "pkid"),
        ("n.dnorpattern", "dnorpattern"),
        ("n.tkpatternusage", "tkpatternusage"),
        ("n.description", "description"),
        ("n.alertingname", "alertingname"),
        ("r.name", "partition"),
    ],
    from: "numplan n LEFT JOIN routepartition r ON r.pkid = n.fkroutepartition",
    filter: usages!(),
    ..PLAIN
};

pub(super) const LINES: Table = Table {
    name: "devicenumplanmap",
    about: "lines",
    key: "m.pkid",
    columns: &[
        ("m.pkid", "pkid"),
        ("m.fkdevice", "fkdevice"),
        ("m.fknumplan", "fknumplan"),
        ("m.numplanindex", "numplanindex"),
    ],
    from: "devicenumplanmap m JOIN device d ON d.pkid = m.fkdevice \
           JOIN numplan n ON n.pkid = m.fknumplan",
    filter: concat!(classes!(), " AND ", usages!()),
    ..PLAIN
};

pub(super) const USER_NUMBERS: Table = Table {
    name: "endusernumplanmap",
    about: "primary and contact-centre extensions",
    key: "m.pkid",
    columns: &[
        ("m.pkid", "pkid"),
        ("m.fkenduser", "fkenduser"),
        ("m.fknumplan", "fknumplan"),
        ("m.tkdnusage", "tkdnusage"),
    ],
    from: "endusernumplanmap m JOIN enduser e ON e.pkid = m.fkenduser",
    filter: "e.tkuserprofile = 1",
    ..PLAIN
};

pub(super) const USER_DEVICES: Table = Table {
    name: "enduserdevicemap",
    about: "controlled devices and device profiles of users",
    key: "m.pkid",
    columns: &[
        ("m.pkid", "pkid"),
        ("m.fkenduser", "fkenduser"),
        ("m.fkdevice", "fkdevice"),
        ("m.tkuserassociation", "tkuserassociation"),
        ("m.defaultprofile", "defaultprofile"),
    ],
    from: "enduserdevicemap m JOIN device d ON d.pkid = m.fkdevice \
           JOIN enduser e ON e.pkid = m.fkenduser",
    filter: concat!("m.tkuserassociation IN (1, 5) AND e.tkuserprofile = 1 AND ", classes!()),
    ..PLAIN
};

pub(super) const LINE_USERS: Table = Table {
    name: "devicenumplanmapendusermap",
    about: "users who are named at a line",
    key: "m.pkid",
    columns: &[
        ("m.pkid", "pkid"),
        ("m.fkdevicenumplanmap", "fkdevicenumplanmap"),
        ("m.fkenduser", "fkenduser"),
    ],
    from: "devicenumplanmapendusermap m \
           JOIN devicenumplanmap l ON l.pkid = m.fkdevicenumplanmap \
           JOIN device d ON d.pkid = l.fkdevice JOIN numplan n ON n.pkid = l.fknumplan \
           JOIN enduser e ON e.pkid = m.fkenduser",
    filter: concat!("e.tkuserprofile = 1 AND ", classes!(), " AND ", usages!()),
    without: Some(
        "phones without an owner are nobody's where only their first line names a user, and who \
         is in the directory stays there as they are",
    ),
    ..PLAIN
};

pub(super) const HUNT_LISTS: Table = Table {
    name: "routelist",
    about: "line groups of hunt lists",
    key: "r.pkid",
    columns: &[
        ("r.pkid", "pkid"),
        ("r.fkdevice", "fkdevice"),
        ("r.fklinegroup", "fklinegroup"),
        ("r.selectionorder", "selectionorder"),
    ],
    from: "routelist r",
    // A route list's rows name a route group instead.
    filter: "r.fklinegroup IS NOT NULL",
    without: Some("hunt groups have no members"),
    ..PLAIN
};

pub(super) const LINE_GROUPS: Table = Table {
    name: "linegroupnumplanmap",
    about: "numbers of line groups",
    key: "m.pkid",
    columns: &[
        ("m.pkid", "pkid"),
        ("m.fklinegroup", "fklinegroup"),
        ("m.fknumplan", "fknumplan"),
        ("m.lineselectionorder", "lineselectionorder"),
    ],
    from: "linegroupnumplanmap m",
    without: Some("hunt groups have no members"),
    ..PLAIN
};

pub(super) const APPLICATION_USERS: Table = Table {
    name: "applicationuser",
    about: "application users",
    key: "a.pkid",
    columns: &[("a.pkid", "pkid"), ("a.name", "name")],
    from: "applicationuser a",
    without: Some("the ports and triggers of the contact centre are not there"),
    ..PLAIN
};

/// Asked with the application users that count.
pub(super) const APPLICATION_DEVICES: Table = Table {
    name: "applicationuserdevicemap",
    about: "devices of the contact centre",
    key: "m.pkid",
    columns: &[
        ("m.pkid", "pkid"),
        ("m.fkapplicationuser", "fkapplicationuser"),
        ("m.fkdevice", "fkdevice"),
    ],
    from: "applicationuserdevicemap m JOIN device d ON d.pkid = m.fkdevice",
    filter: classes!(),
    without: Some("the ports and triggers of the contact centre are not there"),
    ..PLAIN
};

pub(super) const GATEWAYS: Table = Table {
    name: "mgcp",
    about: "gateways",
    key: "g.pkid",
    columns: &[
        ("g.pkid", "pkid"),
        ("g.domainname", "domainname"),
        ("g.description", "description"),
    ],
    from: "mgcp g",
    without: Some("MGCP and SCCP gateways are not there"),
    ..PLAIN
};

pub(super) const GATEWAY_PORTS: Table = Table {
    name: "mgcpdevicemember",
    about: "ports of gateways",
    key: "m.pkid",
    columns: &[("m.pkid", "pkid"), ("m.fkmgcp", "fkmgcp"), ("m.fkdevice", "fkdevice")],
    from: "mgcpdevicemember m JOIN device d ON d.pkid = m.fkdevice",
    filter: classes!(),
    without: Some("gateways have no endpoints"),
    ..PLAIN
};

pub(super) const TRUNK_DESTINATIONS: Table = Table {
    name: "siptrunkdestination",
    about: "destinations of SIP trunks",
    key: "t.pkid",
    columns: &[
        ("t.pkid", "pkid"),
        ("s.fkdevice", "fkdevice"),
        ("t.address", "address"),
        ("t.port", "port"),
    ],
    from: "siptrunkdestination t JOIN sipdevice s ON s.pkid = t.fksipdevice",
    without: Some("SIP trunks have no address"),
    ..PLAIN
};

pub(super) const VOICEMAIL_PILOTS: Table = Table {
    name: "voicemessagingpilot",
    about: "voicemail pilots",
    key: "v.pkid",
    columns: &[
        ("v.pkid", "pkid"),
        ("v.directorynumber", "directorynumber"),
        ("v.description", "description"),
    ],
    from: "voicemessagingpilot v",
    without: Some("the voicemail's own numbers are not there"),
    ..PLAIN
};

/// All of them, in the order in which they are read: maps after what they map.
pub(super) const ALL: [Table; 15] = [
    USERS,
    DEVICES,
    NUMBERS,
    USER_NUMBERS,
    USER_DEVICES,
    LINES,
    LINE_USERS,
    HUNT_LISTS,
    LINE_GROUPS,
    APPLICATION_USERS,
    APPLICATION_DEVICES,
    GATEWAYS,
    GATEWAY_PORTS,
    TRUNK_DESTINATIONS,
    VOICEMAIL_PILOTS,
];

/// Those of which a directory is made: empty, they are a system that is being set up or torn down.
pub(super) const NEVER_EMPTY: [Table; 4] = [USERS, DEVICES, NUMBERS, LINES];

/// Those whose rows are counted before they are read.
pub(super) const COUNTED: [Table; 6] = [USERS, DEVICES, NUMBERS, USER_NUMBERS, USER_DEVICES, LINES];

/// A text as SQL has it: between quotes, each quote in it doubled.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_select_begins_with_its_key_and_names_each_column_once() {
        for table in ALL {
            assert_eq!(table.columns[0].0, table.key, "{}", table.name);
            assert!(table.from.starts_with(&format!("{} ", table.name)), "{}", table.name);
            let mut names: Vec<&str> =
                table.columns.iter().chain(table.optional).map(|(_, name)| *name).collect();
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{}", table.name);
        }
    }

    #[test]
    fn a_quote_stays_inside_its_text() {
        assert_eq!(quoted("O'Neill' OR 1=1"), "'O''Neill'' OR 1=1'");
    }
}
