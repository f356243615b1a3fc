//! Saved plans on a directory that has moved on.

use serde_json::Value;

use super::rollbook::Folder;

const MANIFEST: &str = r#"
version: 1
sources:
  staff:
    kind: csv
    path: { env: EXPORT, default: staff.csv }
    key: id
    fields: { name: name, department: team, extension: ext, mobile: mobile }
groups:
  - path: "/{{ department }}"
collections:
  sales: { when: "department == 'Sales'" }
limits:
  licences: 6
  disable: { share: 100%, people: 2 }
  update: { share: 100% }
  move: { share: 100% }
"#;

fn csv(rows: &[&str]) -> String {
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!("id,name,team,ext,mobile\n{rows}")
}

/// Five people of two teams, applied.
fn folder() -> Folder {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.write("staff.csv", csv(&BASE));
    folder.rollbook(["apply", "--yes"]).code(0);
    folder
}

const BASE: [&str; 5] = [
    "1,Ada,Sales,4021,",
    "2,Bob,Sales,4022,",
    "3,Cy,Stores,4023,",
    "4,Dora,Stores,4024,",
    "5,Eve,Stores,4025,",
];

fn with(changes: &[(usize, &'static str)]) -> Vec<&'static str> {
    let mut rows = BASE.to_vec();
    for (at, row) in changes {
        rows[*at] = row;
    }
    rows.retain(|row| !row.is_empty());
    rows
}

/// Saves the plan for these people, then applies those.
fn overtaken(saved: &[&str], applied: &[&str]) -> Folder {
    let folder = folder();
    folder.write("staff.csv", csv(saved));
    folder.rollbook(["plan", "--out", "saved.plan"]);
    folder.write("staff.csv", csv(applied));
    folder.rollbook(["apply", "--yes"]).code(0);
    folder
}

fn person(folder: &Folder, id: &str) -> Value {
    let shown = folder.rollbook(["show", id, "--output", "json"]).code(0).json();
    shown["people"][0].clone()
}

#[test]
fn what_happened_to_others_does_not_make_a_plan_stale() {
    let mut saved = with(&[(0, "1,Ada,Night,4021,"), (1, "2,Bob,Sales,4022,777")]);
    saved.push("6,Fay,Sales,4026,");
    let folder = overtaken(&saved, &with(&[(2, "3,Cy,Night,4099,"), (1, "2,Bob,Sales,4022,")]));
    let applied = folder.rollbook(["apply", "saved.plan", "--output", "json"]).code(0);
    assert!(applied.stderr.contains("has moved on"), "{}", applied.stderr);
    let told = applied.json();
    assert_eq!(told.get("held_back"), None);
    // `/Night` came meanwhile, and is no conflict; Cy is as the other apply left them.
    assert_eq!(told["summary"]["groups"], 0);
    assert_eq!(told["summary"]["unchanged"], 3);
    assert_eq!(person(&folder, "staff/3")["extension"], "4099");
    assert_eq!(person(&folder, "staff/1")["path"], "/Night");
    let shown = folder.rollbook(["show", "--output", "json"]).code(0).json();
    assert_eq!(shown["collections"][0]["members"], serde_json::json!(["staff/2", "staff/6"]));
    // And the next run finds nothing but what the sources say since.
    folder.write(
        "staff.csv",
        csv(&[&saved[0], &saved[1], "3,Cy,Night,4099,", BASE[3], BASE[4], &saved[5]]),
    );
    folder.rollbook(["plan", "--detailed-exitcode"]).code(0);
}

#[test]
fn the_limits_are_asked_again_on_the_new_head() {
    // Two may be disabled by one run, and six licences taken; each of the two plans keeps to it.
    let mut saved = BASE.to_vec();
    saved.push("6,Fay,Sales,4026,");
    let mut applied = BASE.to_vec();
    applied.push("7,Gus,Sales,4027,");
    let folder = overtaken(&saved, &applied);
    let refused = folder.rollbook(["apply", "saved.plan"]).code(3);
    assert!(refused.stderr.contains("limits.licences"), "{}", refused.stderr);
    folder.rollbook(["apply", "saved.plan", "--accept", "licences=7"]).code(0);
}

#[test]
fn nothing_is_left_where_every_change_was_touched() {
    let folder = overtaken(
        &with(&[(0, "1,Ada,Sales,4021,1"), (1, "2,Bob,Sales,4022,1")]),
        &with(&[(0, "1,Ada,Sales,4021,2"), (1, "2,Bob,Sales,4022,2")]),
    );
    for words in [&["apply", "saved.plan"][..], &["apply", "saved.plan", "--partial"]] {
        let stale = folder.rollbook(words).code(3);
        assert!(stale.stderr.contains("2 of its 2 changes"), "{}", stale.stderr);
        assert!(!stale.stderr.contains("what still fits"), "{}", stale.stderr);
    }
}

#[test]
fn a_plan_of_another_directory_is_refused() {
    let folder = folder();
    folder.write("staff.csv", csv(&with(&[(0, "1,Ada,Sales,4021,1")])));
    folder.rollbook(["plan", "--out", "saved.plan"]).code(0);
    std::fs::remove_dir_all(folder.file("directory.git")).expect("the repository removed");
    folder.write("staff.csv", csv(&with(&[(4, "5,Eve,Stores,4088,")])));
    folder.rollbook(["apply", "--yes"]).code(0);
    let refused = folder.rollbook(["apply", "saved.plan", "--partial"]).code(3);
    assert!(refused.stderr.contains("of another directory"), "{}", refused.stderr);
}

#[test]
fn a_plan_is_bound_to_what_was_read() {
    let folder = folder();
    let listing = || {
        let plan = folder.plan();
        let source = &plan["sources"][0];
        (source["listing"].as_str().expect("a digest").to_owned(), plan["digest"].clone())
    };
    let first = listing();
    assert_eq!(first.0.len(), 64);
    let mut turned = BASE.to_vec();
    turned.reverse();
    folder.write("staff.csv", csv(&turned));
    assert_eq!(listing(), first, "the order of the records is no part of it");
    // `pager` is not mapped, but what is mapped is, be it in step or not.
    folder.write("staff.csv", csv(&with(&[(0, "1,Ada,Sales,4021,1")])));
    assert_ne!(listing().0, first.0);
}
