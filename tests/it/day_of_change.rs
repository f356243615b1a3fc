//! The whole line against a real domain controller with 3,000 people: the examples settle, and
//! whatever is done to people in Active Directory, the next plan says exactly that.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

use super::{
    examples::settles,
    rollbook::Folder,
    servers::{self, PEOPLE, Server},
};

pub(crate) fn with_active_directory(example: &str, server: &Server) -> Folder {
    let mut folder = Folder::example(example);
    for (name, value) in [
        ("ACTIVE_DIRECTORY_URL", "LDAPS_URL"),
        ("ACTIVE_DIRECTORY_USER", "BIND_DN"),
        ("ACTIVE_DIRECTORY_PASSWORD", "BIND_PW"),
        ("ACTIVE_DIRECTORY_CA", "CA_CERT"),
    ] {
        folder.set(name, server.get(value));
    }
    folder
}

/// What `make-people` prints.
fn made(words: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/make-people");
    let output = Command::new(script).args(words).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The people of the plan's changes.
fn people(plan: &Value) -> Vec<&Value> {
    let changes = plan["changes"].as_array().unwrap();
    changes.iter().filter(|change| change["entry"] == "person").collect()
}

fn field<'a>(change: &'a Value, name: &str) -> Option<&'a Value> {
    change["fields"].as_array().unwrap().iter().find(|field| field["field"] == name)
}

/// Staff numbers of everybody in the directory, by id.
fn staff_numbers(folder: &Folder) -> BTreeMap<String, String> {
    let shown = folder.rollbook(["show", "--output", "json"]).code(0).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let people = shown["people"].as_array().unwrap();
    people.iter().map(|person| (text(&person["id"]), text(&person["employee_id"]))).collect()
}

#[test]
fn every_change_in_active_directory_is_what_the_plan_says() {
    let server = servers::samba_of_ones_own();
    let folder = with_active_directory("active-directory", &server);
    let added = settles(&folder);
    let counts: Value = {
        let count = PEOPLE.to_string();
        serde_json::from_str(&made(&["expect", "--count", &count, "--day", "0"])).unwrap()
    };
    assert_eq!(added, counts["enabled"].as_u64().unwrap(), "everybody enabled, and nobody else");
    crate::cisco_ucm::head_office::people_have_their_phones(&server, &folder);

    a_generated_day(&server, &folder, "ad");
    one_at_a_time(&server, &folder);
    accidents(&server, &folder);
}

#[test]
fn every_change_in_openldap_is_what_the_plan_says() {
    let server = servers::openldap_of_ones_own();
    let folder = Folder::empty();
    let manifest = format!(
        "version: 1\nstate: {{ git: ./directory.git }}\nsources:\n  staff:\n    kind: ldap\n    \
         url: {}\n    bind: {{ user: '{}', password: {{ file: password }} }}\n    \
         tls: {{ ca: '{}' }}\n    attributes: [ipPhone, loginDisabled]\n    fields:\n      \
         extension: ipPhone\n      status: \"'disabled' if loginDisabled == 'TRUE' else 'active'\"\n\
         groups:\n  - path: \"/{{{{ site | default('No site') }}}}/{{{{ department | default('None') }}}}\"\n",
        server.get("LDAPS_URL"),
        server.get("BIND_DN"),
        server.get("CA_CERT"),
    );
    folder.write("rollbook.yaml", manifest);
    folder.write("password", server.get("BIND_PW"));
    settles(&folder);
    a_generated_day(&server, &folder, "openldap");
}

/// Joiners, leavers, renames, moves, new numbers, swaps and rehires, as the generator made them.
fn a_generated_day(server: &Server, folder: &Folder, format: &str) {
    let count = PEOPLE.to_string();
    let base = server.get("BASE_DN");
    let day = ["--count", &count, "--day", "1"];
    let events = made(&[&["changes", "--format", "csv"][..], &day[..]].concat());
    let here = ["changes", "--format", format, "--base", base];
    server.change(&made(&[&here[..], &day[..]].concat()));

    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in csv::Reader::from_reader(events.as_bytes()).records() {
        let row = row.unwrap();
        wanted.entry(row[1].to_owned()).or_default().insert(row[0].to_owned());
    }
    let known = staff_numbers(folder);
    let plan = folder.plan();
    assert_eq!(plan["verdict"]["allowed"], true, "{:#}", plan["verdict"]);
    let mut seen = BTreeSet::new();
    for change in people(&plan) {
        let key = change["key"].as_str().unwrap();
        let number = match field(change, "employee_id") {
            Some(field) => field["after"].as_str().unwrap(),
            None => &known[key],
        };
        seen.insert(number.to_owned());
        let Some(events) = wanted.get(number) else { panic!("nobody asked for {change:#}") };
        for event in events {
            let holds = match event.as_str() {
                "disable" => change["reason"] == "source-disabled",
                // An ordinary account sees no tombstones, so this is all that can be known.
                "delete" => change["action"] == "disable" && change["reason"] == "gone",
                // Disabled on the first day, so never here: new.
                "join" | "rehire" => change["action"] == "add",
                "rename" => field(change, "name").is_some(),
                "move" => change["action"] == "move" && field(change, "path").is_some(),
                "extension" | "swap" => field(change, "extension").is_some(),
                "mobile" => field(change, "mobile").is_some(),
                other => panic!("an event of an unknown kind: {other}"),
            };
            assert!(holds, "{event}: {change:#}");
        }
    }
    assert_eq!(seen, wanted.into_keys().collect::<BTreeSet<_>>());
    assert_eq!(settles_again(folder), plan["summary"]);
}

