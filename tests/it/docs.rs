//! Do the pages hold together: every link leads to a file, every heading that is named exists, and
//! every dependency has its reason.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            pages(&path, found);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

/// The targets of `[text](target)` outside of code.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("·");
        let mut rest = prose.as_str();
        while let Some(at) = rest.find("](") {
            rest = &rest[at + 2..];
            if let Some(end) = rest.find(')') {
                found.push((number + 1, rest[..end].to_owned()));
            }
        }
    }
    found
}

/// A heading's name in a link, as GitHub makes it.
fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    pages(root, &mut all);
    all.sort();
    let mut faults = Vec::new();
    let mut followed = 0;
    for page in &all {
        let text = fs::read_to_string(page).expect("a page");
        for (line, target) in links(&text) {
            if target.contains("://")
                || target.starts_with("mailto:")
                || target.starts_with("crate::")
            {
                continue;
            }
            followed += 1;
            let (file, heading) = target.split_once('#').unwrap_or((&target, ""));
            let file = match file {
                "" => page.clone(),
                file => page.parent().expect("a folder").join(file),
            };
            let there = file.exists()
                && (heading.is_empty()
                    || fs::read_to_string(&file).is_ok_and(|text| {
                        text.lines()
                            .filter_map(|line| line.strip_prefix('#'))
                            .any(|line| anchor(line.trim_start_matches('#').trim()) == heading)
                    }));
            if !there {
                let page = page.strip_prefix(root).unwrap_or(page);
                faults.push(format!("{}:{line}: `{target}` leads nowhere", page.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(followed > 10, "only {followed} links were found: is the reader of links broken?");
}

#[test]
fn every_dependency_has_its_reason_and_no_other_has_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("Cargo.toml");
    let section = |name: &str| -> BTreeSet<String> {
        let from = manifest.split_once(&format!("[{name}]\n")).expect("the section").1;
        let lines = from.lines().take_while(|line| !line.starts_with('['));
        lines.filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect()
    };
    let page = fs::read_to_string(root.join("docs/decisions/dependencies.md")).expect("the page");
    let quoted = |text: &str| -> Vec<String> {
        text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |"));
    let named: BTreeSet<String> =
        rows.flat_map(|(names, _)| quoted(&format!("`{names}"))).collect();
    assert_eq!(named, section("dependencies"));
    let (_, tests) = page.split_once("For tests and benches only:").expect("the last paragraph");
    let named: BTreeSet<String> = quoted(tests).into_iter().collect();
    assert_eq!(named, section("dev-dependencies"));
}
