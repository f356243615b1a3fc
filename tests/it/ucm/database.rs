//! The tables of a cluster's database that are read, as the vendor's data dictionaries have them.

use rusqlite::Connection;

/// The tables and their columns. Every table has a `pkid`, but for the lists of types.
pub const TABLES: [(&str, &str); 27] = [
    (
        "enduser",
        "pkid userid firstname middlename lastname displayname department title manager mailid \
         telephonenumber mobile homephone pager building site directoryuri status tkuserprofile \
         islocaluser fkdirectorypluginconfig uniqueidentifier",
    ),
    ("endusernumplanmap", "pkid fkenduser fknumplan tkdnusage"),
    ("enduserdevicemap", "pkid fkenduser fkdevice tkuserassociation defaultprofile"),
    (
        "device",
        "pkid name description tkclass tkmodel tkproduct fkenduser fkdevicepool fklocation \
         allowhotelingflag fkenduser_mobility",
    ),
    ("devicenumplanmap", "pkid fkdevice fknumplan numplanindex label display e164mask"),
    ("devicenumplanmapendusermap", "pkid fkdevicenumplanmap fkenduser"),
    ("numplan", "pkid dnorpattern fkroutepartition tkpatternusage description alertingname"),
    ("routepartition", "pkid name"),
    ("devicepool", "pkid name"),
    ("location", "pkid name"),
    ("linegroup", "pkid name"),
    ("linegroupnumplanmap", "pkid fklinegroup fknumplan lineselectionorder"),
    ("routelist", "pkid fkdevice fklinegroup selectionorder fkroutegroup"),
    (
        "extensionmobilitydynamic",
        "pkid fkdevice fkdevice_currentloginprofile fkenduser logintime loginduration \
         fkenduser_lastlogin",
    ),
    ("mgcp", "pkid domainname description"),
    ("mgcpdevicemember", "pkid fkmgcp fkdevice slot subunit port"),
    ("sipdevice", "pkid fkdevice"),
    ("siptrunkdestination", "pkid fksipdevice address port"),
    ("voicemessagingpilot", "pkid directorynumber description"),
    ("applicationuser", "pkid name"),
    ("applicationuserdevicemap", "pkid fkapplicationuser fkdevice"),
    ("devicehlogdynamic", "pkid fkdevice hlogstatus"),
    ("processconfig", "pkid paramname paramvalue"),
    ("telecasterservice", "pkid name"),
    ("telecastersubscribedservice", "pkid fkdevice fktelecasterservice"),
    ("typeclass", "enum name"),
    ("typemodel", "enum name"),
];

/// What newer or fuller dictionaries have besides: asked for, it is no mistake that it isn't there.
pub const BESIDES: [&str; 5] =
    ["tkdeviceprotocol", "typedeviceprotocol", "typeproduct", "nickname", "moniker"];

const CLASSES: [(u16, &str); 12] = [
    (1, "Phone"),
    (2, "Gateway"),
    (4, "Conference Bridge"),
    (5, "Media Termination Point"),
    (7, "Route List"),
    (8, "Voice Mail"),
    (10, "CTI Route Point"),
    (12, "Music On Hold"),
    (18, "Trunk"),
    (19, "Annunciator"),
    (20, "Remote Destination Profile"),
    (254, "Device Profile"),
];

const MODELS: [(u16, &str); 15] = [
    (36213, "Cisco 7811"),
    (622, "Cisco 7841"),
    (683, "Cisco 8841"),
    (684, "Cisco 8851"),
    (72, "CTI Port"),
    (73, "CTI Route Point"),
    (80, "Cisco Voice Mail Port"),
    (50, "Conference Bridge"),
    (62, "H.323 Gateway"),
    (90, "Route List"),
    (121, "Cisco MGCP Trunk Port"),
    (131, "SIP Trunk"),
    (134, "Remote Destination Profile"),
    (503, "Cisco Unified Client Services Framework"),
    (30027, "Analog Phone"),
];

/// Whether a table or column of this name is in any dictionary, so that a release may lack it.
pub fn knows(name: &str) -> bool {
    let bare = name.rsplit('.').next().unwrap_or(name);
    BESIDES.contains(&bare)
        || TABLES.iter().any(|(table, columns)| {
            *table == bare || columns.split_whitespace().any(|column| column == bare)
        })
}

/// An empty database with all tables, and the types that releases come with.
pub fn empty() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for (table, columns) in TABLES {
        let columns: Vec<String> = columns
            .split_whitespace()
            .map(|column| match column {
                "pkid" => "pkid TEXT PRIMARY KEY".into(),
                "enum" => "enum INTEGER PRIMARY KEY".into(),
                "status" | "numplanindex" | "selectionorder" | "lineselectionorder" | "slot"
                | "subunit" | "port" | "logintime" | "loginduration" => {
                    format!("{column} INTEGER")
                }
                column if column.starts_with("tk") => format!("{column} INTEGER"),
                column => format!("{column} TEXT"),
            })
            .collect();
        let made = format!("CREATE TABLE {table} ({}) WITHOUT ROWID", columns.join(", "));
        connection.execute(&made, ()).unwrap();
    }
    for (table, types) in [("typeclass", &CLASSES[..]), ("typemodel", &MODELS[..])] {
        for (number, name) in types {
            let statement = format!("INSERT INTO {table} VALUES (?1, ?2)");
            connection.execute(&statement, (number, name)).unwrap();
        }
    }
    connection
}
