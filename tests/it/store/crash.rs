//! Killed at any instant: the directory is the old one or the new one, and the next apply works.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rollbook::{directory::Directory, store::Store};

use super::{commit, company, equipment::with_phones, settings, sound};

/// Where the child applies, and how many people it has.
const WHERE: &str = "ROLLBOOK_TEST_APPLY_IN";
const PEOPLE: &str = "ROLLBOOK_TEST_PEOPLE";

/// The directory of every second run.
fn odd_or_even(people: usize, n: i64) -> Directory {
    let mut directory = with_phones(people, people / 2);
    for device in directory.inventory.devices.iter_mut().step_by(2) {
        device.model = Some(format!("Cisco {}", n % 2).into());
    }
    for person in directory.people.iter_mut().step_by(2) {
        person.mobile = Some(format!("{}", n % 2).into());
    }
    directory
}

/// Applies again and again: as a child until it is killed, alone four times.
#[test]
fn apply_after_apply_is_a_commit_each() {
    #[expect(clippy::disallowed_methods, reason = "the parent says where")]
    let told = (std::env::var(WHERE), std::env::var(PEOPLE));
    let (folder, times, people) = match told {
        (Ok(path), Ok(people)) => (PathBuf::from(path), i64::MAX, people.parse().unwrap()),
        _ => (tempfile::tempdir().unwrap().keep(), 4, 30),
    };
    let path = folder.join("directory.git");
    let mut store = Store::open(&settings(&path)).unwrap();
    let mut last = store.head().unwrap();
    for n in 0..times {
        commit(&mut store, &odd_or_even(people, n), n % 100_000).unwrap();
        let head = store.head().unwrap();
        assert!(n == 0 || head != last);
        last = head;
    }
    fs::remove_dir_all(folder).unwrap();
}

fn child(folder: &Path, people: usize) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "store::crash::apply_after_apply_is_a_commit_each"]);
    command.env(WHERE, folder).env(PEOPLE, people.to_string());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// How long a child takes from its start to its second commit, on this machine as it is now.
fn pace(people: usize) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let begun = Instant::now();
    let mut child = child(folder.path(), people);
    let commits = || Store::open(&settings(&path)).ok()?.log(None).ok().map(Iterator::count);
    while commits().is_none_or(|commits| commits < 2) {
        thread::sleep(Duration::from_millis(1));
        assert_eq!(child.try_wait().unwrap(), None, "the child applies until it is killed");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    begun.elapsed()
}

fn killed_again_and_again(people: usize, rounds: u32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let next = with_phones(people + 1, people);
    let mut pace = pace(people);
    let mut commits = 0;
    for round in 0..rounds {
        let mut child = child(folder.path(), people);
        // Delays that fall on another part of the child's first commits each time.
        let delay = pace * 2 * (round + 1) / rounds;
        thread::sleep(delay);
        child.kill().unwrap();
        let ended = child.wait().unwrap();
        assert_eq!(ended.code(), None, "it was still applying when it was killed");
        if !path.exists() {
            // The machine has become slower since the pace was taken.
            pace = if delay >= pace { pace * 2 } else { pace };
            continue;
        }
        sound(&path);
        let mut store = Store::open(&settings(&path)).unwrap();
        if let Some(head) = store.head().unwrap() {
            let held = store.read(&head).unwrap();
            let child = |n| held == odd_or_even(people, n);
            assert!(held == next || child(0) || child(1), "neither old nor new");
        }
        if delay >= pace && store.log(None).unwrap().count() <= commits {
            pace *= 2;
        }
        let outcome = commit(&mut store, &next, 7).unwrap();
        assert_eq!(store.read(outcome.commit()).unwrap(), next);
        commits = store.log(None).unwrap().count();
    }
    sound(&path);
    assert!(commits > 4, "{commits} commits: the kills came before any work");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.len() < 10, "{left:?}");
}

#[test]
fn killed_at_any_instant_with_loose_objects() {
    killed_again_and_again(20, 40);
}

#[test]
fn killed_at_any_instant_with_packs() {
    killed_again_and_again(12_000, 20);
}

#[test]
fn killed_during_the_first_apply_there_is_a_whole_repository_or_none() {
    for round in 0..30 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.git");
        let mut child = child(folder.path(), 20);
        thread::sleep(Duration::from_micros(4000 + 700 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        if path.exists() {
            sound(&path);
        }
        let mut store = Store::open(&settings(&path)).unwrap();
        commit(&mut store, &company(7, 2), 9).unwrap();
        sound(&path);
    }
}

#[test]
fn what_killed_runs_left_is_removed_after_an_hour() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = Store::open(&settings(&path)).unwrap();
    commit(&mut store, &company(3, 1), 1).unwrap();
    let old = [
        "objects/pack/tmp_rollbook_1-1_pack",
        "objects/tmp_object_git2_x",
        "../.directory.git.rollbook-1-1",
    ];
    for file in old {
        fs::write(path.join(file), "x").unwrap();
    }
    // The runs' times are of our making; the files' are now.
    let mut message = super::message(2);
    let base = store.head().unwrap();
    message.when =
        jiff::Timestamp::try_from(fs::metadata(path.join(old[0])).unwrap().modified().unwrap())
            .unwrap();
    store.commit(base.as_ref(), &company(4, 1), &message).unwrap();
    assert!(old.iter().all(|file| path.join(file).exists()), "they may be another run's");
    message.when += jiff::SignedDuration::from_mins(61);
    let base = store.head().unwrap();
    store.commit(base.as_ref(), &company(5, 1), &message).unwrap();
    assert!(old.iter().all(|file| !path.join(file).exists()));
}

#[test]
fn a_lock_of_a_killed_run_of_ours_is_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = Store::open(&settings(&path)).unwrap();
    commit(&mut store, &company(3, 1), 1).unwrap();
    let id = "89e6c98d92887913cadf06b2adb97f26cde4849b";
    for held in ["", "89e6c98d", id] {
        // As it is between the lock and the move.
        fs::write(path.join("rollbook-turn"), id).unwrap();
        fs::write(path.join("refs/heads/main.lock"), held).unwrap();
        let before = store.head().unwrap();
        commit(&mut store, &company(4 + held.len(), 1), 2).unwrap();
        assert_ne!(store.head().unwrap(), before);
    }
}
