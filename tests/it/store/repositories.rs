//! Repositories that are not as the first apply makes them.

use std::{fs, thread};

use rollbook::store::{Outcome, Store, StoreError};

use super::{commit, company, edit, git, message, run_git, settings, sound, store};

#[test]
fn the_first_apply_makes_a_bare_repository_on_the_branch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/directory.git");
    commit(&mut store(&path), &company(3, 1), 1).unwrap();
    assert_eq!(git(&path, &["config", "core.bare"]).trim(), "true");
    assert_eq!(git(&path, &["symbolic-ref", "HEAD"]).trim(), "refs/heads/main");
    assert!(fs::read_to_string(path.join("description")).unwrap().contains("rollbook"));
    let beside: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(beside.len(), 1, "{beside:?}");
}

#[test]
fn two_first_applies_at_once_make_one_directory() {
    two_at_once(0, |round| 600 + round);
}

#[test]
fn of_two_applies_at_once_one_is_told_that_its_plan_is_stale() {
    two_at_once(3, |round| 600 + round);
}

#[test]
fn of_two_applies_of_one_plan_only_one_says_that_it_applied() {
    two_at_once(3, |_| 40);
}

fn two_at_once(before: usize, people: fn(usize) -> usize) {
    for round in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.git");
        if before > 0 {
            commit(&mut store(&path), &company(before, 1), 1).unwrap();
        }
        let base = store(&path).head().unwrap();
        let outcomes: Vec<_> = thread::scope(|scope| {
            let apply = |people: usize| {
                let (path, base) = (&path, &base);
                scope.spawn(move || {
                    let mut store = Store::open(&settings(path)).unwrap();
                    store.commit(base.as_ref(), &company(people, 2), &message(2))
                })
            };
            [apply(people(round)), apply(40)].map(|thread| thread.join().unwrap()).into()
        });
        let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
        let stale = |error: &StoreError| error.is_stale() && error.help().contains("new plan");
        let lost = outcomes.iter().filter(|o| o.as_ref().is_err_and(stale)).count();
        assert_eq!((won.len(), lost), (1, 1), "{outcomes:?}");
        assert_eq!(store(&path).head().unwrap().as_ref(), Some(won[0].commit()));
        sound(&path);
    }
}

#[test]
fn a_plan_of_an_older_head_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    commit(&mut store, &company(3, 1), 1).unwrap();
    let old = store.head().unwrap();
    commit(&mut store, &company(4, 1), 2).unwrap();
    let head = store.head().unwrap();
    for base in [None, old] {
        let error = store.commit(base.as_ref(), &company(5, 1), &message(3)).unwrap_err();
        assert!(error.is_stale(), "{error}");
        assert_eq!(store.head().unwrap(), head);
    }
}

#[test]
fn broken_settings_of_git_are_no_reason_for_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    commit(&mut store(&path), &company(3, 1), 1).unwrap();
    fs::write(path.join("config"), "[core\nrepo").unwrap();
    let error = Store::open(&settings(&path)).err().unwrap();
    assert!(matches!(error, StoreError::Read { .. }), "{error:?}");
    assert!(error.to_string().contains("config"), "{error}");
}

#[test]
fn a_lock_that_stays_is_named_with_its_age() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    commit(&mut store, &company(3, 1), 1).unwrap();
    let head = store.head().unwrap();
    let lock = path.join("refs/heads/main.lock");
    fs::write(&lock, "").unwrap();
    let error = commit(&mut store, &company(4, 1), 2).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
    for said in ["main.lock", ".lock` says that another program is writing, since 20"] {
        assert!(error.to_string().contains(said), "{error}");
    }
    let words = error.to_string();
    let since = words.rsplit_once("since ").unwrap().1;
    assert!(since.contains("Z (") && !since.contains('.'), "whole seconds: {since}");
    assert!(error.help().contains("remove"), "{}", error.help());
    assert_eq!(store.head().unwrap(), head);
    fs::remove_file(&lock).unwrap();
    assert!(matches!(commit(&mut store, &company(4, 1), 2), Ok(Outcome::Committed(_))));
    sound(&path);
}

