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
        csv(&[saved[0], saved[1], "3,Cy,Night,4099,", BASE[3], BASE[4], saved[5]]),
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

#[test]
fn a_pin_goes_into_the_file_that_has_pins() {
    let folder = folder();
    let include = format!("include: [ rules.yaml, pins.yaml ]\n{MANIFEST}");
    folder.write("rollbook.yaml", &include);
    folder.write("rules.yaml", "version: 1\n# no pins here\n");
    let pins =
        "\u{feff}version: 1\npins:   # ours\n  - person: 4022\n    set: { fax: \"1\" } # Bob\n";
    folder.write("pins.yaml", pins);
    let shown = folder.rollbook(["pin", "Bob", "mobile", "+44 7700 900002"]).code(0);
    assert!(shown.stdout.starts_with("pins.yaml\n"), "{}", shown.stdout);
    let read = |name: &str| std::fs::read_to_string(folder.file(name)).expect("a file");
    assert_eq!(read("pins.yaml"), pins.replace("\"1\" }", "\"1\", mobile: \"+44 7700 900002\" }"));
    assert_eq!(read("rollbook.yaml"), include);
    folder.rollbook(["apply", "--yes"]).code(0);
    assert_eq!(person(&folder, "staff/2")["mobile"], "+44 7700 900002");
    // Pinned so already, and nothing is left to do.
    folder.rollbook(["pin", "Bob", "mobile"]).code(0);
    folder.rollbook(["plan", "--detailed-exitcode"]).code(0);
    assert_eq!(read("pins.yaml").matches("mobile").count(), 1);

    // What can't be edited safely stays as it is.
    folder.write("pins.yaml", "version: 1\npins: [ { person: 4022, set: { fax: \"1\" } } ]\n");
    let refused = folder.rollbook(["pin", "Ada", "mobile", "1"]).code(1);
    assert!(refused.stderr.contains("in brackets"), "{}", refused.stderr);
}

#[cfg(unix)]
#[test]
fn a_pinned_manifest_keeps_its_permissions_and_its_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder();
    std::fs::rename(folder.file("rollbook.yaml"), folder.file("real.yaml")).expect("a rename");
    symlink("real.yaml", folder.file("rollbook.yaml")).expect("a link");
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(folder.file("real.yaml"), mode).expect("permissions");
    folder.rollbook(["pin", "4021", "status", "disabled", "--reason", "on leave"]).code(0);
    let link = std::fs::symlink_metadata(folder.file("rollbook.yaml")).expect("the link");
    assert!(link.file_type().is_symlink());
    let real = std::fs::metadata(folder.file("real.yaml")).expect("the file");
    assert_eq!(real.permissions().mode() & 0o777, 0o640);
    folder.rollbook(["apply", "--yes"]).code(0);
    let ada = person(&folder, "staff/1");
    assert_eq!((&ada["status"], &ada["reason"]), (&"disabled".into(), &"manual".into()));
}

#[test]
fn what_only_somebody_changed_by_hand_since_the_last_run_is_told() {
    let folder = folder();
    let git = |words: &[&str]| folder.git(words).code(0).stdout.trim().to_owned();
    let file = git(&["ls-tree", "-r", "--name-only", "main", "people"]);
    let file = file.lines().find(|name| name.contains("sales")).expect("a file").to_owned();
    let edit = |from: &str, to: &str, author: &str| {
        let text = folder.git(&["show", &format!("main:{file}")]).code(0).stdout;
        assert!(text.contains(from), "{text}");
        folder.write("edited", text.replacen(from, to, 1));
        let blob = git(&["hash-object", "-w", "edited"]);
        git(&["read-tree", "main"]);
        git(&["update-index", "--cacheinfo", &format!("100644,{blob},{file}")]);
        let tree = git(&["write-tree"]);
        let name = format!("user.name={author}");
        let words = [
            "-c",
            &name,
            "-c",
            "user.email=x@example.com",
            "commit-tree",
            &tree,
            "-p",
            "main",
            "-m",
            "by hand",
        ];
        let commit = git(&words);
        git(&["update-ref", "refs/heads/main", &commit]);
        commit
    };
    let first = edit("extension: \"4021\"", "extension: \"4041\"", "Grace");
    let second = edit("extension: \"4022\"", "extension: \"4042\"", "Heidi");
    let edits = |plan: &Value| -> Vec<String> {
        let findings = plan["findings"].as_array().expect("findings").iter();
        let told = findings.filter(|finding| finding["code"] == "hand-edit");
        told.map(|finding| finding["message"].as_str().expect("a text").to_owned()).collect()
    };
    let plan = folder.plan();
    let told = edits(&plan);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].contains("Grace") && told[0].contains(&first[..12]), "{told:#?}");
    assert!(told[1].contains("Heidi") && told[1].contains(&second[..12]), "{told:#?}");
    assert_eq!(plan["changes"][0]["cause"]["edit"], first);
    // The sources agree with one of them by now, and the other is pinned.
    folder.write("staff.csv", csv(&with(&[(0, "1,Ada,Sales,4041,")])));
    assert_eq!(edits(&folder.plan()).len(), 1);
    folder.rollbook(["pin", "staff/2", "extension"]).code(0);
    let plan = folder.plan();
    assert_eq!((edits(&plan).len(), plan["changes"].as_array().map(Vec::len)), (0, Some(0)));
}
