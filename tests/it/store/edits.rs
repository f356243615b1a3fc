//! What a person edited in the state by hand.

use std::path::Path;

use rollbook::store::{Outcome, StoreError};

use super::{commit, company, edit, git, sound, store};

/// The file that the first person is in.
fn file(repository: &Path) -> String {
    let files = git(repository, &["ls-tree", "-r", "--name-only", "main", "people"]);
    files.lines().next().unwrap().to_owned()
}

#[test]
fn a_valid_edit_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = company(5, 1);
    commit(&mut store, &after, 1).unwrap();
    edit(&path, &file(&path), |text| {
        // Windows' line ends, a remark, a value without quotes.
        let text = text.replacen("  job_title: \"Engineer\"", "  job_title: 0389 # on loan", 1);
        format!("# by hand\n{text}").replace('\n', "\r\n")
    });
    after.people[0].job_title = Some("0389".into());
    let head = store.head().unwrap().unwrap();
    assert_eq!(head.author, "Ada <ada@x>");
    assert_eq!(store.read(&head).unwrap(), after);
    // The next commit writes it in our form again.
    after.people[1].fax = Some("1".into());
    assert!(matches!(commit(&mut store, &after, 2).unwrap(), Outcome::Committed(_)));
    assert!(
        git(&path, &["show", &format!("main:{}", file(&path))]).contains("  job_title: \"0389\"\n")
    );
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
}

#[test]
fn a_broken_edit_is_named_with_commit_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let store_ = &mut store(&path);
    commit(store_, &company(5, 1), 1).unwrap();
    let people = file(&path);
    type Row<'a> = (&'a str, &'a dyn Fn(String) -> String, u32, &'a str);
    let rows: [Row<'_>; 6] = [
        (&people, &|text| text.replacen("  mobile", "  mobil", 1), 10, "did you mean `mobile`"),
        (&people, &|text| text.replacen("\"Engineer\"", "\"Engineer", 1), 3, ""),
        (&people, &|text| format!("<<<<<<< HEAD\n{text}"), 1, ""),
        (&people, &|text| text.replacen("\"active\"", "gone", 1), 13, "`active` or `disabled`"),
        (
            "groups.yaml",
            &|text| text.replacen("/London", "London", 1),
            1,
            "does not start with `/`",
        ),
        ("ledger/skipped.yaml", &|text| text.replacen("2026", "MMXXVI", 1), 1, "is not a time"),
    ];
    for (file, change, line, words) in rows {
        edit(&path, file, change);
        let head = store_.head().unwrap().unwrap();
        let error = store_.read(&head).unwrap_err();
        let StoreError::Broken { commit, file: named, line: at, because, .. } = &error else {
            panic!("{error:?}");
        };
        assert!(head.id.starts_with(commit.as_str()), "{error}");
        assert_eq!(named, file, "{error}");
        assert!(because.contains(words) && !because.is_empty(), "{error}");
        assert!(at.abs_diff(line) <= 1, "{error}");
        assert!(error.help().contains(&format!("git revert {commit}")), "{}", error.help());
        edit(&path, file, |_| git(&path, &["show", &format!("main~1:{file}")]));
    }
    store_.read(&store_.head().unwrap().unwrap()).unwrap();
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    commit(&mut store, &company(4, 1), 1).unwrap();
    edit(&path, &file(&path), |text| text.replacen("Z\u{fc}rich", "Z\u{1}rich", 1));
    // As an editor that writes Latin-1 leaves it.
    let work = folder.path().join("work");
    git(folder.path(), &["clone", "--quiet", "directory.git", "work"]);
    let named = file(&path);
    let bytes = std::fs::read(work.join(&named)).unwrap();
    let latin: Vec<u8> = bytes.iter().map(|b| if *b == 1 { 0xFC } else { *b }).collect();
    std::fs::write(work.join(&named), latin).unwrap();
    git(&work, &["-c", "user.name=A", "-c", "user.email=a@x", "commit", "-qam", "latin"]);
    git(&work, &["push", "--quiet", "origin", "HEAD:main"]);
    let error = store.read(&store.head().unwrap().unwrap()).unwrap_err();
    assert!(error.to_string().starts_with(&format!("{named}:5:1 in commit")), "{error}");
    assert!(error.to_string().contains("not in UTF-8"), "{error}");
}

#[test]
fn a_person_in_two_places_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    commit(&mut store, &company(4, 2), 1).unwrap();
    let files = git(&path, &["ls-tree", "-r", "--name-only", "main", "people"]);
    let files: Vec<&str> = files.lines().collect();
    let other = git(&path, &["show", &format!("main:{}", files[0])]);
    edit(&path, files[1], |text| text + &other);
    let error = store.read(&store.head().unwrap().unwrap()).unwrap_err();
    assert!(error.to_string().contains("is in `/London/Team"), "{error}");
}

#[test]
fn files_that_are_not_ours_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    commit(&mut store, &company(4, 2), 1).unwrap();
    for file in ["README.md", ".github/workflows/x.yml", "people/notes.txt", "gadgets/cisco/0.yaml"]
    {
        edit(&path, file, |_| "kept\n".into());
    }
    commit(&mut store, &company(5, 2), 2).unwrap();
    for file in ["README.md", ".github/workflows/x.yml", "people/notes.txt", "gadgets/cisco/0.yaml"]
    {
        assert_eq!(git(&path, &["show", &format!("main:{file}")]), "kept\n");
    }
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), company(5, 2));
    sound(&path);
}