/// Applies what waits; gives what the plan counted. The next plan is empty.
fn settles_again(folder: &Folder) -> Value {
    let summary = folder.plan()["summary"].clone();
    folder.rollbook(["apply", "--yes"]).code(0);
    let after = folder.rollbook(["plan", "--detailed-exitcode"]).code(0);
    assert!(after.stdout.contains("In step"), "{}", after.stdout);
    summary
}

/// The only change of a person that waits.
#[track_caller]
fn only_change(folder: &Folder) -> Value {
    let plan = folder.plan();
    let changes = people(&plan);
    assert_eq!(changes.len(), 1, "{changes:#?}");
    changes[0].clone()
}

/// One person through everything that can happen to them, with ordinary LDAP changes.
fn one_at_a_time(server: &Server, folder: &Folder) {
    let base = server.get("BASE_DN").to_owned();
    let home = format!("OU=London,OU=People,{base}");
    server.change(&format!(
        "dn: CN=Zoë \\\"Zed\\\" Quill,{home}\nchangetype: add\nobjectClass: user\nsAMAccountName: zquill\n\
         userAccountControl: 544\ngivenName: Zoë\nsn: Quill\ndisplayName: Zoë Quill\ndepartment: Sales\n\
         physicalDeliveryOfficeName: LON-1\nipPhone: 098765\nmail: zoe.quill@example.test\n"
    ));
    let joined = only_change(folder);
    assert_eq!((&joined["action"], &joined["name"]), (&"add".into(), &"Zoë Quill".into()));
    assert_eq!(field(&joined, "extension").unwrap()["after"], "098765");
    let id = joined["key"].clone();
    settles_again(folder);

    server.change(&format!(
        "dn: CN=Zoë \\\"Zed\\\" Quill,{home}\nchangetype: modrdn\nnewrdn: CN=Quill\\, Zoë\ndeleteoldrdn: 1\n\n\
         dn: CN=Quill\\, Zoë,{home}\nchangetype: modify\nreplace: displayName\ndisplayName: Zoë Quill-Adeyemi\n-\n"
    ));
    let renamed = only_change(folder);
    assert_eq!((&renamed["action"], &renamed["key"]), (&"update".into(), &id));
    assert_eq!(renamed["fields"].as_array().unwrap().len(), 1, "{renamed:#}");
    assert_eq!(field(&renamed, "name").unwrap()["before"], "Zoë Quill");
    settles_again(folder);

    let dn = format!("CN=Quill\\, Zoë,{home}");
    server.change(&format!(
        "dn: {dn}\nchangetype: modify\nreplace: department\ndepartment: Legal\n-\n"
    ));
    let moved = only_change(folder);
    assert_eq!((&moved["action"], &moved["key"]), (&"move".into(), &id));
    assert_eq!(field(&moved, "path").unwrap()["after"], "/LON-1/Legal");
    settles_again(folder);

    server.change(&format!(
        "dn: {dn}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 546\n-\n"
    ));
    let disabled = only_change(folder);
    assert_eq!(
        (&disabled["action"], &disabled["reason"]),
        (&"disable".into(), &"source-disabled".into())
    );
    settles_again(folder);

    server.change(&format!(
        "dn: {dn}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 544\n-\n"
    ));
    let returned = only_change(folder);
    assert_eq!((&returned["action"], &returned["key"]), (&"enable".into(), &id));
    settles_again(folder);

    // The manifest looks at one OU only: whoever leaves it is out of scope, and the plan says where they are.
    let people_only = format!("    base: \"OU=People,{base}\"\n    filter: \"(|(sn=*)");
    let manifest = std::fs::read_to_string(folder.file("rollbook.yaml")).unwrap();
    let narrowed = manifest.replace("    filter: \"(|(sn=*)", &people_only);
    assert_ne!(narrowed, manifest);
    folder.write("rollbook.yaml", narrowed);
    assert!(people(&folder.plan()).is_empty());
    server.change(&format!(
        "dn: {dn}\nchangetype: modrdn\nnewrdn: CN=Quill\\, Zoë\ndeleteoldrdn: 1\nnewsuperior: CN=Users,{base}\n"
    ));
    let left = only_change(folder);
    assert_eq!((&left["action"], &left["reason"]), (&"disable".into(), &"out-of-scope".into()));
    assert!(left["evidence"].as_str().unwrap().contains("CN=Users"), "{left:#}");
    settles_again(folder);

    server.change(&format!(
        "dn: CN=Quill\\, Zoë,CN=Users,{base}\nchangetype: modrdn\nnewrdn: CN=Quill\\, Zoë\ndeleteoldrdn: 1\nnewsuperior: {home}\n"
    ));
    assert_eq!(only_change(folder)["action"], "enable");
    settles_again(folder);

    // Deleted: an ordinary account only sees that they are gone, an entitled one sees the tombstone.
    server.change(&format!("dn: {dn}\nchangetype: delete\n"));
    assert_eq!(only_change(folder)["reason"], "gone");
    let mut entitled = Folder::empty();
    entitled.write("rollbook.yaml", std::fs::read(folder.file("rollbook.yaml")).unwrap());
    for (name, value) in [
        ("ACTIVE_DIRECTORY_URL", "LDAPS_URL"),
        ("ACTIVE_DIRECTORY_USER", "REPL_DN"),
        ("ACTIVE_DIRECTORY_PASSWORD", "REPL_PW"),
        ("ACTIVE_DIRECTORY_CA", "CA_CERT"),
    ] {
        entitled.set(name, server.get(value));
    }
    entitled.set("STATE_GIT", folder.file("directory.git").to_str().unwrap());
    let deleted = only_change(&entitled);
    assert_eq!(
        (&deleted["action"], &deleted["reason"]),
        (&"disable".into(), &"source-deleted".into())
    );
    settles_again(folder);

    let history = folder.rollbook(["log", "zoe.quill@example.test"]).code(0).stdout;
    assert_eq!(history.matches("staff: ").count(), 8, "{history}");
}

