//! A day of change in the organisation, and what is true of it in the evening.

use rusqlite::{Connection, ToSql};

use super::{
    cluster::{dn_key, pkid},
    organisation::internal,
    truth::{ASSIGNED, Known, Truth},
};

fn run(database: &Connection, statement: &str, values: &[&dyn ToSql]) {
    let count = database.execute(statement, values).unwrap();
    assert!(count > 0, "{statement} does nothing");
}

fn replace(line: Option<&mut String>, from: &str, to: &str) {
    let line = line.expect("an entry");
    assert!(line.contains(from), "{line} has no {from}");
    *line = line.replace(from, to);
}

/// Ada's department is another one.
pub fn department_moves(database: &Connection, truth: &mut Truth) {
    let ada = pkid("enduser", "ada");
    run(database, "UPDATE enduser SET department = 'Revenue' WHERE pkid = ?1", &[&ada]);
    replace(truth.people.get_mut("ada"), "; Sales;", "; Revenue;");
}

/// Carl's only extension is removed.
pub fn extension_removed(database: &Connection, truth: &mut Truth) {
    let (line, number) = (pkid("devicenumplanmap", "SEP00000000CA61 1"), dn_key(internal("4120")));
    run(database, "DELETE FROM devicenumplanmap WHERE pkid = ?1", &[&line]);
    run(database, "DELETE FROM linegroupnumplanmap WHERE fknumplan = ?1", &[&number]);
    run(database, "DELETE FROM numplan WHERE pkid = ?1", &[&number]);
    replace(truth.people.get_mut("carl"), "; active", "; disabled source-disabled");
    replace(truth.devices.get_mut("SEP00000000CA61"), "[\"1: 4120 in Internal\"]", "[]");
    let group = truth.system_devices.get_mut("hunt-group Sales line");
    replace(group, ", \"4120 in Internal\"", "");
}

/// The phone without numbers goes from Ada to Emil.
pub fn phone_changes_hands(database: &Connection, truth: &mut Truth) {
    let (phone, emil) = (pkid("device", "SEP0000000BARE0"), pkid("enduser", "emil"));
    run(database, "UPDATE device SET fkenduser = ?2 WHERE pkid = ?1", &[&phone, &emil]);
    replace(truth.devices.get_mut("SEP0000000BARE0"), "ada by owner", "emil by owner");
}

/// Ada's client is no longer there.
pub fn phone_goes(database: &Connection, truth: &mut Truth) {
    let client = pkid("device", "CSFADA");
    run(database, "DELETE FROM device WHERE pkid = ?1", &[&client]);
    run(database, "DELETE FROM devicenumplanmap WHERE fkdevice = ?1", &[&client]);
    run(database, "DELETE FROM enduserdevicemap WHERE fkdevice = ?1", &[&client]);
    replace(truth.devices.get_mut("CSFADA"), "; active", "; disabled gone");
}

/// The sales line rings one more.
pub fn hunt_member_more(database: &Connection, truth: &mut Truth) {
    run(
        database,
        "INSERT INTO linegroupnumplanmap VALUES (?1, ?2, ?3, 7)",
        &[&pkid("new", "member"), &pkid("linegroup", "LG-Sales-2"), &dn_key(internal("4150"))],
    );
    let group = truth.system_devices.get_mut("hunt-group Sales line");
    replace(group, "\"4001 in Internal\"", "\"4001 in Internal\", \"4150 in Internal\"");
}

/// The provider has another address.
pub fn trunk_leads_elsewhere(database: &Connection, truth: &mut Truth) {
    let change = "UPDATE siptrunkdestination SET address = 'sbc9.example.net' \
                  WHERE address = 'sbc1.example.net'";
    run(database, change, &[]);
    replace(
        truth.channels.get_mut("SBC"),
        "\"sbc1.example.net\", \"sbc2.example.net:5061\"",
        "\"sbc2.example.net:5061\", \"sbc9.example.net\"",
    );
}

/// Agnes leaves; her phone and first number go to Nick, who is new.
pub fn leaver_and_joiner(database: &Connection, truth: &mut Truth) {
    let (agnes, nick) = (pkid("enduser", "agnes"), pkid("enduser", "nick"));
    run(database, "DELETE FROM enduser WHERE pkid = ?1", &[&agnes]);
    run(database, "DELETE FROM endusernumplanmap WHERE fkenduser = ?1", &[&agnes]);
    run(
        database,
        "INSERT INTO enduser (pkid, userid, firstname, status, tkuserprofile) \
         VALUES (?1, 'nick', 'Nick', 1, 1)",
        &[&nick],
    );
    run(
        database,
        "INSERT INTO endusernumplanmap VALUES (?1, ?2, ?3, 1)",
        &[&pkid("new", "number"), &nick, &dn_key(internal("4150"))],
    );
    let phone = pkid("device", "SEP0000000A6E45");
    run(database, "UPDATE device SET fkenduser = ?2 WHERE pkid = ?1", &[&phone, &nick]);
    replace(truth.people.get_mut("agnes"), "; active", "; disabled gone");
    let nick = Known {
        name: "Nick",
        extension: "4150",
        by: ASSIGNED,
        also: &["4159"],
        ..Known::default()
    };
    truth.person("nick", &nick);
    replace(truth.devices.get_mut("SEP0000000A6E45"), "agnes by owner", "nick by owner");
}

/// All of it.
pub fn everything(database: &Connection, truth: &mut Truth) {
    department_moves(database, truth);
    extension_removed(database, truth);
    phone_changes_hands(database, truth);
    phone_goes(database, truth);
    hunt_member_more(database, truth);
    trunk_leads_elsewhere(database, truth);
    leaver_and_joiner(database, truth);
}
