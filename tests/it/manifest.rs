//! Manifests that are right and wrong, through the loader and through the schema.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use rollbook::{
    document::{self, Content, Node, number},
    manifest::{self, Diagnostics, Manifest, Nowhere, References, load},
    plan::{Action, Kind, PastLimit, Share},
};
use serde_json::Value;

use crate::generated::updating;

/// The manifests of a folder, in name order.
fn manifests(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(Path::new("tests/manifests").join(folder))
        .expect("the folder of manifests")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn examples() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("examples")
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path().join("rollbook.yaml"))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn tree(path: &Path) -> Option<Node> {
    let file = path.display().to_string().into();
    let bytes = fs::read(path).expect("the file");
    document::text(&bytes, &file).and_then(|text| document::parse(text, &file)).ok()
}

/// What the schema is asked about: plain numbers and flags as such, all else as text.
fn json(node: &Node) -> Value {
    match &node.content {
        Content::Null => Value::Null,
        Content::Scalar { text, plain: true, .. } if text == "true" || text == "false" => {
            Value::Bool(text == "true")
        }
        Content::Scalar { text, plain: true, .. } if number(text).is_some() => {
            Value::Number(number(text).expect("a number"))
        }
        Content::Scalar { text, .. } => Value::String(text.to_string()),
        Content::List(items) => items.iter().map(json).collect(),
        Content::Map(entries) => Value::Object(
            entries.iter().map(|(key, value)| (key.text.to_string(), json(value))).collect(),
        ),
    }
}

/// What the schema says of a file; nothing where it is no YAML.
fn by_schema(path: &Path) -> Option<Result<(), String>> {
    let schema = jsonschema::validator_for(&manifest::schema()).expect("a JSON schema");
    let value = json(&tree(path)?);
    Some(schema.validate(&value).map_err(|error| error.to_string()))
}

fn refused(path: &Path) -> Diagnostics {
    match load(path, &Nowhere) {
        Ok(_) => panic!("{} was taken", path.display()),
        Err(wrong) => wrong,
    }
}

fn taken(path: &Path) -> Manifest {
    match load(path, &Nowhere) {
        Ok(manifest) => manifest,
        Err(wrong) => panic!("{wrong}"),
    }
}

/// Compares a text with the file beside the manifest; `UPDATE=1` writes it anew.
fn as_kept(manifest: &Path, text: &str) -> bool {
    let kept = manifest.with_extension("txt");
    if updating() {
        fs::write(&kept, text).expect("written");
    }
    fs::read_to_string(&kept).is_ok_and(|kept| kept == text)
}

#[test]
fn each_wrong_manifest_is_told_what_is_wrong_with_it() {
    let all: Vec<PathBuf> = ["bad", "bad-meaning"].into_iter().flat_map(manifests).collect();
    let differ: Vec<_> =
        all.iter().filter(|path| !as_kept(path, &refused(path).to_text(false))).collect();
    assert!(differ.is_empty(), "run the tests with UPDATE=1 and read what changed: {differ:?}");
}

#[test]
fn every_diagnostic_has_help_and_no_secret_and_nothing_that_a_terminal_obeys() {
    for path in ["bad", "bad-meaning"].into_iter().flat_map(manifests) {
        let wrong = refused(&path);
        for diagnostic in &wrong {
            assert!(!diagnostic.help.is_empty(), "{}: {}", path.display(), diagnostic.title);
        }
        for shown in [wrong.to_text(false), wrong.to_json().to_string()] {
            assert!(!shown.contains("hunter"), "{}:\n{shown}", path.display());
            let raw = shown
                .chars()
                .find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(raw, None, "{}", path.display());
        }
        assert!(!format!("{wrong:?}").contains("hunter"), "{}", path.display());
    }
}

#[test]
fn loader_and_schema_agree_on_what_is_right() {
    for path in manifests("good").into_iter().chain(examples()) {
        taken(&path);
        assert_eq!(by_schema(&path), Some(Ok(())), "{}", path.display());
    }
}

