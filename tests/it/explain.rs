//! `explain`: against a real directory server, with hostile values, without the sources, and as data.

use serde_json::Value;

use super::{rollbook::Folder, servers};

const MANIFEST: &str = r#"version: 1
state: { git: ./directory.git, author: "T <t@example.com>" }
sources:
  staff:
    kind: csv
    path: staff.csv
    key: no
    keep: "team != 'Out'"
    fields: { name: name, department: team, extension: ext, email: mail | lower }
groups:
  - path: "/{{ department | default('None') }}"
"#;

fn folder(csv: &str) -> Folder {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.write("staff.csv", csv);
    folder
}

fn explain(folder: &Folder, words: &[&str]) -> Value {
    folder.rollbook([&["explain", "--output", "json"], words].concat()).code(0).json()
}

#[track_caller]
fn standing(folder: &Folder, words: &[&str], wanted: &str) -> Value {
    let told = explain(folder, words);
    assert_eq!(told["standing"], wanted, "{words:?}: {told:#}");
    told
}

fn field<'t>(told: &'t Value, name: &str) -> &'t Value {
    let fields = told["fields"].as_array().expect("a list");
    fields.iter().find(|field| field["field"] == name).expect("the field")
}

#[test]
fn each_way_of_standing_is_told() {
    let csv = "no,name,team,ext,mail\n1,Ada,Sales,4021,Ada@x.example\n2,Bob,Out,4022,bob@x.example\n\
               3,Cy,Sales,4023,\n3,Cy,Sales,4024,\n";
    let folder = folder(csv);
    standing(&folder, &["staff/1"], "new");
    folder.rollbook(["apply", "--yes"]).code(0);
    let ada = standing(&folder, &["ADA@x.example"], "active");
    assert_eq!(field(&ada, "email")["by"]["steps"][1]["text"], "| lower");
    assert_eq!(field(&ada, "name")["changed"]["commit"], ada["commit"]);
    assert_eq!(ada["place"]["rule"]["at"], "rollbook.yaml:11:5");
    standing(&folder, &["bob@x.example"], "left-out");
    standing(&folder, &["hq:4022"], "nobody");
    standing(&folder, &["main:4022"], "left-out");
    let double = standing(&folder, &["staff/3"], "duplicate-key");
    assert_eq!(double["records"].as_array().map(Vec::len), Some(2));
    standing(&folder, &["staff/2", "--state-only"], "skipped");
    standing(&folder, &["staff/4"], "nobody");

    folder.write("staff.csv", "no,name,team,ext,mail\n2,Bob,Sales,4022,\n5,Di,Sales,4025,\n");
    standing(&folder, &["4021"], "leaves");
    standing(&folder, &["staff/2"], "new");
    // All go at once, which a limit would refuse for more people.
    folder.rollbook(["apply", "--yes"]).code(0);
    let gone = standing(&folder, &["4021"], "disabled");
    assert_eq!(gone["person"]["reason"], "gone");
    assert_eq!(gone["person"]["by"]["commit"], gone["commit"]);
    folder.write("staff.csv", csv);
    standing(&folder, &["4021"], "returns");
    standing(&folder, &["4021", "--at", "main~1"], "active");
}

#[test]
fn the_record_of_somebody_merged_has_the_history_of_whom_it_stands_for() {
    let folder = Folder::empty();
    folder.write("staff.csv", "no,name,mail\n1,Ada,ada@x.example\n");
    folder.write("phones.csv", "no,name,mail,ext\n9,Lobby,,4030\n");
    let sources = "version: 1\nsources:\n  staff: { kind: csv, path: staff.csv, key: no, fields: { name: name, email: mail } }\n  phones: { kind: csv, path: phones.csv, key: no, fields: { name: name, email: mail, extension: ext } }\npeople:\n  link: [ email ]\n  prefer: { default: [ staff, phones ] }\n";
    folder.write("rollbook.yaml", sources);
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.write("phones.csv", "no,name,mail,ext\n9,Lobby,ada@x.example,4030\n");
    folder.rollbook(["apply", "--yes"]).code(0);
    let by_id = standing(&folder, &["staff/1"], "active");
    let by_record = standing(&folder, &["phones/9"], "active");
    assert_eq!(by_record["id"], "staff/1");
    assert_eq!(by_record["person"], by_id["person"]);
    assert_eq!(by_record["fields"], by_id["fields"]);
    standing(&folder, &["phones/9", "--state-only"], "merged");
}