/// What must change nothing: a wrong password, an emptied answer, and more than the limits allow.
fn accidents(server: &Server, folder: &Folder) {
    let head = folder.git(&["rev-parse", "main"]).stdout;
    let mut locked_out = Folder::example("active-directory");
    for (name, value) in [
        ("ACTIVE_DIRECTORY_URL", "LDAPS_URL"),
        ("ACTIVE_DIRECTORY_USER", "BIND_DN"),
        ("ACTIVE_DIRECTORY_CA", "CA_CERT"),
    ] {
        locked_out.set(name, server.get(value));
    }
    locked_out.set("ACTIVE_DIRECTORY_PASSWORD", "not-the-Passw0rd");
    locked_out.set("STATE_GIT", folder.file("directory.git").to_str().unwrap());
    let refused = locked_out.rollbook(["apply", "--yes"]).code(1);
    assert!(
        refused.stderr.contains("password") && refused.stderr.contains("help: "),
        "{}",
        refused.stderr
    );
    assert!(!format!("{refused:?}").contains("not-the-Passw0rd"));

    let manifest = std::fs::read_to_string(folder.file("rollbook.yaml")).unwrap();
    let narrowed = |filter: &str| manifest.replace("(|(sn=*)(givenName=*))", filter);
    folder.write("rollbook.yaml", narrowed("(sn=nobody-has-this-name)"));
    let plan = folder.plan();
    assert_eq!(plan["sources"][0]["complete"], false, "an empty answer proves nothing");
    assert!(people(&plan).is_empty());

    // A filter that matches a few of all is doubtful, and somebody has to vouch for it.
    folder.write("rollbook.yaml", narrowed("(sn=S*)"));
    let plan = folder.plan();
    assert_eq!(plan["summary"]["disable"], 0, "a listing that shrank so far proves nothing");
    let mut told = plan["findings"].as_array().unwrap().iter();
    let told = told.find(|finding| finding["code"] == "doubtful-listing").expect("a finding");
    let trust = format!("staff={}", plan["sources"][0]["records"]);
    assert!(told["help"].as_str().unwrap().contains(&format!("`--trust {trust}`")), "{told}");
    let unknown = plan["summary"]["unknown"].as_u64().unwrap();
    let refused = folder.rollbook(["plan", "--trust", &trust, "--out", "plan.json"]).code(3);
    let all =
        people(&serde_json::from_slice(&std::fs::read(folder.file("plan.json")).unwrap()).unwrap())
            .len();
    assert_eq!(all as u64, unknown, "those of whom it was not known, and nobody else");
    for words in ["disable.people", "disable.share", "rollbook apply plan.json --accept disable="] {
        assert!(refused.stdout.contains(words), "{}", refused.stdout);
    }
    folder.rollbook(["apply", "plan.json", "--yes"]).code(3);
    folder.rollbook(["apply", "plan.json", "--yes", "--accept", "disable=1"]).code(3);
    assert_eq!(folder.git(&["rev-parse", "main"]).stdout, head, "nothing has changed so far");

    let accept = format!("disable={all}");
    folder.rollbook(["apply", "plan.json", "--yes", "--accept", &accept]).code(0);
    let again = folder.rollbook(["apply", "plan.json", "--yes", "--accept", &accept]).code(3);
    assert!(again.stderr.contains("already"), "{}", again.stderr);
    folder.write("rollbook.yaml", manifest);
    let back = folder.plan();
    assert_eq!(back["summary"]["enable"], all, "everybody returns under their ids");
    settles_again(folder);
}