#[test]
fn loader_and_schema_agree_on_wrong_forms() {
    // What JSON can't say, or one file doesn't show.
    let unseen: BTreeSet<&str> = ["syntax", "unreadable", "duplicate-key"].into();
    for path in manifests("bad") {
        let codes: BTreeSet<&str> = refused(&path).iter().map(|wrong| wrong.code).collect();
        if !codes.is_subset(&unseen) {
            let said = by_schema(&path);
            assert!(matches!(said, Some(Err(_))), "{}: {codes:?}, {said:?}", path.display());
        }
    }
}

#[test]
fn the_schema_accepts_what_is_only_wrong_in_meaning() {
    for path in manifests("bad-meaning") {
        refused(&path);
        assert_eq!(by_schema(&path), Some(Ok(())), "{}", path.display());
    }
}

#[test]
fn another_yaml_reader_sees_the_same() {
    for path in manifests("good").into_iter().chain(examples()) {
        let text = fs::read_to_string(&path).expect("the file");
        let text = text.trim_start_matches('\u{feff}'); // which the other reader refuses
        let mut other: serde_yaml::Value = serde_yaml::from_str(text).expect("YAML");
        other.apply_merge().expect("merge keys");
        same(&tree(&path).expect("YAML"), &other, &path);
    }
}

/// Numbers that we keep as text (`042`, `+44…`) may be numbers to others.
fn same(ours: &Node, other: &serde_yaml::Value, path: &Path) {
    use serde_yaml::Value as Other;
    let place = format!("{} {}", path.display(), ours.at.position());
    match (&ours.content, other) {
        (Content::Null, Other::Null) => {}
        (Content::Scalar { text, plain: true, .. }, Other::Bool(flag)) => {
            assert_eq!(text.as_str(), flag.to_string(), "{place}");
        }
        (Content::Scalar { text, plain: true, .. }, Other::Number(number)) => {
            let ours: f64 = text.parse().expect("a number");
            assert_eq!(Some(ours), number.as_f64(), "{place}");
        }
        (Content::Scalar { text, .. }, Other::String(other)) => {
            assert_eq!(text.as_str(), other, "{place}");
        }
        (Content::List(items), Other::Sequence(others)) => {
            assert_eq!(items.len(), others.len(), "{place}");
            items.iter().zip(others).for_each(|(item, other)| same(item, other, path));
        }
        (Content::Map(entries), Other::Mapping(others)) => {
            assert_eq!(entries.len(), others.len(), "{place}");
            for (key, value) in entries {
                let other = others.iter().find(|(other, _)| match other {
                    Other::String(other) => *other == key.text.as_str(),
                    Other::Bool(other) => other.to_string() == key.text.as_str(),
                    _ => false,
                });
                same(value, other.unwrap_or_else(|| panic!("{place}: {}", key.text)).1, path);
            }
        }
        _ => panic!("{place}: {ours:?} and {other:?}"),
    }
}

/// Environment variables as a test sets them.
struct Set(&'static [(&'static str, &'static str)]);

impl References for Set {
    fn env(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_string())
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        fs::read_to_string(path)
    }

    fn command(&self, argv: &[String]) -> io::Result<String> {
        Ok(argv.join(" "))
    }
}

#[test]
fn a_manifest_gives_what_it_says() {
    let manifest = taken(Path::new("tests/manifests/good/everything.yaml"));
    assert_eq!(manifest.root, Path::new("tests/manifests/good"));
    assert_eq!(manifest.state.git, Path::new("tests/manifests/good/directory.git"));
    assert_eq!(manifest.digest.len(), 64);
    let names: Vec<&str> = manifest.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["personnel", "staff"]);
    let staff = &manifest.sources[1];
    assert_eq!(staff.at.to_string(), "tests/manifests/good/everything.yaml:11:3");
    assert_eq!(
        (staff.mapping.pbx.as_str(), staff.every.as_ref().map(|e| e.as_str())),
        ("hq", Some("1h"))
    );
    let filled: Vec<&str> = staff.mapping.fields.iter().map(|(field, _)| field.name()).collect();
    assert!(filled.contains(&"name") && !filled.contains(&"pager"), "{filled:?}");
    assert_eq!((manifest.groups.len(), manifest.collections.len()), (3, 2));
    let people = manifest.limits.of[&(Action::Disable, Kind::People)].count.clone();
    let people = people.expect("a bound");
    assert_eq!(
        (people.value, people.at.map(|at| at.to_string()).as_deref()),
        (25, Some("tests/manifests/good/everything.yaml:46:22"))
    );
    let numbers = &manifest.limits.of[&(Action::Disable, Kind::Extensions)];
    let counted = numbers.count.as_ref().map(|bound| bound.value);
    assert_eq!((counted, numbers.share.as_ref().map(|b| b.value)), (Some(40), Share::parse("10%")));
    let past = manifest.limits.past.clone().expect("it is not off");
    let line = past.at.as_ref().map(|at| at.line);
    assert_eq!((past.runs, past.times, past.people, line), (30, 5, 10, Some(52)));
    assert_eq!(staff.shrink, None);
    let personnel = manifest.sources[0].shrink.as_ref().expect("it is not off");
    assert_eq!((personnel.share, personnel.records), (Share::tenths(100), 5));
    let off = taken(Path::new("tests/manifests/good/past-off.yaml"));
    assert_eq!(off.limits.past, None::<PastLimit>);
}

