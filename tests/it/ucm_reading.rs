//! How a cluster is read: what it lacks, what changes under way, and what `doctor` says.

use std::{fs, path::Path};

use rollbook::{
    directory::Text,
    finding::Code,
    source::{Attribute, Check, Context, Coverage, FetchError, Listing, Outcome, Silent},
};

use super::{
    connectors::{examine, is_complete, opened},
    ucm::{
        Cluster, Ucm,
        certificates::Certificates,
        cluster::pkid,
        nature::{PASSWORD, USER},
        organisation::{CONTACT_CENTRE, Organisation},
    },
};

/// Settings for a cluster, with this as `tls:`.
fn settings(ucm: &Ucm, tls: &str) -> String {
    format!(
        "url: {}\nlogin: {{ user: {USER:?}, password: {PASSWORD:?} }}\ntls: {tls}\n\
         contact_centre: [ {CONTACT_CENTRE:?} ]\n",
        ucm.url()
    )
}

fn fetch_of(ucm: &Ucm, known: &[Text]) -> Result<Listing, FetchError> {
    let folder = tempfile::tempdir().unwrap();
    let tls = format!("{{ pin: {} }}", ucm.certificates.pin);
    let source = opened("cisco-ucm", &settings(ucm, &tls));
    let cx = Context {
        name: "phones",
        pbx: "hq",
        root: folder.path(),
        now: jiff::Timestamp::UNIX_EPOCH,
        attributes: &[],
        known,
        progress: &Silent,
    };
    source.fetch(&cx)
}

