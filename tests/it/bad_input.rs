//! Bad input, seen from the command line: a message that says what, where and what to do; nothing
//! lost, nothing half written, nothing raw on the terminal.

use std::{fs, process::Command};

use super::rollbook::{Ended, Folder};

const MANIFEST: &str = "\
version: 1
state: { git: ./directory.git }
sources:
  staff:
    kind: csv
    path: people.csv
    key: key
    fields: { name: name, extension: extension, department: department }
groups:
  - path: \"/{{ department | default('None') }}\"
limits: { disable: { people: 1 } }
";

const PEOPLE: &str = "key,name,extension,department\n1,Ada,4021,Sales\n2,Grace,4022,Sales\n";

/// A folder whose directory holds Ada and Grace.
fn settled() -> Folder {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.write("people.csv", PEOPLE);
    folder.rollbook(["apply", "--yes"]).code(0);
    folder
}

/// The files of the people and their groups, as git has them; the ledger may tell what was read.
fn people(folder: &Folder) -> String {
    folder.git(&["ls-tree", "-r", "main", "people", "groups.yaml"]).code(0).stdout
}

/// Planned and applied with this export, nobody is disabled and the directory stays as it is.
#[track_caller]
fn disables_nobody(people: &[u8]) -> Ended {
    let folder = settled();
    let before = self::people(&folder);
    folder.write("people.csv", people);
    let planned = folder.rollbook(["plan", "--output", "json"]);
    if planned.code == Some(0) {
        assert_eq!(planned.json()["summary"]["disable"], 0, "{}", planned.stdout);
    } else {
        assert_eq!(planned.code, Some(1), "{planned:#?}");
        assert!(planned.stderr.contains("help: "), "{}", planned.stderr);
        let named = ["people.csv", "rollbook.yaml:"].iter().any(|at| planned.stderr.contains(at));
        assert!(named, "{}", planned.stderr);
    }
    folder.rollbook(["apply", "--yes"]);
    assert_eq!(self::people(&folder), before);
    planned
}

#[test]
fn an_export_without_rows_disables_nobody() {
    disables_nobody(b"key,name,extension,department\n");
}

#[test]
fn an_empty_export_disables_nobody() {
    disables_nobody(b"");
}

#[test]
fn an_export_without_its_header_disables_nobody() {
    disables_nobody(b"1,Ada,4021,Sales\n2,Grace,4022,Sales\n");
}

#[test]
fn an_export_cut_in_the_middle_disables_nobody() {
    disables_nobody(b"key,name,extension,department\n1,Ada,4021,Sales\n2,Gra");
}

#[test]
fn an_export_of_one_bad_byte_disables_nobody() {
    let ended = disables_nobody(b"key,name,extension,department\n1,Ad\xe9,4021,Sales\n");
    assert!(ended.stderr.contains("encoding: windows-1252"), "{}", ended.stderr);
}

#[test]
fn a_key_given_twice_leaves_that_person_as_they_were() {
    let people =
        b"key,name,extension,department\n1,Ada,4021,Sales\n2,Grace,1,Sales\n2,Grace,2,Sales\n";
    let planned = disables_nobody(people).json();
    let codes: Vec<_> =
        planned["findings"].as_array().unwrap().iter().map(|f| &f["code"]).collect();
    assert!(codes.iter().any(|code| *code == "duplicate-key"), "{codes:?}");
}

