//! A disk that is full, or that can't be written.

use std::{fs, path::Path, process::Command};

use rollbook::store::{Store, StoreError};

use super::{commit, company, settings, sound, store};

/// A small file system of its own, unmounted at the end.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(path: &'a Path, options: &str) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(path);
        mount.output().is_ok_and(|output| output.status.success()).then_some(Self(path))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

fn refused(store: &mut Store, path: &Path, people: usize) {
    let before = store.head().unwrap();
    let error = commit(store, &company(people, 3), 2).unwrap_err();
    assert!(matches!(error, StoreError::Write { .. }), "{error:?}");
    assert!(error.help().contains("the directory is as it was"), "{}", error.help());
    assert_eq!(store.head().unwrap(), before);
    sound(path);
    let left = fs::read_dir(path.join("objects/pack")).unwrap().flatten();
    let left: Vec<_> =
        left.filter(|e| e.file_name().to_string_lossy().starts_with("tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn on_a_full_disk_nothing_moves_and_the_next_apply_works() {
    let folder = tempfile::tempdir().unwrap();
    let Some(small) = Small::mount(folder.path(), "size=1500k") else {
        return with_a_limit_on_files();
    };
    let path = small.0.join("directory.git");
    let mut store = store(&path);
    commit(&mut store, &company(10, 3), 1).unwrap();
    // As a pack, and as loose objects.
    refused(&mut store, &path, 60_000);
    let ballast = small.0.join("ballast");
    let _ = fs::write(&ballast, vec![0; 4 << 20]);
    refused(&mut store, &path, 200);
    fs::remove_file(ballast).unwrap();
    commit(&mut store, &company(200, 3), 3).unwrap();
    sound(&path);
}

/// Where nothing can be mounted: a child that may not write large files.
fn with_a_limit_on_files() {
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact store::disk::a_file_that_may_not_grow_moves_nothing";
    let mut child = Command::new("bash");
    child.args(["-c", script]).arg(std::env::current_exe().unwrap()).env(LIMITED, "1");
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Set in a child that may write files of 64 kB at most.
const LIMITED: &str = "ROLLBOOK_TEST_LIMITED";

#[test]
fn a_file_that_may_not_grow_moves_nothing() {
    #[expect(clippy::disallowed_methods, reason = "the parent says so")]
    if std::env::var(LIMITED).is_err() {
        return with_a_limit_on_files();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    commit(&mut store, &company(10, 3), 1).unwrap();
    refused(&mut store, &path, 20_000);
    commit(&mut store, &company(20, 3), 3).unwrap();
    sound(&path);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    // A file stands where a folder would have to be made.
    fs::write(folder.path().join("file"), "").unwrap();
    let path = folder.path().join("file/sub/directory.git");
    let opened = Store::open(&settings(&path));
    let error = opened.and_then(|mut store| commit(&mut store, &company(3, 1), 1)).unwrap_err();
    assert!(error.to_string().contains("./directory.git"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
