//! Files that are made from the types equal the types; `UPDATE=1` writes them anew.

use std::{fs, path::Path};

use rollbook::finding::{Code, Severity};

/// Whether kept files are to be written anew.
#[expect(clippy::disallowed_methods, reason = "how the person who runs the tests says so")]
pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Compares a file with what it should be.
fn current(path: &str, wanted: &str) {
    if updating() {
        fs::create_dir_all(Path::new(path).parent().expect("a folder")).expect("a folder");
        fs::write(path, wanted).expect("written");
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(kept == wanted, "{path} is not current: run the tests with UPDATE=1");
}

/// What stands in a page between two of its lines, made anew.
fn part(page: &str, from: &str, to: &str, made: &str) -> String {
    let (before, rest) = page.split_once(from).expect("the line before the part");
    let (begun, rest) = rest.split_once('\n').expect("the end of that line");
    let (_, after) = rest.split_once(to).expect("the line after the part");
    format!("{before}{from}{begun}\n\n{made}\n{to}{after}")
}

#[test]
fn the_page_of_findings_has_every_code() {
    let mut table = String::from("| code | | means | what to do |\n| --- | --- | --- | --- |\n");
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.as_str());
    for code in codes {
        let severity = match code.severity() {
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let skipped = if code.skips() { ", skipped" } else { "" };
        let (meaning, to_do) = (code.meaning(), code.to_do());
        let row =
            [format!("`{code}`"), format!("{severity}{skipped}"), meaning.into(), to_do.into()];
        let row = row.map(|cell: String| cell.replace('|', r"\|"));
        table.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    let page = fs::read_to_string("docs/findings.md").expect("the page");
    let wanted = part(&page, "<!-- codes:", "<!-- end of codes -->", &table);
    current("docs/findings.md", &wanted);
}

#[test]
fn the_schema_of_manifests_is_that_of_the_types() {
    let schema = serde_json::to_string_pretty(&rollbook::manifest::schema()).expect("JSON");
    current("schemas/manifest.schema.json", &(schema + "\n"));
}
