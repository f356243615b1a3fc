//! What a person sees: pages whose `console` blocks are run as they stand.
//!
//! `TRYCMD=overwrite` writes what is seen now into the pages.

use std::{env, path::Path};

#[test]
#[expect(clippy::disallowed_methods, reason = "`git` is found where the tests find it")]
fn pages_tell_what_happens() {
    let path = env::var("PATH").unwrap_or_default();
    let program = |name: &str| {
        env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|program| program.is_file())
            .unwrap_or_else(|| panic!("`{name}` is in no folder of PATH"))
    };
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("rollbook", Path::new(env!("CARGO_BIN_EXE_rollbook")))
        .register_bin("git", program("git"))
        .register_bin("cp", program("cp"))
        .register_bin("cat", program("cat"))
        // 30 June 2026, 07:00 UTC, whenever it is run and by whom.
        .env("SOURCE_DATE_EPOCH", "1782802800")
        .env("ROLLBOOK_APPLIED_BY", "ada@example.com")
        .env("HOME", "/nonexistent")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", "1782802800 +0000")
        .env("GIT_COMMITTER_DATE", "1782802800 +0000")
        .env("GIT_PAGER", "cat")
        .env("NO_COLOR", "1")
        .case("docs/walk-through.md")
        .case("tests/cmd/*.md");
}
