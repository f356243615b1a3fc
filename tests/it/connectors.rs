//! Does a connector keep its word: one list of questions to every row of the registry.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::Timestamp;
use rollbook::{
    connectors::{KINDS, Kind},
    directory::Text,
    document::{Node, parse},
    mapping::{Expression, Scope},
    source::{Check, Context, Coverage, FetchError, Listing, Outcome, Silent, Source},
};
use serde_json::{Value, json};

/// What the page of every kind of source answers.
const HEADINGS: [&str; 6] = [
    "## What is read",
    "## Rights needed",
    "## Settings",
    "## Default mapping",
    "## What can't be seen",
    "## What proves it complete",
];

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn fixtures(kind: &Kind) -> PathBuf {
    file("tests/fixtures").join(kind.name)
}

fn schema(kind: &Kind) -> Value {
    let mut generator = schemars::generate::SchemaSettings::draft07()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    let mut schema = (kind.schema)(&mut generator).to_value();
    // What a reference to a secret looks like is the manifest's; here it is resolved.
    schema["definitions"]["Reference"] = json!(true);
    schema
}

/// Every object with settings of its own in a schema, and where it stands.
fn objects<'a>(schema: &'a Value, at: &str, found: &mut Vec<(String, &'a Value)>) {
    if schema.get("properties").is_some_and(Value::is_object) {
        found.push((at.to_owned(), schema));
    }
    match schema {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| objects(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => items.iter().for_each(|item| objects(item, at, found)),
        _ => {}
    }
}

fn settings(kind: &Kind) -> Node {
    let path = fixtures(kind).join("settings.yaml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    parse(&text, &"settings.yaml".into()).unwrap()
}

pub(crate) fn opened(kind: &str, yaml: &str) -> Box<dyn Source> {
    let settings = parse(yaml, &"settings.yaml".into()).unwrap();
    let kind = Kind::named(kind).unwrap();
    (kind.open)(&settings).unwrap_or_else(|fault| panic!("{fault:?}"))
}

pub(crate) fn context<'a>(root: &'a Path, attributes: &'a [Text]) -> Context<'a> {
    let now = Timestamp::UNIX_EPOCH;
    Context { name: "staff", pbx: "main", root, now, attributes, known: &[], progress: &Silent }
}

pub(crate) fn fetch(source: &dyn Source, root: &Path) -> Result<Listing, FetchError> {
    source.fetch(&context(root, &[]))
}

pub(crate) fn examine(source: &dyn Source, root: &Path) -> Vec<Check> {
    let mut checks = Vec::new();
    source.examine(&context(root, &[]), &mut |check| checks.push(check));
    checks
}

pub(crate) fn is_complete(listing: &Listing) -> bool {
    matches!(listing.coverage, Coverage::Complete { .. })
}

/// The kinds that read a file which their settings name with `path:`, and a copy of their fixtures.
fn file_kinds() -> Vec<(&'static Kind, Box<dyn Source>, tempfile::TempDir, PathBuf)> {
    let mut kinds = Vec::new();
    for kind in KINDS.iter().filter(|kind| schema(kind)["properties"].get("path").is_some()) {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(fixtures(kind)).unwrap() {
            let from = entry.unwrap().path();
            fs::copy(&from, folder.path().join(from.file_name().unwrap())).unwrap();
        }
        let settings = settings(kind);
        let path = settings.get("path").and_then(Node::as_text).unwrap();
        let path = folder.path().join(path.as_str());
        kinds.push((kind, (kind.open)(&settings).unwrap(), folder, path));
    }
    assert!(kinds.len() >= 2, "csv and json read files");
    kinds
}

#[test]
fn the_registry_is_in_name_order_and_holds_each_name_once() {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
    for kind in KINDS {
        assert!(std::ptr::eq(Kind::named(kind.name).unwrap(), kind));
        assert!(!kind.about.is_empty() && !kind.about.ends_with('.'), "{}", kind.name);
    }
}

#[test]
fn every_kind_has_a_page_that_answers_the_same_questions_and_names_every_setting() {
    for kind in KINDS {
        let path = file("docs/sources").join(format!("{}.md", kind.name));
        let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        // In a table a bar is escaped.
        let page = page.replace("\\|", "|");
        let lines: Vec<&str> = page.lines().collect();
        for heading in HEADINGS {
            assert!(lines.contains(&heading), "{path:?} has no `{heading}`");
        }
        for name in schema(kind)["properties"].as_object().unwrap().keys() {
            assert!(page.contains(&format!("`{name}`")), "{path:?} doesn't explain `{name}`");
        }
        for (field, expression) in kind.defaults {
            let both = page.contains(&format!("`{field}`")) && page.contains(expression);
            assert!(both, "{path:?} doesn't give the default of `{field}`, `{expression}`");
        }
    }
}

#[test]
fn every_setting_is_documented_and_unknown_ones_are_refused() {
    for kind in KINDS {
        let schema = schema(kind);
        let mut all = Vec::new();
        objects(&schema, kind.name, &mut all);
        assert!(!all.is_empty(), "{} has no settings", kind.name);
        for (at, object) in all {
            assert_eq!(object["additionalProperties"], json!(false), "{at}");
            for (name, setting) in object["properties"].as_object().unwrap() {
                let about = setting["description"].as_str().unwrap_or_default();
                assert!(about.len() > 10, "{at}: `{name}` is not documented");
            }
        }
    }
}

#[test]
fn the_defaults_of_every_kind_are_expressions_over_what_it_has() {
    for kind in KINDS {
        let fields = kind.defaults.iter().map(|(field, expression)| (field.name(), *expression));
        for (field, expression) in fields.chain(kind.status.map(|status| ("status", status))) {
            let compiled = Expression::compile(expression, Scope::Attributes)
                .unwrap_or_else(|error| panic!("{}: {field}: {error:?}", kind.name));
            let unknown = compiled.check(&kind.attributes);
            assert!(unknown.is_empty(), "{}: {field}: {unknown:?}", kind.name);
        }
    }
}

#[test]
fn the_schema_and_the_reader_of_settings_agree() {
    for kind in KINDS {
        let validator = jsonschema::validator_for(&schema(kind)).unwrap();
        let text = fs::read_to_string(fixtures(kind).join("settings.yaml")).unwrap();
        let right: Value = serde_yaml::from_str(&text).unwrap();
        let mut wrong = right.clone();
        wrong["colour"] = json!("red");
        let required = schema(kind)["required"].as_array().unwrap()[0].as_str().unwrap().to_owned();
        let mut missing = right.clone();
        missing.as_object_mut().unwrap().remove(&required);
        let mut list = right.clone();
        list[&required] = json!([["x"]]);
        for (settings, good) in [(right, true), (wrong, false), (missing, false), (list, false)] {
            assert_eq!(validator.is_valid(&settings), good, "{}: {settings}", kind.name);
            let yaml = parse(&settings.to_string(), &"settings.yaml".into()).unwrap();
            assert_eq!((kind.open)(&yaml).is_ok(), good, "{}: {settings}", kind.name);
        }
    }
}

#[test]
fn fixture_files_are_whole_and_every_record_has_a_key_of_its_own() {
    for (kind, source, folder, _) in file_kinds() {
        let listing = fetch(&*source, folder.path()).unwrap();
        assert!(is_complete(&listing), "{}: {:?}", kind.name, listing.coverage);
        let keys: BTreeSet<&Text> = listing.records.iter().map(|record| &record.key).collect();
        assert_eq!(keys.len(), listing.records.len(), "{}", kind.name);
        assert!(keys.len() >= 3 && !keys.contains(&Text::default()), "{}", kind.name);
        for record in &listing.records {
            assert_eq!(record.values.len(), listing.names.len(), "{}", kind.name);
            assert_eq!(record.flaw, None, "{}: {}", kind.name, record.place);
        }
    }
}

#[test]
fn the_same_bytes_give_the_same_listing() {
    for (kind, source, folder, _) in file_kinds() {
        let twice = [(); 2].map(|()| format!("{:?}", fetch(&*source, folder.path()).unwrap()));
        assert_eq!(twice[0], twice[1], "{}", kind.name);
    }
}

#[test]
fn files_are_only_ever_read() {
    fn state(folder: &Path) -> Vec<(PathBuf, Vec<u8>, SystemTime)> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut state: Vec<_> = entries
            .map(|path| {
                let time = fs::metadata(&path).unwrap().modified().unwrap();
                (path.clone(), fs::read(path).unwrap(), time)
            })
            .collect();
        state.sort();
        state
    }
    for (kind, source, folder, _) in file_kinds() {
        let before = state(folder.path());
        fetch(&*source, folder.path()).unwrap();
        let _ = source.vocabulary(&context(folder.path(), &[]));
        examine(&*source, folder.path());
        assert_eq!(state(folder.path()), before, "{}", kind.name);
    }
}

#[test]
fn a_file_cut_anywhere_never_gives_a_complete_empty_listing() {
    for (kind, source, folder, path) in file_kinds() {
        let whole = fs::read(&path).unwrap();
        let all = fetch(&*source, folder.path()).unwrap().records;
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let Ok(listing) = fetch(&*source, folder.path()) else { continue };
            // What looks whole is whole up to some record: a table's end shows nowhere.
            if is_complete(&listing) {
                let (last, before) = listing.records.split_last().unwrap();
                assert_eq!(before, &all[..before.len()], "{} at {length}", kind.name);
                assert_eq!(last.key, all[before.len()].key, "{} at {length}", kind.name);
            }
        }
    }
}

