//! Releases, certificates, accounts, and what all requests are.

use super::Office;
use crate::ucm::{Release, certificates::Certificates, day, schema};

#[test]
fn every_release_says_the_same_in_a_version_of_axl_that_it_speaks() {
    let office = Office::of(20);
    office.apply();
    for (release, version) in [
        (Release::V9, "9.1"),
        (Release::V11, "11.5"),
        (Release::V12, "12.5"),
        (Release::V14, "12.5"),
        (Release::V15, "12.5"),
    ] {
        office.ucm.is(release);
        office.ucm.forget();
        let plan = office.rollbook(&["plan"]).code(0);
        assert!(plan.stdout.contains("In step"), "{release:?}: {}", plan.stdout);
        let seen = office.ucm.seen();
        let refused = seen.iter().filter(|seen| seen.status == 599).count();
        assert!(refused <= 1, "{release:?}: refused {refused} times");
        assert!(
            seen.iter().filter(|seen| seen.status == 200).all(|seen| seen.version == version),
            "{release:?}"
        );
    }
}

#[test]
fn a_release_that_lacks_tables_and_columns_costs_a_finding_each_and_nobody() {
    let office = Office::of(20);
    office.apply();
    {
        let database = office.ucm.database();
        for statement in [
            "DROP TABLE voicemessagingpilot",
            "DROP TABLE siptrunkdestination",
            "DROP TABLE linegroupnumplanmap",
            "DROP TABLE routelist",
            "DROP TABLE mgcpdevicemember",
            "DROP TABLE applicationuserdevicemap",
            "DROP TABLE typemodel",
            "ALTER TABLE enduser DROP COLUMN building",
            "ALTER TABLE enduser DROP COLUMN directoryuri",
        ] {
            database.execute(statement, ()).unwrap();
        }
    }
    let plan = office.plan();
    let findings: Vec<String> = plan["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["message"].as_str().unwrap().to_owned())
        .collect();
    for lacking in ["voicemessagingpilot", "siptrunkdestination", "directoryuri"] {
        assert!(
            findings.iter().any(|finding| finding.contains(lacking)),
            "{lacking}: {findings:#?}"
        );
    }
    assert_eq!(super::changes(&plan), Vec::<String>::new());
    assert!(findings.iter().any(|finding| finding.contains("stays as it is")), "{findings:#?}");
    // Recorded, it says the same.
    office.rollbook(&["fetch", "--record", "taken"]).code(0);
    office.ucm.when(|_, _| Some(crate::ucm::Trouble::Page(503, "away")));
    let replayed = office.rollbook(&["plan", "--replay", "taken", "--output", "json"]).code(0);
    assert_eq!(super::changes(&replayed.json()), Vec::<String>::new());
}

#[test]
fn without_any_optional_table_nothing_follows_for_what_hangs_on_it() {
    let mut office = Office::of(20);
    office.apply();
    let without = |office: &Office, table: &str| {
        office.ucm.database().execute(&format!("DROP TABLE {table}"), ()).unwrap();
        assert_eq!(super::changes(&office.plan()), Vec::<String>::new(), "{table}");
    };
    for table in ["mgcp", "mgcpdevicemember", "applicationuser"] {
        without(&office, table);
    }
    // What was read is still believed.
    office.change(day::phone_goes);
    assert_eq!(super::changes(&office.plan()), ["disable device CSFADA: "]);
    office.apply();
    without(&office, "devicenumplanmapendusermap");
}

#[test]
fn contact_centre_users_that_are_not_found_leave_its_ports_as_they_are() {
    let office = Office::of(20);
    office.apply();
    let renamed = "UPDATE applicationuser SET name = 'another' WHERE name LIKE 'jtapi%'";
    assert!(office.ucm.database().execute(renamed, ()).unwrap() > 0);
    let plan = office.plan();
    assert_eq!(super::changes(&plan), Vec::<String>::new());
    assert!(plan["findings"].to_string().contains("no application user"), "{plan:#}");
}

#[test]
fn a_table_that_must_be_there_and_is_not_is_an_error() {
    let office = Office::of(5);
    office.apply();
    office.ucm.database().execute("DROP TABLE devicenumplanmap", ()).unwrap();
    let said = office.fails(&["plan"]);
    assert!(said.contains("devicenumplanmap"), "{said}");
}

#[test]
fn the_appliances_own_certificate_takes_a_pin() {
    let mut office = Office::with(5, Certificates::of_the_appliance());
    // As the only root it is refused: it is an authority's, and no server's.
    let said = office.fails(&["plan"]);
    assert!(said.contains("pin"), "{said}");
    office.folder.set("CISCO_UCM_CA", "");
    let said = office.fails(&["plan"]);
    assert!(said.contains("pin"), "{said}");
    assert!(office.ucm.seen().is_empty(), "nothing is sent to a server that isn't known");

    let pin = office.ucm.certificates.pin.clone();
    office.folder.set("CISCO_UCM_PIN", &pin);
    office.apply();
    office.truth.holds(&office.shown());

    let other: String = pin.chars().rev().collect();
    office.folder.set("CISCO_UCM_PIN", &other);
    office.ucm.forget();
    let said = office.fails(&["plan"]);
    assert!(said.contains("pin"), "{said}");
    assert!(office.ucm.seen().is_empty(), "nothing is sent to another server");
}

#[test]
fn a_wrong_password_an_account_without_a_role_and_a_service_that_is_off_are_told_apart() {
    let office = Office::of(5);
    office.ucm.nature(|nature| nature.password = "another".into());
    let said = office.fails(&["plan"]);
    assert!(said.contains("password"), "{said}");
    assert_eq!(
        office.ucm.seen().len(),
        1,
        "a wrong password is tried once, as accounts are locked"
    );

    office.ucm.nature(|nature| {
        nature.password = crate::ucm::nature::PASSWORD.into();
        nature.may = false;
    });
    let said = office.fails(&["plan"]);
    assert!(said.contains("Standard AXL"), "{said}");

    office.ucm.nature(|nature| nature.may = true);
    office.ucm.when(|_, _| Some(crate::ucm::Trouble::Page(404, "/axl/")));
    let said = office.fails(&["plan"]);
    assert!(said.contains("AXL Web Service"), "{said}");
}

#[test]
fn the_doctor_finds_a_healthy_cluster_healthy() {
    let office = Office::of(20);
    let said = office.rollbook(&["doctor"]).code(0).stdout;
    assert!(said.contains("14.0.1.13900(155)"), "{said}");
    office.ucm.nature(|nature| nature.password = "another".into());
    office.rollbook(&["doctor"]).code(1);
}

/// Every request of this process is held against the schema when its stand-in is dropped; this
/// makes sure that there are some, in both ways of reading, and that there is a schema.
#[test]
fn every_request_is_valid_by_the_vendors_own_schema() {
    let office = Office::of(5);
    let example = std::fs::read_to_string(office.folder.file("rollbook.yaml")).unwrap();
    for (release, version) in [(Release::V12, ""), (Release::V14, "14.0"), (Release::V15, "")] {
        office.ucm.is(release);
        for via in ["sql", "objects"] {
            let settings = match version {
                "" => format!("    via: {via}\n    pbx: hq\n"),
                version => format!("    via: {via}\n    version: \"{version}\"\n    pbx: hq\n"),
            };
            let manifest = example.replace("    pbx: hq\n", &settings);
            assert_ne!(manifest, example);
            office.folder.write("rollbook.yaml", manifest);
            office.rollbook(&["plan"]).code(0);
            office.rollbook(&["doctor"]).code(0);
        }
    }
    let invalid = office.ucm.invalid().unwrap_or_else(|why| panic!("{why}"));
    assert!(invalid.is_empty(), "{invalid:#?}");
    for operation in ["getCCMVersion", "executeSQLQuery", "listUser", "getPhone"] {
        let versions = schema::versions_of(operation);
        for version in ["12.5", "14.0"] {
            assert!(versions.contains(version), "{operation} in {version}: {versions:?}");
        }
    }
}
