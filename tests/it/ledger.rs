//! The ledger as commands show and keep it.

use super::rollbook::Folder;

const MANIFEST: &str = "\
version: 1
state: { git: ./directory.git, author: Telecoms <telecoms@example.com> }
sources:
  staff:
    kind: csv
    path: staff.csv
    key: no
    fields: { name: name, department: team, extension: ext }
    keep: \"team != 'Visitors'\"
groups:
  - path: \"/{{ department }}\"
";

const STAFF: &str = "no,name,team,ext\n7,Ada,Sales,4021\n8,Bob,Visitors,4022\n";

fn held() -> Folder {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.write("staff.csv", STAFF);
    folder.rollbook(["apply", "--yes"]).code(0);
    folder
}

fn commits(folder: &Folder) -> usize {
    folder.git(&["log", "--format=%s", "main"]).code(0).stdout.lines().count()
}

#[test]
fn a_ledger_that_changed_is_worth_a_commit_and_nothing_else_is() {
    let folder = held();
    folder.rollbook(["apply", "--yes"]).code(0);
    assert_eq!(commits(&folder), 1);
    folder.write("staff.csv", format!("{STAFF}9,Cy,Visitors,4023\n10,Dora,Visitors,4024\n"));
    let plan = folder.rollbook(["plan", "--detailed-exitcode"]).code(0).stdout;
    assert!(plan.contains("In step; the ledger would change.\nLedger: 2 more records"), "{plan}");
    let told = folder.rollbook(["apply", "--yes"]).code(0).stdout;
    assert!(told.contains("In step; the ledger changed."), "{told}");
    let subject = folder.git(&["log", "-1", "--format=%s", "main"]).stdout;
    assert_eq!(subject.trim(), "staff: nothing changed; 2 more records not used");
    let ledger = folder.rollbook(["ledger", "skipped", "--output", "json"]).code(0).json();
    let ids: Vec<_> = ledger["skipped"].as_array().unwrap().iter().map(|r| &r["id"]).collect();
    assert_eq!(ids, ["staff/10", "staff/8", "staff/9"]);
    assert!(ledger.get("disputes").is_none());
    folder.rollbook(["apply", "--yes"]).code(0);
    assert_eq!(commits(&folder), 2);

    // One goes, and the commit before still tells of it.
    folder.write("staff.csv", STAFF);
    folder.rollbook(["apply", "--yes"]).code(0);
    let count = |words: &[&str]| {
        let ledger = folder.rollbook([&["ledger", "-o", "json"], words].concat()).code(0).json();
        ledger["skipped"].as_array().unwrap().len()
    };
    assert_eq!((commits(&folder), count(&[]), count(&["--at", "main~1"])), (3, 1, 3));
}

#[test]
fn a_saved_plan_of_nothing_but_the_ledger_is_applied() {
    let folder = held();
    folder.write("staff.csv", format!("{STAFF}9,Cy,Visitors,4023\n"));
    folder.rollbook(["plan", "--out", "plan.json"]).code(0);
    folder.rollbook(["apply", "plan.json"]).code(0);
    let text = folder.rollbook(["ledger"]).code(0).stdout;
    assert!(text.starts_with("Records not used: 2\nsince"), "{text}");
    assert!(text.contains("staff/9") && text.contains("\nDisputes: 0\n"), "{text}");
    folder.rollbook(["apply", "plan.json"]).code(3);
}

#[test]
fn before_the_first_apply_there_is_nothing_in_it() {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    let ledger = folder.rollbook(["ledger", "--output", "json"]).code(0).json();
    assert!(ledger["commit"].is_null());
    for part in ["skipped", "disputes", "unknown", "disagreements"] {
        assert_eq!(ledger[part], serde_json::json!([]), "{part}");
    }
}