#[test]
fn an_empty_or_missing_file_is_an_error_with_a_way_out_and_doctor_names_it() {
    for (kind, source, folder, path) in file_kinds() {
        fs::write(&path, "").unwrap();
        let empty = fetch(&*source, folder.path()).unwrap_err();
        assert!(empty.to_string().contains("empty"), "{}: {empty}", kind.name);
        fs::remove_file(&path).unwrap();
        let missing = fetch(&*source, folder.path()).unwrap_err();
        assert!(matches!(missing, FetchError::Unreadable { .. }), "{}: {missing}", kind.name);
        for error in [&empty, &missing] {
            let help = error.help();
            assert!(help.starts_with(|first: char| first.is_ascii_lowercase()), "{help}");
        }
        let checks = examine(&*source, folder.path());
        let last = checks.last().map(|check| &check.outcome);
        assert!(matches!(last, Some(Outcome::Failed(..))), "{}: {checks:?}", kind.name);
    }
}

#[test]
fn doctor_finds_nothing_to_say_against_the_fixtures() {
    for (kind, source, folder, _) in file_kinds() {
        let checks = examine(&*source, folder.path());
        assert!(checks.len() >= 4, "{}: {checks:?}", kind.name);
        for check in checks {
            let passed = matches!(check.outcome, Outcome::Passed(ref seen) if !seen.is_empty());
            assert!(passed, "{}: {check:?}", kind.name);
        }
    }
}
