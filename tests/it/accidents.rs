//! What happens to directories some day, done to a real OpenLDAP: nobody may be lost by it.
//!
//! A run after each accident applies with `--yes`, as a pipeline does, and the directory has the
//! same people in it afterwards.

use serde_json::Value;

use super::{
    rollbook::{Ended, Folder},
    servers::{Server, openldap_with},
};

/// Enough that a share of them is more than a handful.
const PEOPLE: usize = 600;

const MANIFEST: &str = r#"version: 1
sources:
  staff:
    kind: ldap
    url: { env: LDAP_URL }
    bind: { user: { env: LDAP_USER }, password: { env: LDAP_PASSWORD } }
    tls: { ca: { env: LDAP_CA } }
    base: ou=People,dc=example,dc=test
    filter: "(objectClass=inetOrgPerson)"
    attributes: [ ipPhone, loginDisabled ]
    fields:
      extension: ipPhone
      status: "'disabled' if loginDisabled == 'TRUE' else 'active'"
groups:
  - path: "/{{ site | default('No site') }}/{{ department | default('No department') }}"
"#;

/// Everything that the account may read, as the server starts with.
const RIGHTS: [&str; 2] = [
    "to attrs=userPassword by anonymous auth by * none",
    r#"to * by dn.subtree="ou=Service,dc=example,dc=test" read by * none"#,
];

/// Gives the accounts these rights on the running server, and below them all that they had.
fn rights(server: &Server, first: &[&str]) {
    let rules = first.iter().chain(&RIGHTS).enumerate();
    let lines: String = rules.map(|(at, rule)| format!("olcAccess: {{{at}}}{rule}\n")).collect();
    server.change(&format!(
        "dn: olcDatabase={{1}}mdb,cn=config\nchangetype: modify\nreplace: olcAccess\n{lines}"
    ));
}

/// A directory with everybody of the server in it.
fn filled(server: &Server) -> Folder {
    let mut folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.reads_from(server);
    folder.rollbook(["apply", "--yes"]).code(0);
    folder
}

fn people(folder: &Folder) -> Value {
    let shown = folder.rollbook(["show", "--output", "json"]).code(0).json();
    let people = shown["people"].clone();
    assert!(people.as_array().expect("people").len() > PEOPLE / 2);
    people
}

/// Applies after an accident; everybody is as they were. Gives how it ended.
#[track_caller]
fn nobody_is_lost(folder: &Folder, code: i32) -> Ended {
    let before = people(folder);
    let ended = folder.rollbook(["apply", "--yes"]).code(code);
    assert!(people(folder) == before, "{}\n{}", ended.stdout, ended.stderr);
    ended
}

/// What the next plan says of the one source.
fn plan(folder: &Folder) -> Value {
    folder.rollbook(["plan", "--output", "json"]).json()
}

#[test]
fn a_filter_that_matches_nobody_or_one_person_disables_nobody() {
    let server = openldap_with(PEOPLE);
    let folder = filled(&server);
    let with_filter = |filter: &str| {
        folder.write("rollbook.yaml", MANIFEST.replace("(objectClass=inetOrgPerson)", filter));
    };
    with_filter("(title=Nobody has this)");
    nobody_is_lost(&folder, 0);
    let nobody = plan(&folder);
    assert_eq!(nobody["sources"][0]["complete"], false);
    assert_eq!(nobody["summary"]["disable"], 0);
    assert_ne!(nobody["summary"]["unknown"], 0);

    with_filter("(uid=jwilson0)");
    nobody_is_lost(&folder, 0);
    let one = plan(&folder);
    assert_eq!(one["sources"][0]["records"], 1);
    assert_eq!(one["sources"][0]["complete"], false, "{one:#}");
    assert_eq!(one["summary"]["disable"], 0);

    // Without the guard on listings, the limits hold.
    let unguarded = MANIFEST
        .replace("(objectClass=inetOrgPerson)", "(uid=jwilson0)")
        .replace("    base:", "    shrink: off\n    base:");
    folder.write("rollbook.yaml", unguarded);
    let refused = nobody_is_lost(&folder, 3);
    assert!(refused.stderr.contains("limits.disable"), "{}", refused.stderr);

    folder.write("rollbook.yaml", MANIFEST);
    nobody_is_lost(&folder, 0);
    assert_eq!(plan(&folder)["sources"][0]["complete"], true);
}