#[test]
fn a_checked_out_branch_is_read_and_not_moved() {
    let folder = tempfile::tempdir().unwrap();
    let bare = folder.path().join("directory.git");
    let after = company(3, 1);
    commit(&mut store(&bare), &after, 1).unwrap();
    git(folder.path(), &["clone", "--quiet", "directory.git", "work"]);
    let work = folder.path().join("work");
    let mut cloned = store(&work);
    assert_eq!(cloned.read(&cloned.head().unwrap().unwrap()).unwrap(), after);
    let error = commit(&mut cloned, &company(4, 1), 2).unwrap_err();
    assert!(matches!(error, StoreError::CheckedOut { .. }), "{error:?}");
    assert!(error.to_string().contains("work"), "{error}");
    assert_eq!(git(&work, &["status", "--porcelain"]), "");

    git(&work, &["checkout", "--quiet", "-b", "other"]);
    commit(&mut cloned, &company(4, 1), 2).unwrap();
    assert_eq!(git(&work, &["status", "--porcelain"]), "");

    // A work tree of a bare repository counts too; so does a branch without commits.
    git(&bare, &["worktree", "add", "--quiet", "../linked", "main"]);
    let error = commit(&mut store(&bare), &company(5, 1), 3).unwrap_err();
    assert!(error.to_string().contains("linked"), "{error}");
    let fresh = folder.path().join("fresh");
    git(folder.path(), &["init", "--quiet", "--initial-branch=main", "fresh"]);
    let error = commit(&mut store(&fresh), &company(5, 1), 3).unwrap_err();
    assert!(matches!(error, StoreError::CheckedOut { .. }), "{error:?}");
}

#[test]
fn a_repository_that_git_made_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    git(folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "directory.git"]);
    let mut store = store(&path);
    commit(&mut store, &company(3, 1), 1).unwrap();
    git(&path, &["gc", "--quiet"]);
    git(&path, &["pack-refs", "--all"]);
    commit(&mut store, &company(4, 1), 2).unwrap();
    sound(&path);
}

#[test]
fn a_repository_that_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.git");
    git(folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "other.git"]);
    let work = folder.path().join("work");
    assert!(run_git(folder.path(), &["clone", "--quiet", "other.git", "work"]).status.success());
    git(
        &work,
        &["-c", "user.name=A", "-c", "user.email=a@x", "commit", "--allow-empty", "-qm", "x"],
    );
    git(&work, &["push", "--quiet", "origin", "HEAD:main"]);
    let error = Store::open(&settings(&path)).unwrap_err();
    assert!(matches!(error, StoreError::NotOurs { .. }), "{error:?}");
    assert!(error.help().contains("state.git:"), "{}", error.help());

    // A manifest is called `rollbook.yaml` too; a branch of its own beside it is fine.
    edit(&path, "rollbook.yaml", |_| "version: 1\nsources: {}\n".into());
    assert!(matches!(Store::open(&settings(&path)), Err(StoreError::NotOurs { .. })));
    let mut own = settings(&path);
    own.branch = "directory".into();
    let mut own = Store::open(&own).unwrap();
    commit(&mut own, &company(3, 1), 1).unwrap();
    assert_eq!(git(&path, &["log", "--format=%s", "main"]), "by hand\nx\n");
    sound(&path);
}

#[test]
fn a_newer_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    commit(&mut store(&path), &company(3, 1), 1).unwrap();
    edit(&path, "rollbook.yaml", |text| text.replace("state/1", "state/3") + "more: true\n");
    let error = Store::open(&settings(&path)).unwrap_err();
    assert!(error.to_string().contains("made by a newer rollbook"), "{error}");
    assert!(error.to_string().contains("rollbook.state/2"), "{error}");
}

#[test]
fn what_libgit2_cannot_open_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, option) in
        [("sha256", "--object-format=sha256"), ("reftable", "--ref-format=reftable")]
    {
        git(folder.path(), &["init", "--quiet", "--bare", option, name]);
        let error = Store::open(&settings(&folder.path().join(name))).unwrap_err();
        assert!(matches!(error, StoreError::Unsupported { .. }), "{error:?}");
        assert!(
            error.help().contains("--object-format=sha1 --ref-format=files"),
            "{}",
            error.help()
        );
    }
    fs::create_dir(folder.path().join("stuff")).unwrap();
    fs::write(folder.path().join("stuff/notes.txt"), "x").unwrap();
    for path in ["stuff", "stuff/notes.txt"] {
        let error = Store::open(&settings(&folder.path().join(path))).unwrap_err();
        assert!(matches!(error, StoreError::NotARepository { .. }), "{error:?}");
    }
    // An empty folder is as good as none.
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    commit(&mut store(&empty), &company(3, 1), 1).unwrap();
}

#[test]
fn wrong_settings_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = settings(&folder.path().join("x.git"));
    wrong.author = Some("Ada".into());
    assert!(Store::open(&wrong).unwrap_err().to_string().contains("`author: Ada`"));
    wrong.author = None;
    wrong.branch = "a..b".into();
    assert!(Store::open(&wrong).unwrap_err().to_string().contains("`branch: a..b`"));
}
