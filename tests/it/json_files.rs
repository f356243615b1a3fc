//! JSON files: what `doctor` says of odd ones, and large ones.

use std::{fmt::Write as _, fs};

use rollbook::{
    directory::Text,
    source::{Attribute, Outcome, Vocabulary},
};

use crate::connectors::{context, is_complete, opened};

const SETTINGS: &str = "{ path: people.json, key: id }";

#[test]
fn ten_megabytes_are_read_to_the_last_item() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    let mut rows = 0;
    while text.len() < 10 << 20 {
        rows += 1;
        let _ = writeln!(
            text,
            "{{\"id\": {rows}, \"name\": \"Person {rows}\", \"unit\": {{\"site\": \"Leeds\"}}}}"
        );
    }
    fs::write(folder.path().join("people.json"), text).unwrap();
    let wanted: [Text; 2] = ["name".into(), "unit_site".into()];
    let listing = opened("json", SETTINGS).fetch(&context(folder.path(), &wanted)).unwrap();
    assert!(is_complete(&listing));
    assert_eq!(listing.records.len(), rows);
    let last = listing.records.last().unwrap();
    assert_eq!(last.place.to_string(), format!("line {rows}"));
    assert_eq!(last.values[1], Attribute::One("Leeds".into()));
}

#[test]
fn doctor_tells_what_is_odd_about_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let source = opened("json", SETTINGS);
    let wanted: [Text; 2] = ["fax".into(), "name".into()];
    for (text, title, said) in [
        (
            r#"[{"id": 1, "name": "Ada"}]"#,
            "find the attributes that the manifest uses",
            "no record has `fax`",
        ),
        (
            r#"[{"id": 1}, {"id": 1}]"#,
            "tell records apart by `id`",
            "item 1 and item 2 are both `1`",
        ),
        (r#"[{"id": 1}, {"name": "x"}]"#, "read every record", "item 2 has no `id`"),
        (
            r#"[{"id": 1}, {"id": 2"#,
            "find the list and its keys",
            "`people.json` line 1, column 20",
        ),
        (r#"{"people": []}"#, "find the list and its keys", "`people.json`: it holds one object"),
    ] {
        fs::write(folder.path().join("people.json"), text).unwrap();
        let mut checks = Vec::new();
        let cx = context(folder.path(), &wanted);
        source.examine(&cx, &mut |check| checks.push(check));
        let check = checks.iter().find(|check| check.title == title).unwrap();
        match &check.outcome {
            Outcome::Doubtful(seen, help) | Outcome::Failed(seen, help) => {
                assert!(seen.starts_with(said), "{seen}");
                assert!(!help.is_empty());
            }
            passed @ Outcome::Passed(_) => panic!("{title}: {passed:?}"),
        }
    }
}

#[test]
fn any_name_may_be_there_tomorrow() {
    let folder = tempfile::tempdir().unwrap();
    let source = opened("json", SETTINGS);
    assert_eq!(source.vocabulary(&context(folder.path(), &[])), Vocabulary::Open);
}
