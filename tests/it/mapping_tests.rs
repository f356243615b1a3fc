//! `tests:` in a manifest: tried by `validate`, offline, and told at their places.

use std::fs;

use super::rollbook::Folder;

const MANIFEST: &str = r#"version: 1
sources:
  staff:
    kind: csv
    path: staff.csv
    key: no
    keep: "team != 'Contractors'"
    fields:
      name: name
      extension: ext | match('[0-9]+$')
      department: team
      additional_extensions: more | split(';')
      status: "'disabled' if left else 'active'"
groups:
  - match: { department: [Sales] }
    path: /Sales
  - path: /Others
tests:
"#;

/// What `validate` says of a manifest with these tests.
#[track_caller]
fn told(tests: &str, code: i32) -> String {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", format!("{MANIFEST}{tests}"));
    let ended = folder.rollbook(["validate"]).code(code);
    ended.stdout + &ended.stderr
}

#[test]
fn what_is_expected_and_comes_passes() {
    let passed = told(
        "  - given: { no: 7, name: Ada, ext: x4021, team: Sales, more: '12;11' }\n    \
         expect: { name: Ada, extension: 4021, path: /Sales, status: active, kept: true, \
         additional_extensions: [11, 12], telephone: null, do_not_log: false }\n  \
         - given: { name: Ada, left: yes }\n    expect: { status: disabled, path: /Others }\n  \
         - given: { team: Contractors }\n    expect: { kept: false }\n",
        0,
    );
    assert!(passed.contains("3 tests passed"), "{passed}");
}

#[test]
fn what_comes_otherwise_is_told_with_what_made_it() {
    let wrong = told(
        "  - name: a leaver\n    given: { name: Ada, ext: x4021, team: Sales }\n    expect:\n      \
         extension: 4022\n      path: /Others\n      status: disabled\n      telephone: '1'\n",
        1,
    );
    for words in [
        "`extension` is `4021`, not `4022`",
        "rollbook.yaml:22:18",
        "test `a leaver`",
        "extension: ext | match('[0-9]+$')",
        "`path` is `/Sales`, not `/Others`",
        "by this rule, whose path is `/Sales`",
        "they are active, not disabled",
        "'disabled' if left else 'active'",
        "`telephone` is empty, not `1`",
        "nothing fills it",
        "4 mistakes",
    ] {
        assert!(wrong.contains(words), "{words}:\n{wrong}");
    }
}

#[test]
fn a_record_of_which_nobody_comes_says_why() {
    let wrong = told(
        "  - given: { team: Contractors }\n    expect: { name: Ada, path: /Others }\n  \
         - given: { name: Ada }\n    expect: { kept: false }\n",
        1,
    );
    assert!(wrong.contains("`team` is `Contractors`") && wrong.contains("team != "), "{wrong}");
    assert!(wrong.contains("it is kept") && wrong.contains("2 mistakes"), "{wrong}");
    let flag = told("  - given: { nmae: Ada }\n    expect: { name: Ada }\n", 1);
    assert!(flag.contains("no expression of `staff` uses `nmae`"), "{flag}");
    assert!(flag.contains("did you mean `name`?"), "{flag}");
}

#[test]
fn programs_get_them_as_diagnostics() {
    let folder = Folder::empty();
    let tests = "  - given: { name: Ada }\n    expect: { name: Grace }\n";
    folder.write("rollbook.yaml", format!("{MANIFEST}{tests}"));
    let found = folder.rollbook(["validate", "--output", "json"]).code(1).json();
    let one = &found["diagnostics"][0];
    assert_eq!(one["code"], "test-failed");
    assert_eq!(one["at"]["line"], 20);
    assert_eq!(one["title"], "`name` is `Ada`, not `Grace`");
    assert_eq!(one["related"][0]["at"]["line"], 9);
}

#[test]
fn recordings_are_tested_without_their_source() {
    let folder = Folder::empty();
    folder.write(
        "staff.csv",
        "no,name,ext,team,more,left\n7,Ada,4021,Sales,,\n8,Grace,4022,Contractors,,\n9,Joan,4023,IT,,\n",
    );
    let manifest = MANIFEST.trim_end_matches("tests:\n");
    folder.write("rollbook.yaml", manifest);
    folder.rollbook(["fetch", "--record", "june"]).code(0);
    fs::remove_file(folder.file("staff.csv")).expect("removed");
    let tests = |people: u32, name: &str| {
        format!(
            "{MANIFEST}  - given: {{ recording: june, key: 7 }}\n    expect: {{ name: {name}, path: /Sales }}\n  \
             - given: {{ recording: june, key: 8 }}\n    expect: {{ kept: false }}\n  \
             - given: {{ recording: june }}\n    expect: {{ people: {people} }}\n"
        )
    };
    folder.write("rollbook.yaml", tests(2, "Ada"));
    folder.rollbook(["validate"]).code(0);
    folder.write("rollbook.yaml", tests(3, "Grace"));
    let wrong = folder.rollbook(["validate"]).code(1).stderr;
    assert!(wrong.contains("`name` is `Ada`, not `Grace`"), "{wrong}");
    assert!(wrong.contains("2 people come of it") && wrong.contains("2 mistakes"), "{wrong}");
    // A recording that is damaged is a mistake at its place, not an answer.
    let path = folder.file("june/staff.jsonl");
    let whole = fs::read_to_string(&path).expect("the records");
    folder.write("june/staff.jsonl", &whole[..whole.len() - 40]);
    folder.write("rollbook.yaml", tests(2, "Ada"));
    let wrong = folder.rollbook(["validate"]).code(1).stderr;
    assert!(wrong.contains("is damaged") && wrong.contains("rollbook.yaml:19:25"), "{wrong}");
}