#[test]
fn settings_that_stand_elsewhere_are_looked_up_when_a_source_is_opened() {
    let manifest = taken(Path::new("tests/manifests/good/everything.yaml"));
    let staff = &manifest.sources[1];
    let wrong = staff.open(&Nowhere).err().expect("nothing is set").to_text(false);
    assert!(
        wrong.contains("`AD_PASSWORD` is not set") && wrong.contains("`SECOND_BASE`"),
        "{wrong}"
    );
    let set = Set(&[("AD_PASSWORD", "hunter2"), ("SECOND_BASE", "OU=B,DC=corp,DC=example")]);
    assert!(staff.open(&set).is_ok());
    let set = Set(&[("AD_PASSWORD", "hunter2"), ("SECOND_BASE", "hunter3")]);
    let wrong = staff.open(&set).err().expect("no distinguished name").to_text(false);
    assert!(!wrong.contains("hunter"), "{wrong}");
}

#[test]
fn an_empty_default_leaves_an_optional_setting_out() {
    let manifest = taken(Path::new("examples/active-directory/rollbook.yaml"));
    let set = Set(&[
        ("ACTIVE_DIRECTORY_URL", "ldaps://dc1.corp.example"),
        ("ACTIVE_DIRECTORY_USER", "reader@corp.example"),
        ("ACTIVE_DIRECTORY_PASSWORD", "hunter2"),
        ("ACTIVE_DIRECTORY_PIN", ""),
    ]);
    assert!(manifest.sources[0].open(&set).map_err(|wrong| wrong.to_text(false)).is_ok());
}

#[test]
fn huge_manifests_are_refused_quickly() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rollbook.yaml");
    let many = |line: &dyn Fn(usize) -> String| (0..200_000).map(line).collect::<String>();
    for (text, said) in [
        ("x".repeat(9 << 20), "more than 8 MB"),
        ("[".repeat(200_000), "more than 64 levels"),
        (many(&|n| format!("- &a{n} x\n")), "more than 1000 anchors"),
        (many(&|n| format!("k{n}: x\n")), "unknown key `k0`"),
        (many(&|_| "version: 1\n".into()), "given twice"),
    ] {
        fs::write(&path, text).expect("written");
        let wrong = refused(&path).to_text(false);
        assert!(wrong.contains(said), "{said}");
    }
}

#[test]
fn diagnostics_are_data_too() {
    let wrong = refused(Path::new("tests/manifests/bad/duplicate-key.yaml"));
    let at = |line, offset| {
        let file = "tests/manifests/bad/duplicate-key.yaml";
        serde_json::json!({ "file": file, "line": line, "column": 5, "offset": offset, "length": 3 })
    };
    let wanted = serde_json::json!({
        "format": "rollbook.diagnostics/1",
        "diagnostics": [{
            "code": "duplicate-key", "severity": "error", "title": "key `key` is given twice",
            "at": at(7, 86), "label": "",
            "related": [{ "at": at(6, 68), "label": "first given here" }],
            "help": "remove one of the two",
        }],
    });
    assert_eq!(wrong.to_json(), wanted);
}

#[test]
fn the_manifest_is_found_from_a_folder_upwards() {
    let found = manifest::find(Path::new("examples/csv/directory.git/people"));
    assert_eq!(found.as_deref(), Some(Path::new("examples/csv/rollbook.yaml")));
}