#[test]
fn a_bind_account_that_lost_a_right_disables_nobody() {
    let server = openldap_with(PEOPLE);
    let folder = filled(&server);

    // The base itself is hidden: the source can't be read at all.
    rights(&server, &[r#"to dn.subtree="ou=People,dc=example,dc=test" by * none"#]);
    nobody_is_lost(&folder, 1);

    // The base is there, and nobody below it.
    rights(&server, &[r#"to dn.children="ou=People,dc=example,dc=test" by * none"#]);
    nobody_is_lost(&folder, 0);
    assert_eq!(plan(&folder)["sources"][0]["records"], 0);

    // One unit of the tree is hidden, with a third of the people.
    rights(&server, &[r#"to dn.subtree="ou=London,ou=People,dc=example,dc=test" by * none"#]);
    nobody_is_lost(&folder, 0);
    let some = plan(&folder);
    assert_eq!(some["sources"][0]["complete"], false, "{}", some["sources"]);
    assert_eq!(some["summary"]["disable"], 0);

    // People are there, and have no numbers and no names any more.
    rights(&server, &["to attrs=ipPhone by * none"]);
    let refused = nobody_is_lost(&folder, 3);
    assert!(refused.stderr.contains("limits.update"), "{}", refused.stderr);
    rights(&server, &["to attrs=departmentNumber by * none"]);
    nobody_is_lost(&folder, 3);

    // Whether somebody's account is disabled can't be seen: whoever left would come back, which is
    // no loss, and nobody goes.
    rights(&server, &["to attrs=loginDisabled by * none"]);
    assert_eq!(plan(&folder)["summary"]["disable"], 0);

    rights(&server, &[]);
    nobody_is_lost(&folder, 0);
    assert_eq!(plan(&folder)["changes"], Value::Array(Vec::new()));
}

#[test]
fn a_replica_that_is_not_yet_filled_disables_nobody() {
    let server = openldap_with(PEOPLE);
    let mut folder = filled(&server);

    // A replica knows people by the same ids, once it has them.
    let half = openldap_with(PEOPLE / 2);
    folder.reads_from(&half);
    nobody_is_lost(&folder, 0);
    let plan_of_half = plan(&folder);
    assert_eq!(plan_of_half["sources"][0]["records"], PEOPLE / 2);
    assert_eq!(plan_of_half["sources"][0]["complete"], false);
    assert_eq!(plan_of_half["summary"]["disable"], 0);
    assert_eq!(plan_of_half["summary"]["add"], 0, "it has nobody whom the first one hasn't");

    // Empty: first not even the base is there, then only that.
    let empty = openldap_with(0);
    folder.reads_from(&empty);
    nobody_is_lost(&folder, 1);
    empty.change(
        "dn: ou=People,dc=example,dc=test\nchangetype: add\nobjectClass: organizationalUnit\n\
         ou: People\n",
    );
    nobody_is_lost(&folder, 0);

    folder.reads_from(&server);
    nobody_is_lost(&folder, 0);
    assert_eq!(plan(&folder)["changes"], Value::Array(Vec::new()));
}

#[test]
fn the_rehearsal_says_what_the_accidents_then_do() {
    let server = openldap_with(PEOPLE);
    let folder = filled(&server);
    let before = people(&folder);
    folder.rollbook(["plan", "--record", "taken"]).code(0);
    for more in [&[][..], &["--replay", "taken"][..]] {
        for accident in ["empty-source", "half-source", "renamed-ou"] {
            let words = [&["rehearse", accident, "--output", "json"][..], more].concat();
            let rehearsal = folder.rollbook(words).code(0).json();
            let rehearsed = rehearsal["rehearsed"].as_array().expect("a list");
            assert!(!rehearsed.is_empty());
            for one in rehearsed {
                assert_eq!(one["accident"], accident);
                assert!(one["verdict"] == "harmless" || one["verdict"] == "stopped", "{one:#}");
                // A unit's name that no expression asks for may change.
                let nothing = accident == "renamed-ou" && one["verdict"] == "harmless";
                assert!(nothing || one["held_by"] != Value::Array(Vec::new()), "{one:#}");
            }
        }
    }
    let lost = folder.rollbook(["rehearse", "lost-right", "--output", "json"]).json();
    let of = |name: &str| {
        let rehearsed = lost["rehearsed"].as_array().expect("a list");
        let of = rehearsed.iter().find(|one| {
            one["what"].as_str().expect("words").starts_with(&format!("no longer gives `{name}`"))
        });
        of.unwrap_or_else(|| panic!("{name}: {lost:#}"))["verdict"].clone()
    };
    assert_eq!((of("ipPhone"), of("departmentNumber")), ("stopped".into(), "stopped".into()));
    assert!(people(&folder) == before, "a rehearsal changes nothing");
}
