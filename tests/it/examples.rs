//! Does it settle: every example is planned, applied, and then in step; twice gives equal bytes.

use super::{
    rollbook::Folder,
    servers,
    ucm::{
        Organisation, Ucm,
        nature::{PASSWORD, USER},
    },
};

/// Plans, applies, plans again; gives how many people were added.
#[track_caller]
pub fn settles(folder: &Folder) -> u64 {
    let first = folder.rollbook(["plan", "--output", "json", "--detailed-exitcode"]).code(2).json();
    let again = folder.plan();
    assert_eq!(first["digest"], again["digest"], "equal input gives equal plans");
    assert_eq!(first["changes"], again["changes"]);
    assert!(!folder.file("directory.git").exists(), "a plan writes nothing");

    folder.rollbook(["apply", "--yes"]).code(0);
    let settled = folder.rollbook(["plan", "--detailed-exitcode"]).code(0);
    assert!(settled.stdout.contains("In step"), "{}", settled.stdout);
    let head = folder.git(&["rev-parse", "main"]).code(0).stdout;
    folder.rollbook(["apply", "--yes"]).code(0);
    assert_eq!(folder.git(&["rev-parse", "main"]).stdout, head, "nothing changed, no commit");
    folder.git(&["fsck", "--full", "--strict"]).code(0);

    let shown = folder.rollbook(["show", "--output", "json"]).code(0).json();
    let added = first["summary"]["add"].as_u64().expect("a count");
    assert_eq!(shown["people"].as_array().map(Vec::len), Some(added as usize));
    added
}

#[test]
fn csv() {
    assert_eq!(settles(&Folder::example("csv")), 11);
}

#[test]
fn json() {
    assert_eq!(settles(&Folder::example("json")), 11);
}

#[test]
fn the_examples_of_may_and_june_differ_as_the_tour_says() {
    let mut folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.set("CSV_PATH", "people-june.csv");
    let summary = folder.plan()["summary"].clone();
    let count = |what: &str| summary[what].as_u64().expect("a count");
    assert_eq!(
        (count("add"), count("update"), count("move"), count("disable"), count("unchanged")),
        (1, 4, 1, 1, 5),
        "{summary:#}"
    );
}

#[test]
fn ldap() {
    let mut folder = Folder::example("ldap");
    let server = servers::openldap_of_ones_own();
    folder.reads_from(&server);
    assert!(settles(&folder) > 2_500);
}

#[test]
fn cisco_ucm() {
    let mut folder = Folder::example("cisco-ucm");
    let ucm = Ucm::start(Organisation::of(300).cluster.0);
    folder.set("CISCO_UCM_URL", ucm.url());
    folder.set("CISCO_UCM_USER", USER);
    folder.set("CISCO_UCM_PASSWORD", PASSWORD);
    folder.set("CISCO_UCM_PIN", &ucm.certificates.pin);
    assert!(settles(&folder) > 300);
    let shown = folder.rollbook(["show", "--output", "json"]).code(0).json();
    for kind in ["devices", "system_devices", "channels"] {
        assert!(shown[kind].as_array().is_some_and(|all| !all.is_empty()), "{kind}");
    }
}