#[test]
fn several_people_are_named_and_nobody_is_guessed() {
    let folder = folder("no,name,team,ext,mail\n1,Ada,Sales,4021,\n2,Ada,Sales,4022,\n");
    for words in [&["explain", "ada"][..], &["explain", "ada", "--state-only"]] {
        let ended = folder.rollbook(words);
        if words.len() == 3 {
            ended.code(0); // nothing was applied yet
        } else {
            let told = ended.code(1).stderr;
            assert!(told.contains("staff/1") && told.contains("staff/2"), "{told}");
        }
    }
    folder.rollbook(["apply", "--yes"]).code(0);
    let told = folder.rollbook(["explain", "ada", "--state-only"]).code(1).stderr;
    assert!(told.contains("staff/1") && told.contains("staff/2"), "{told}");
}

#[test]
fn sources_that_cannot_be_read_leave_the_state() {
    let folder = folder("no,name,team,ext,mail\n1,Ada,Sales,4021,ada@x.example\n");
    folder.rollbook(["apply", "--yes"]).code(0);
    std::fs::remove_file(folder.file("staff.csv")).expect("removed");
    let told = standing(&folder, &["4021"], "active");
    let unread = told["unread"].as_str().expect("a reason");
    assert!(unread.contains("`staff`") && unread.contains("staff.csv"), "{unread}");
    assert_eq!(told["records"][0]["became"], "unread");
    assert_eq!(field(&told, "extension")["value"], "4021");
}

#[test]
fn hostile_values_stay_text() {
    let csv = "no,name,team,ext,mail\n\
               1,\u{1b}[31mAda\u{1b}[0m,Sales/../etc,4021,\"a\u{202e}da@x.example\"\n\
               2,\"Bob\nrecords\",Out,\u{9b}2J,bob@x.example\n";
    let folder = folder(csv);
    folder.rollbook(["apply", "--yes"]).code(0);
    for who in ["staff/1", "staff/2", "4021", "\u{1b}[2J", "\u{202e}x/y\nz"] {
        for words in
            [&["explain", who][..], &["explain", who, "-v"], &["explain", who, "--state-only"]]
        {
            let ended = folder.rollbook(words).code(0);
            let shown = format!("{}{}", ended.stdout, ended.stderr);
            let hostile = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            assert!(!shown.contains(hostile), "{who:?}: {shown:?}");
            assert!(!shown.lines().skip(1).any(|line| line.starts_with("records\u{1b}")));
        }
        let json = folder.rollbook(["explain", who, "--output", "json"]).code(0).stdout;
        assert!(!json.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}')));
    }
}

#[test]
fn a_recording_tells_what_the_live_sources_tell() {
    let folder = folder("no,name,team,ext,mail\n1,Ada,Sales,4021,Ada@x.example\n2,Bob,Out,1,\n");
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.rollbook(["plan", "--record", "kept"]).code(0);
    let live: Vec<Value> = ["4021", "staff/2"].iter().map(|who| explain(&folder, &[who])).collect();
    std::fs::remove_file(folder.file("staff.csv")).expect("removed");
    for (who, live) in ["4021", "staff/2"].iter().zip(live) {
        assert_eq!(explain(&folder, &[who, "--replay", "kept"]), live);
    }
}

#[test]
fn somebody_of_a_real_directory_server() {
    let mut folder = Folder::example("ldap");
    let server = servers::openldap();
    folder.reads_from(server);
    let told = standing(&folder, &["Joshua Wilson"], "new");
    let record = &told["records"][0];
    assert!(record["place"].as_str().is_some_and(|dn| dn.contains("jwilson0")), "{told:#}");
    assert_eq!(record["values"]["cn"], "Joshua Wilson");
    let steps = field(&told, "telephone")["by"]["steps"].as_array().expect("steps");
    assert_eq!(steps[0]["text"], "telephoneNumber");
    assert_eq!(steps[1]["text"], "| e164('GB')");
    assert_eq!(steps.last().expect("a step")["gives"], field(&told, "telephone")["value"]);

    folder.rollbook(["apply", "--yes"]).code(0);
    let told = standing(&folder, &["Joshua Wilson"], "active");
    assert_eq!(told["person"]["added"]["commit"], told["commit"]);
    let id = told["id"].as_str().expect("an id").to_owned();
    folder.set("LDAP_PASSWORD", "wrong");
    let told = standing(&folder, &[&id], "active");
    assert!(told["unread"].as_str().is_some_and(|why| why.contains("`staff`")), "{told:#}");
}
