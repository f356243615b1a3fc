//! The schemas of what `--output json` prints equal the types, and real output follows them;
//! `UPDATE=1` writes them anew.

use std::{fs, path::Path};

use rollbook::cli::schema::SCHEMAS;
use serde_json::Value;

use super::{generated::updating, rollbook::Folder};

fn schema(name: &str) -> Value {
    let (_, make) = SCHEMAS.iter().find(|(known, _)| *known == name).expect("a schema");
    make()
}

#[track_caller]
fn follows(value: &Value, name: &str) {
    let validator = jsonschema::draft7::new(&schema(name)).expect("a schema of draft-07");
    let faults: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{name}: {}\n{value:#}", faults.join("\n"));
    let format = value.get("format").and_then(Value::as_str);
    if name != "person" {
        assert_eq!(format, Some(format!("rollbook.{name}/1").as_str()));
    }
}

#[test]
fn kept_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, make) in SCHEMAS {
        if *name == "manifest" {
            continue; // its own test, with its own words
        }
        let wanted = serde_json::to_string_pretty(&make()).expect("JSON") + "\n";
        let path = folder.join(format!("{name}.schema.json"));
        if updating() {
            fs::write(&path, &wanted).expect("written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == wanted, "{} is not current: run the tests with UPDATE=1", path.display());
    }
}

#[test]
fn what_commands_print_follows_its_schema() {
    let mut folder = Folder::example("csv");
    let json = |folder: &Folder, words: &[&str]| {
        folder.rollbook([words, &["--output", "json"][..]].concat()).code(0).json()
    };
    follows(&json(&folder, &["plan"]), "plan");
    follows(&json(&folder, &["apply", "--yes"]), "applied");
    follows(&json(&folder, &["apply", "--yes"]), "applied");
    folder.set("CSV_PATH", "people-june.csv");
    follows(&json(&folder, &["plan"]), "plan");
    folder.rollbook(["apply", "--yes"]).code(0);
    follows(&json(&folder, &["show"]), "directory");
    follows(&json(&folder, &["show", "staff/1010"]), "directory");
    follows(&json(&folder, &["ledger"]), "ledger");
    follows(&json(&folder, &["ledger", "unknown"]), "ledger");
    for who in ["staff/1010", "4021", "staff/1012", "nobody"] {
        follows(&json(&folder, &["explain", who]), "explain");
        follows(&json(&folder, &["explain", who, "--state-only"]), "explain");
    }
    follows(&json(&folder, &["log"]), "log");
    follows(&json(&folder, &["log", "staff/1010"]), "log");
    follows(&json(&folder, &["log", "4021"]), "log");
    follows(&json(&folder, &["diff", "main~1"]), "diff");
    follows(&json(&folder, &["fetch", "staff"]), "fetch");
    follows(&json(&folder, &["fetch", "staff", "--raw"]), "fetch");
    follows(&json(&folder, &["doctor"]), "doctor");
    follows(&json(&folder, &["validate"]), "diagnostics");
    follows(&json(&folder, &["rehearse", "half-source"]), "rehearsal");
    folder.write("broken.yaml", "version: 1\nsuorces: {}\nsources:\n  a: { kind: cvs }\n");
    let broken = ["--manifest", "broken.yaml", "validate", "--output", "json"];
    let broken = folder.rollbook(broken).code(1).json();
    assert!(broken["diagnostics"].as_array().is_some_and(|found| found.len() > 1), "{broken:#}");
    follows(&broken, "diagnostics");
}

#[test]
fn a_refused_plan_follows_its_schema() {
    let folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    let all = fs::read_to_string(folder.file("people.csv")).expect("the export");
    let few: String = all.lines().take(6).map(|line| format!("{line}\n")).collect();
    folder.write("people.csv", few);
    let plan = folder.rollbook(["plan", "--output", "json"]).code(3).json();
    assert_eq!(plan["verdict"]["allowed"], false);
    follows(&plan, "plan");
}

#[test]
fn yaml_holds_the_same_data_as_json() {
    let folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    for words in [["show", "--output"], ["log", "--output"], ["plan", "--output"]] {
        let json = folder.rollbook(words.iter().chain(&["json"])).code(0).json();
        let yaml = folder.rollbook(words.iter().chain(&["yaml"])).code(0).stdout;
        let mut yaml: Value = serde_yaml::from_str(&yaml).expect("YAML");
        let mut json = json;
        for told in [&mut json, &mut yaml] {
            // Two runs are not made at one time.
            told.as_object_mut().expect("an object").remove("made_at");
            told.as_object_mut().expect("an object").remove("sources");
        }
        assert_eq!(json, yaml);
    }
}