fn fetch(ucm: &Ucm) -> Listing {
    fetch_of(ucm, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn doctor(ucm: &Ucm, tls: &str, root: &Path) -> Vec<Check> {
    examine(&*opened("cisco-ucm", &settings(ucm, tls)), root)
}

fn organisation(people: usize) -> Ucm {
    Ucm::start(Organisation::of(people).cluster.0)
}

fn because(listing: &Listing) -> &str {
    match &listing.coverage {
        Coverage::Partial { because } => because,
        Coverage::Complete { proof } => panic!("complete: {proof}"),
    }
}

fn codes(listing: &Listing, code: Code) -> Vec<&str> {
    let all = listing.findings.iter().filter(|finding| finding.code == code);
    all.map(|finding| finding.message.as_str()).collect()
}

#[test]
fn a_quiet_cluster_is_read_once_to_the_end() {
    let ucm = organisation(100);
    let listing = fetch(&ucm);
    let Coverage::Complete { proof } = &listing.coverage else { panic!("{}", because(&listing)) };
    assert!(proof.starts_with("every table was read to its end: "), "{proof}");
    let told = codes(&listing, Code::DanglingReference);
    assert!(proof.ends_with("and every key leads somewhere"), "{proof}: {told:?}");
    assert!(listing.records.len() >= 100);
    assert!(!listing.inventory.devices.is_empty());
    assert!(!listing.inventory.system_devices.is_empty());
    assert!(!listing.inventory.channels.is_empty());
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(codes(&listing, Code::NotInRelease), [""; 0]);
    let requests = ucm.seen().len();
    assert!(requests <= 30, "{requests} requests");
    assert!(ucm.statements().iter().all(|statement| statement.starts_with("SELECT ")));
}

#[test]
fn what_a_release_lacks_costs_a_finding_each_and_not_the_run() {
    for table in [
        "typemodel",
        "siptrunkdestination",
        "voicemessagingpilot",
        "mgcp",
        "mgcpdevicemember",
        "devicenumplanmapendusermap",
        "routelist",
        "linegroupnumplanmap",
        "applicationuserdevicemap",
    ] {
        let ucm = organisation(2);
        ucm.database().execute_batch(&format!("DROP TABLE {table}")).unwrap();
        let listing = fetch(&ucm);
        assert!(is_complete(&listing), "{table}: {:?}", listing.coverage);
        let told = codes(&listing, Code::NotInRelease);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(&format!("`{table}`")), "{told:?}");
    }
}

#[test]
fn columns_that_a_release_lacks_are_left_out() {
    let lacking = ["displayname", "site", "uniqueidentifier"];
    let ucm = organisation(2);
    for column in lacking {
        let sql = format!("ALTER TABLE enduser DROP COLUMN {column}");
        ucm.database().execute_batch(&sql).unwrap();
    }
    let listing = fetch(&ucm);
    assert!(is_complete(&listing));
    let told = codes(&listing, Code::NotInRelease);
    assert_eq!(told.len(), lacking.len(), "{told:?}");
    for (column, told) in lacking.iter().zip(told) {
        assert!(told.contains(&format!("`enduser.{column}`")), "{told}");
    }
    let name = listing.column("full_name").unwrap();
    let nameless = listing.records.iter().filter(|r| r.values[name] == Attribute::Absent);
    assert_eq!(nameless.count(), 0);
}

#[test]
fn what_nothing_can_be_read_without_is_an_error() {
    for change in [
        "DROP TABLE devicenumplanmap",
        "DROP TABLE endusernumplanmap",
        "ALTER TABLE enduser DROP COLUMN department",
    ] {
        let ucm = organisation(2);
        ucm.database().execute_batch(change).unwrap();
        let error = fetch_of(&ucm, &[]).unwrap_err();
        assert!(error.to_string().contains("without which there is no directory"), "{error}");
    }
}

#[test]
fn a_system_that_is_emptied_tells_nothing_and_says_which_table() {
    for table in ["enduser", "device", "numplan", "devicenumplanmap"] {
        let ucm = organisation(2);
        ucm.database().execute_batch(&format!("DELETE FROM {table}")).unwrap();
        let listing = fetch(&ucm);
        assert!(because(&listing).contains(&format!("`{table}`")), "{}", because(&listing));
        assert!(listing.records.is_empty() && listing.inventory.is_empty());
    }
}

#[test]
fn a_system_that_changes_much_under_way_is_read_again_and_then_believed() {
    let ucm = organisation(200);
    let mut done = false;
    ucm.when(move |asked, database| {
        // The users were counted and read; now half of the lines go.
        if !done && asked.reads("device") && !asked.sql.contains("COUNT") {
            let half = "DELETE FROM devicenumplanmap WHERE pkid < '8'";
            database.execute_batch(half).unwrap();
            done = true;
        }
        None
    });
    let listing = fetch(&ucm);
    let Coverage::Complete { proof } = &listing.coverage else { panic!("{}", because(&listing)) };
    assert!(proof.ends_with("when read a second time"), "{proof}");
}

#[test]
fn a_system_that_keeps_changing_tells_nothing() {
    let ucm = organisation(400);
    let mut gone = 0;
    ucm.when(move |asked, database| {
        if asked.reads("device") && !asked.sql.contains("COUNT") {
            gone += 1;
            let some = format!("DELETE FROM devicenumplanmap WHERE pkid < '{}'", gone * 3);
            database.execute_batch(&some).unwrap();
        }
        None
    });
    let listing = fetch(&ucm);
    assert!(because(&listing).contains("kept changing"), "{}", because(&listing));
    assert!(because(&listing).contains("`devicenumplanmap` had "), "{}", because(&listing));
    assert!(listing.records.is_empty() && listing.inventory.is_empty());
}

#[test]
fn a_line_that_goes_under_way_does_not_disable_whoever_had_it() {
    let cluster = Cluster::default();
    for (userid, number, phone) in
        [("ada", "4021", "SEP001122334455"), ("grace", "4022", "SEP001122334466")]
    {
        cluster.user(userid, &[("firstname", userid)]);
        cluster.number((number, "Internal"), 2, &[]);
        cluster.device(phone, 1, 683, &[("owner", userid)]);
        cluster.line(phone, (number, "Internal"), 1);
    }
    let ucm = Ucm::start(cluster.0);
    ucm.when(|asked, database| {
        if asked.reads("device") && !asked.sql.contains("COUNT") {
            let line = pkid("devicenumplanmap", "SEP001122334455 1");
            let sql = "DELETE FROM devicenumplanmap WHERE pkid = ?1";
            database.execute(sql, [line]).unwrap();
        }
        None
    });
    let mut known = [Text::from(pkid("enduser", "ada")), Text::from(pkid("enduser", "grace"))];
    known.sort();
    let listing = fetch_of(&ucm, &known).unwrap();
    assert!(is_complete(&listing));
    assert_eq!(codes(&listing, Code::DanglingReference).len(), 1);
    let flawed = |userid: &str| {
        let key = pkid("enduser", userid);
        let record = listing.records.iter().find(|record| record.key == key.as_str()).unwrap();
        record.flaw.is_some()
    };
    assert!(flawed("ada") && !flawed("grace"));
    // The next run sees that the line is gone.
    ucm.heals();
    assert!(fetch_of(&ucm, &known).unwrap().records.iter().all(|record| record.flaw.is_none()));
}

#[test]
fn a_fault_in_the_middle_is_an_error_with_a_way_out() {
    use super::ucm::Trouble;
    let ucm = organisation(2);
    ucm.when(|asked, _| {
        asked.reads("devicenumplanmap").then_some(Trouble::Fault(5002, "Internal error"))
    });
    let error = fetch_of(&ucm, &[]).unwrap_err();
    assert!(error.help().starts_with(|first: char| first.is_ascii_lowercase()), "{error}");
}

#[test]
fn a_name_that_no_application_user_has_is_told() {
    let ucm = organisation(2);
    let tls = format!("{{ pin: {} }}", ucm.certificates.pin);
    let settings = settings(&ucm, &tls).replace(CONTACT_CENTRE, "rmjtapy");
    let source = opened("cisco-ucm", &settings);
    let listing = super::connectors::fetch(&*source, Path::new(".")).unwrap();
    let stay =
        "the ports and triggers of the contact centre that the directory has stay as they are";
    assert_eq!(
        codes(&listing, Code::NotAtSource),
        [format!("`staff` has no application user `rmjtapy`; {stay}")]
    );
    let checks = examine(&*source, Path::new("."));
    let last = checks.last().unwrap();
    let Outcome::Doubtful(said, help) = &last.outcome else { panic!("{last:?}") };
    assert!(said.contains("`rmjtapy`") && help.contains(CONTACT_CENTRE), "{last:?}");
}

#[test]
fn doctor_has_nothing_to_say_against_a_cluster_and_prints_its_pin() {
    let ucm = organisation(2);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca.pem"), &ucm.certificates.ca).unwrap();
    let checks = doctor(&ucm, "{ ca: ca.pem }", folder.path());
    assert!(checks.len() >= 15, "{checks:#?}");
    for check in &checks {
        assert!(matches!(check.outcome, Outcome::Passed(_)), "{check:?}");
    }
    let printed = |check: &Check| match &check.outcome {
        Outcome::Passed(seen) => seen.contains(&ucm.certificates.pin),
        _ => false,
    };
    assert!(checks.iter().any(printed), "{checks:#?}");
}

#[test]
fn doctor_prints_the_pin_of_a_certificate_that_is_refused() {
    let ucm = Ucm::with(Organisation::of(1).cluster.0, Certificates::of_the_appliance());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca.pem"), &ucm.certificates.ca).unwrap();
    let checks = doctor(&ucm, "{ ca: ca.pem }", folder.path());
    let told = format!("{checks:?}");
    assert!(told.contains(&ucm.certificates.pin), "{told}");
    assert!(matches!(checks.last().unwrap().outcome, Outcome::Failed(..)), "{told}");
    let pinned = doctor(&ucm, &format!("{{ pin: {} }}", ucm.certificates.pin), folder.path());
    assert!(pinned.iter().all(|check| matches!(check.outcome, Outcome::Passed(_))), "{pinned:?}");
    assert_eq!(ucm.wrongs(), [""; 0]);
}

/// The answer that stands in the fixtures for this statement: of the table that is read, or how
/// many rows it has.
fn recorded(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let from = words.iter().position(|word| *word == "FROM").expect("a table");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cisco-ucm/answers");
    let answer = |table: &str| fs::read_to_string(folder.join(format!("{table}.xml")));
    let nothing = answer("nothing").unwrap();
    let rows = answer(words[from + 1]).unwrap_or_else(|_| nothing.clone());
    match sql.starts_with("SELECT COUNT") {
        false => rows,
        true => {
            let count = rows.matches("<row>").count();
            let row = format!("<return><row><total>{count}</total></row></return>");
            nothing.replace("<return/>", &row)
        }
    }
}

#[test]
fn recorded_answers_become_the_listing() {
    let ucm = Ucm::start(Cluster::default().0);
    ucm.when(|asked, _| {
        (!asked.sql.is_empty()).then(|| super::ucm::Trouble::Raw(recorded(asked.sql)))
    });
    let listing = fetch(&ucm);
    assert!(is_complete(&listing), "{:?}", listing.coverage);
    assert_eq!(listing.findings, []);
    let value = |nth: usize, name: &str| match &listing.records[nth].values
        [listing.column(name).unwrap()]
    {
        Attribute::Absent => String::new(),
        Attribute::One(text) => text.to_string(),
        Attribute::Many(texts) => texts.join(", "),
    };
    let people: Vec<[String; 5]> = (0..listing.records.len())
        .map(|nth| {
            ["full_name", "primary_extension", "primary_extension_by", "intercoms", "location"]
                .map(|name| value(nth, name))
        })
        .collect();
    assert_eq!(
        people,
        [
            [
                "Amélie Laurent",
                "+442079460121",
                "primary extension of the end user",
                "5990",
                "London"
            ],
            ["Grace O'Neill", "5021", "first line of SEP001122334466", "", "Leeds"],
            ["Sukarno", "5022", "first line of device profile UDP-sukarno", "", ""],
            ["Ines Left", "", "", "", ""],
        ]
    );
    assert_eq!(value(1, "department"), "Research & Development");
    let inventory = &listing.inventory;
    let devices: Vec<&str> = inventory.devices.iter().map(|device| device.name.as_str()).collect();
    assert_eq!(devices, ["SEP001122334455", "SEP001122334466", "UDP-sukarno"]);
    assert_eq!(inventory.devices[0].description.as_deref(), Some("Amélie"));
    assert!(inventory.devices.iter().all(|device| device.owner.is_some()));
    let system: Vec<String> = inventory
        .system_devices
        .iter()
        .map(|device| format!("{} {}", device.kind.as_str(), device.name))
        .collect();
    assert_eq!(
        system,
        [
            "voicemail-port CiscoUM1-VI1",
            "contact-centre-port CTIP_1",
            "hunt-group Support line",
            "voicemail-pilot Default"
        ]
    );
    let hunted: Vec<String> =
        inventory.system_devices[2].members.iter().map(ToString::to_string).collect();
    assert_eq!(hunted, ["5021 in Internal", "5022 in Internal"]);
    let channels: Vec<&str> = inventory.channels.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(channels, ["SBC", "gw1.example.com"]);
    assert_eq!(inventory.channels[0].address, ["sbc1.example.com:5061"]);
    assert_eq!(inventory.channels[1].endpoints, ["S0/SU0/DS1-0@gw1.example.com"]);
}
