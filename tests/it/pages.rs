//! What the pages show is what is so: the README's plan and its picture, and every manifest.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{generated::updating, rollbook::Folder};

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The blocks of a language in a page, each with the line on which it starts.
fn blocks(text: &str, language: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        if ticks.len() < 3 {
            continue;
        }
        let block: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| *line != ticks).collect();
        if line[ticks.len()..] == *language {
            found.push((number + 1, block.join("\n") + "\n"));
        }
    }
    found
}

/// The example of May, applied; then the plan of June.
fn june() -> (Folder, String) {
    let mut folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.set("CSV_PATH", "people-june.csv");
    let plan = folder.rollbook(["plan"]).code(0).stdout;
    (folder, plan)
}

/// Without what differs from run to run: ids of commits and plans.
fn masked(text: &str) -> String {
    let word = |word: &str| match word.len() == 12 && word.chars().all(|c| c.is_ascii_hexdigit()) {
        true => "…".to_owned(),
        false => word.to_owned(),
    };
    text.lines()
        .map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n")
        .collect()
}

#[test]
fn the_readme_shows_the_plan_of_june_and_the_commit_that_it_made() {
    let readme = page("README.md");
    let (folder, plan) = june();
    let shown = &blocks(&readme, "text")[0].1;
    if updating() && masked(shown) != masked(&plan) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        fs::write(path, readme.replacen(shown, &plan, 1)).expect("the README to be written");
        return;
    }
    assert_eq!(masked(shown), masked(&plan), "UPDATE=1 writes README.md anew");
    folder.rollbook(["apply", "--yes"]).code(0);
    let commit = folder.git(&["show"]).code(0).stdout;
    let (line, excerpt) = &blocks(&readme, "diff")[0];
    assert!(commit.contains(excerpt.as_str()), "README.md:{line} is not in\n{commit}");
}

#[test]
fn what_the_readme_shows_of_explain_is_in_its_story() {
    let story = masked(&page("tests/cmd/explain.md"));
    let (line, shown) = &blocks(&page("README.md"), "console")[0];
    for part in masked(shown).split("…\n") {
        assert!(!part.is_empty() && story.contains(part), "README.md:{line}: {part}");
    }
}

#[test]
fn the_picture_shows_the_plan_of_june() {
    let mut seen = String::new();
    for line in page("docs/plan.svg").lines().filter(|line| line.starts_with("<text")) {
        let mut rest = line;
        while let Some(end) = rest.find('>') {
            rest = &rest[end + 1..];
            seen.push_str(&rest[..rest.find('<').unwrap_or(rest.len())]);
        }
    }
    let seen = seen.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    // The picture folds long lines, as a terminal does.
    let squeezed = |text: &str| -> String { text.split_whitespace().collect() };
    let (_, plan) = june();
    let (plan, seen) = (masked(&plan), squeezed(&masked(&seen.replace("  staff", "\n  staff"))));
    assert!(
        seen.contains(&squeezed(plan.lines().skip(1).collect::<Vec<_>>().join("\n").as_str())),
        "make docs/plan.svg anew, as docs/terminal-svg says:\n{seen}\n{plan}"
    );
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

#[test]
fn every_manifest_in_the_pages_is_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = vec![root.join("README.md")];
    pages(&root.join("docs"), &mut all);
    all.sort();
    let mut checked = 0;
    let mut faults = String::new();
    for path in all {
        let text = fs::read_to_string(&path).expect("a page");
        for (line, manifest) in blocks(&text, "yaml") {
            let manifest = match manifest.split_once(':') {
                Some(("version", _)) => manifest,
                Some(("sources", _)) => format!("version: 1\n{manifest}"),
                _ => continue,
            };
            checked += 1;
            let folder = Folder::empty();
            folder.write("rollbook.yaml", &manifest);
            let ended = folder.rollbook(["validate"]);
            if ended.code != Some(0) {
                faults.push_str(&format!("{}:{line}\n{}\n", path.display(), ended.stderr));
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
    assert!(checked > 0, "no page shows a manifest: is the reader of blocks broken?");
}
