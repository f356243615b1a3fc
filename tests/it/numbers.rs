//! Who had a number, from when to when: the plan, the state and `log` tell the same story.

use serde_json::json;

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
groups:
  - path: \"/{{ department }}\"
limits: { update: { share: 100% } }
";

/// 20 November 2026, 09:00 UTC, and so many days later.
fn day(folder: &mut Folder, days: u64) {
    folder.set("SOURCE_DATE_EPOCH", (1_795_165_200 + days * 86_400).to_string());
}

/// Ada has 4021, then Bob, then nobody.
fn passed_on() -> Folder {
    let mut folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    for (days, rows) in [
        (0, "7,Ada,Sales,4021\n8,Bob,Sales,4022\n"),
        (10, "7,Ada,Sales,4077\n8,Bob,Sales,4021\n"),
        (20, "7,Ada,Sales,4077\n8,Bob,Sales,\n"),
    ] {
        folder.write("staff.csv", format!("no,name,team,ext\n{rows}"));
        day(&mut folder, days);
        folder.rollbook(["apply", "--yes"]).code(0);
    }
    folder
}

#[test]
fn the_plan_says_that_a_number_passes_and_the_history_says_when() {
    let mut folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.write("staff.csv", "no,name,team,ext\n7,Ada,Sales,4021\n8,Bob,Sales,4022\n");
    day(&mut folder, 0);
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.write("staff.csv", "no,name,team,ext\n7,Ada,Sales,4077\n8,Bob,Sales,4021\n");
    day(&mut folder, 10);
    let plan = folder.plan();
    let passes: Vec<_> = plan["meanings"]
        .as_array()
        .expect("meanings")
        .iter()
        .filter(|meaning| meaning["kind"] == "number-passes")
        .collect();
    assert_eq!(passes.len(), 1, "{plan:#}");
    let pass = &passes[0]["passes"][0];

    let text = folder.rollbook(["plan"]).code(0).stdout;
    assert!(text.contains("4021 would pass from Ada to Bob at 2026-11-30 09:00 UTC"), "{text}");

    folder.rollbook(["apply", "--yes"]).code(0);
    let log = folder.rollbook(["log", "4021", "--output", "json"]).code(0).json();
    let [now, before] = log["holdings"].as_array().expect("holdings").as_slice() else {
        panic!("two: {log:#}")
    };
    assert_eq!(
        (&now["person"], &before["person"]),
        (&pass["to"][0]["key"], &pass["from"][0]["key"])
    );
    assert_eq!(now["from"]["when"], passes[0]["at"]);
    assert_eq!(before["until"], now["from"]);
    assert_eq!(now["until"], json!(null));
    assert_eq!(log["commits"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_number_is_whose_it_was_on_that_day() {
    let folder = passed_on();
    let at = |date: &str| {
        let shown = folder.rollbook(["show", "4021", "--at", date, "--output", "json"]);
        let shown = shown.code(0).json();
        assert_eq!(shown["people"].as_array().map(Vec::len), Some(1));
        assert_eq!(shown["groups"][0]["path"], "/Sales");
        shown["people"][0]["id"].as_str().expect("an id").to_owned()
    };
    assert_eq!((at("2026-11-25"), at("2026-11-30")), ("staff/7".into(), "staff/8".into()));
    let nobody = folder.rollbook(["show", "4021"]).code(1).stderr;
    assert!(nobody.contains("last Bob's (`staff/8`), until 2026-12-10T09:00:00Z"), "{nobody}");
    let early = folder.rollbook(["show", "4021", "--at", "2026-11-01"]).code(1).stderr;
    assert!(early.contains("the first commit is of 2026-11-20"), "{early}");
}

#[test]
fn it_is_the_same_without_an_index() {
    let folder = passed_on();
    let told = |words: &[&str]| folder.rollbook(words).code(0).stdout;
    let all = [
        &["log", "4021", "--output", "json"][..],
        &["log", "main:4021"],
        &["log", "staff/8"],
        &["log", "4077", "--output", "yaml"],
        &["show", "4077", "--output", "json"],
        &["show", "staff/7", "--at", "2026-11-25"],
    ];
    let before: Vec<String> = all.iter().map(|words| told(words)).collect();
    let index = folder.file("directory.git/rollbook-history");
    std::fs::remove_file(&index).expect("an index");
    // A folder in its place can't be written.
    std::fs::create_dir(&index).expect("a folder");
    let after: Vec<String> = all.iter().map(|words| told(words)).collect();
    assert_eq!(before, after);
    let nobody = folder.rollbook(["log", "4999"]).code(1).stderr;
    assert!(nobody.contains("nobody in the directory is `4999`"), "{nobody}");
}