#[test]
fn dialects_of_csv_are_read_as_they_are_meant() {
    let utf16 = {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend(PEOPLE.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    let dialects: [(&str, Vec<u8>); 5] = [
        ("a BOM", format!("\u{feff}{PEOPLE}").into_bytes()),
        ("CRLF", PEOPLE.replace('\n', "\r\n").into_bytes()),
        ("semicolons", PEOPLE.replace(',', ";").into_bytes()),
        ("quotes", PEOPLE.replace("Ada", "\"Ada\"").into_bytes()),
        ("UTF-16", utf16),
    ];
    for (dialect, bytes) in dialects {
        let folder = settled();
        folder.write("people.csv", bytes);
        let ended = folder.rollbook(["plan", "--detailed-exitcode"]);
        assert_eq!(ended.code, Some(0), "{dialect}: {ended:#?}");
        assert!(ended.stdout.contains("In step"), "{dialect}: {}", ended.stdout);
    }
}

#[test]
fn latin_1_is_read_once_the_manifest_says_so() {
    let folder = settled();
    folder
        .write("rollbook.yaml", MANIFEST.replace("key: key", "key: key\n    encoding: iso-8859-1"));
    folder.write(
        "people.csv",
        b"key,name,extension,department\n1,Ren\xe9e,4021,Sales\n2,Grace,4022,Sales\n",
    );
    let plan = folder.plan();
    assert_eq!(plan["changes"][0]["fields"][0]["after"], "Renée");
}

#[test]
fn hostile_names_do_not_reach_the_terminal_raw() {
    let folder = settled();
    let hostile = "\"Ada \u{1b}[31m\u{202e}\u{7}@everyone [x](http://y) <b>`|\u{200b}\nnext\"";
    folder.write(
        "people.csv",
        format!("key,name,extension,department\n1,{hostile},4021,Sales\n2,Grace,4022,Sales\n"),
    );
    let mut texts = vec![folder.rollbook(["plan"]).code(0).stdout];
    texts.push(folder.rollbook(["plan", "--output", "markdown"]).code(0).stdout);
    texts.push(folder.rollbook(["apply", "--yes"]).code(0).stdout);
    for words in [
        vec!["show"],
        vec!["show", "4021"],
        vec!["log"],
        vec!["log", "4021"],
        vec!["diff", "main~1"],
    ] {
        texts.push(folder.rollbook(words).code(0).stdout);
    }
    texts.push(folder.rollbook(["fetch", "staff"]).code(0).stdout);
    for form in ["json", "yaml"] {
        for words in [vec!["plan"], vec!["show"], vec!["diff", "main~1"], vec!["fetch", "staff"]] {
            let text = folder.rollbook([&words[..], &["--output", form]].concat()).code(0).stdout;
            assert_eq!(words[0] == "plan", !text.contains("everyone"), "{text}");
            texts.push(text);
        }
    }
    texts.push(folder.git(&["show", "main"]).code(0).stdout);
    for text in texts {
        for raw in ['\u{1b}', '\u{202e}', '\u{7}', '\u{200b}'] {
            assert!(!text.contains(raw), "{raw:?} in {text:?}");
        }
    }
    // Inside a fence nothing has a meaning, and no line of data can end one.
    let markdown = folder.rollbook(["diff", "main~1", "--output", "markdown"]).code(0).stdout;
    let outside: String = markdown.split("\n```").step_by(2).collect();
    for meaning in ["<b>", "@everyone", "](http"] {
        assert!(markdown.contains(meaning) && !outside.contains(meaning), "{markdown}");
    }
}

#[test]
fn a_repository_that_is_not_ours_is_left_alone() {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.write("people.csv", PEOPLE);
    let git = |words: &[&str]| {
        let status = Command::new("git").args(words).current_dir(folder.path()).status();
        assert!(status.expect("git to start").success());
    };
    git(&["init", "-q", "-b", "main", "directory.git"]);
    fs::write(folder.file("directory.git/letter.txt"), "mine").unwrap();
    git(&["-C", "directory.git", "add", "."]);
    git(&[
        "-C",
        "directory.git",
        "-c",
        "user.name=a",
        "-c",
        "user.email=b",
        "commit",
        "-qm",
        "mine",
    ]);
    let ended = folder.rollbook(["apply", "--yes"]).code(1);
    assert!(
        ended.stderr.contains("directory.git") && ended.stderr.contains("help: "),
        "{}",
        ended.stderr
    );
    assert_eq!(fs::read_to_string(folder.file("directory.git/letter.txt")).unwrap(), "mine");
}

#[test]
fn a_newer_state_is_refused() {
    let folder = settled();
    rewrite(&folder, "rollbook.yaml", |text| text.replace("rollbook.state/1", "rollbook.state/9"));
    let ended = folder.rollbook(["plan"]).code(1);
    assert!(ended.stderr.contains("newer"), "{}", ended.stderr);
}

#[test]
fn a_hand_edit_is_read_and_shown() {
    let folder = settled();
    let file = people_file(&folder);
    rewrite(&folder, &file, |text| text.replace("\"4021\"", "'4999'  # by hand"));
    let plan = folder.plan();
    let change = &plan["changes"][0]["fields"][0];
    assert_eq!((&change["before"], &change["after"]), (&"4999".into(), &"4021".into()), "{plan:#}");
}

#[test]
fn a_broken_hand_edit_names_file_and_line() {
    let folder = settled();
    let file = people_file(&folder);
    rewrite(&folder, &file, |text| text.replace("\"4021\"", "\"4021"));
    let ended = folder.rollbook(["plan"]).code(1);
    assert!(ended.stderr.contains(&file) && ended.stderr.contains("help: "), "{}", ended.stderr);
}

fn people_file(folder: &Folder) -> String {
    let files = folder.git(&["ls-tree", "-r", "--name-only", "main"]).code(0).stdout;
    files.lines().find(|file| file.starts_with("people/")).expect("a file of people").into()
}

/// Edits one file of the state as a person would: clone, change, commit, push.
fn rewrite(folder: &Folder, file: &str, edit: impl Fn(&str) -> String) {
    let git = |words: &[&str]| {
        let output = Command::new("git").args(words).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{output:#?}");
    };
    git(&["clone", "-q", "directory.git", "clone"]);
    let path = folder.file("clone").join(file);
    let text = fs::read_to_string(&path).unwrap();
    let edited = edit(&text);
    assert_ne!(edited, text);
    fs::write(path, edited).unwrap();
    let author = ["-C", "clone", "-c", "user.name=a", "-c", "user.email=b"];
    git(&[&author[..], &["commit", "-qam", "by hand"]].concat());
    git(&["-C", "clone", "push", "-q", "origin", "main"]);
}
