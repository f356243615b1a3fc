//! Does the house stand: who may use whom, and what words and rules may not touch.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The floors, from the ground up: a module may use its own floor's words and rules and all below.
const FLOORS: [(&str, &[&str]); 5] = [
    ("words", &["directory", "document", "finding", "secret", "settings", "source"]),
    (
        "rules",
        &[
            "explain",
            "grouping",
            "mapping",
            "merge",
            "numbers",
            "pins",
            "plan",
            "rehearsal",
            "render",
        ],
    ),
    ("edges", &["connectors", "manifest", "recording", "store", "wire"]),
    ("line", &["engine"]),
    ("roof", &["cli"]),
];

/// Arrows between modules of the edges' floor; there are no others.
const ARROWS: [(&str, &str); 2] = [("manifest", "connectors"), ("connectors", "wire")];

/// What words and rules may not touch: they are values in, values out.
const IMPURE: [&str; 9] = [
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    "git2::",
    "ldap3::",
    "File::open",
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|(_, modules)| modules.contains(&module))
}

fn may_use(module: &str, other: &str) -> bool {
    match (floor(module), floor(other)) {
        (Some(own), Some(used)) if own == used => {
            module == other || FLOORS[own].0 != "edges" || ARROWS.contains(&(module, other))
        }
        (Some(own), Some(used)) => used < own,
        _ => false,
    }
}

/// The modules of this crate that a text names, with the line of each.
fn used(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let line = text[..at].matches('\n').count() + 1;
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push((line, word(rest))),
            Some(block) => {
                let mut depth = 0_i32;
                let mut fresh = true;
                for (offset, c) in block.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => fresh = true,
                        c if fresh && depth == 0 && !c.is_whitespace() => {
                            found.push((line, word(&block[offset..])));
                            fresh = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn sources() -> BTreeMap<PathBuf, String> {
    fn walk(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                files.insert(path, text);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    walk(&root.join("src"), &mut files);
    files.into_iter().map(|(path, text)| (path.strip_prefix(root).unwrap().into(), text)).collect()
}

/// `src/plan/change.rs` is of module `plan`; `src/lib.rs` and `src/main.rs` are of none.
fn module(path: &Path) -> Option<String> {
    let below = path.strip_prefix("src").ok()?;
    let first = below.components().next()?.as_os_str().to_str()?.trim_end_matches(".rs");
    (!matches!(first, "lib" | "main")).then(|| first.to_owned())
}

#[test]
fn imports_go_down() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let Some(module) = module(&path) else { continue };
        assert!(floor(&module).is_some(), "{}: `{module}` stands on no floor", path.display());
        for (line, other) in used(&text) {
            if floor(&other).is_some() && !may_use(&module, &other) {
                faults.push(format!("{}:{line}: `{module}` may not use `{other}`", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_stands_on_a_floor_and_every_floor_is_built() {
    let built: BTreeSet<String> = sources().keys().filter_map(|path| module(path)).collect();
    let named: BTreeSet<String> =
        FLOORS.iter().flat_map(|(_, modules)| modules.iter().map(|m| (*m).to_owned())).collect();
    assert_eq!(built, named);
}

#[test]
fn words_and_rules_are_pure() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let Some(module) = module(&path) else { continue };
        if floor(&module).is_none_or(|floor| floor > 1) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for impure in IMPURE.iter().filter(|impure| code.contains(**impure)) {
                faults.push(format!("{}:{}: `{impure}`", path.display(), number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "words and rules touch the world:\n{}", faults.join("\n"));
}

#[test]
fn a_forbidden_import_would_be_seen() {
    let text = "use crate::{\n    directory::{Id, Text},\n    store::Store,\n};\nlet x = crate::cli::run();";
    let names: Vec<String> = used(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["directory", "store", "cli"]);
    assert!(!may_use("mapping", "store"));
    assert!(!may_use("store", "manifest"));
    assert!(!may_use("wire", "connectors"));
    assert!(may_use("manifest", "connectors"));
    assert!(may_use("cli", "engine"));
    assert!(may_use("engine", "plan"));
}
