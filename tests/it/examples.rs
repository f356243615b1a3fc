//! Does it settle: every example is planned, applied, and then in step; twice gives equal bytes.

use super::{rollbook::Folder, servers};

/// Plans, applies, plans again; gives how many people were added.
#[track_caller]
fn settles(folder: &Folder) -> u64 {
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
    let server = servers::openldap();
    for (name, value) in [
        ("LDAP_URL", &server.ldaps_url),
        ("LDAP_USER", &server.bind_dn),
        ("LDAP_PASSWORD", &server.bind_password),
        ("LDAP_CA", &server.ca),
    ] {
        folder.set(name, value.as_str());
    }
    assert!(settles(&folder) > 2_500);
}

#[test]
fn active_directory() {
    let folder = with_active_directory("active-directory");
    assert!(settles(&folder) > 2_500);
}

#[test]
fn head_office() {
    let folder = with_active_directory("head-office");
    assert!(settles(&folder) > 2_500);
    let shown = folder.rollbook(["show", "warehouse:042", "--output", "json"]).code(0).json();
    assert_eq!(shown["name"], "Iris Papadopoulou");
}

fn with_active_directory(example: &str) -> Folder {
    let mut folder = Folder::example(example);
    let server = servers::samba_ad();
    for (name, value) in [
        ("ACTIVE_DIRECTORY_URL", &server.ldaps_url),
        ("ACTIVE_DIRECTORY_USER", &server.bind_dn),
        ("ACTIVE_DIRECTORY_PASSWORD", &server.bind_password),
        ("ACTIVE_DIRECTORY_CA", &server.ca),
    ] {
        folder.set(name, value.as_str());
    }
    folder
}
