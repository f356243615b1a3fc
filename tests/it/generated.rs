//! Files that are made from the types equal the types; `UPDATE=1` writes them anew.

use std::{fs, path::Path};

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

#[test]
fn the_schema_of_manifests_is_that_of_the_types() {
    let schema = serde_json::to_string_pretty(&rollbook::manifest::schema()).expect("JSON");
    current("schemas/manifest.schema.json", &(schema + "\n"));
}
