//! Who may move the branch now, and what a killed run left behind.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use git2::{Oid, Repository};
use jiff::{SignedDuration, Timestamp, Unit};

use super::StoreError;

/// How often, and how far apart, a lock is tried: some three seconds.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_millis(100);

/// Files of a killed run are left alone for so long: it may be slow rather than dead.
const LEFTOVER: SignedDuration = SignedDuration::from_hours(1);

/// Held while the branch moves. The system takes it back from a process that is killed.
pub(super) struct Turn {
    file: File,
}

/// Waits for the turn to move a branch.
///
/// The file says which commit its holder was moving to: so a `.lock` of git's that a killed run of
/// ours left behind can be told from one that another program holds.
pub(super) fn take(repository: &Repository, now: Timestamp) -> Result<Turn, StoreError> {
    let path = repository.commondir().join("rollbook-turn");
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(|error| StoreError::write(&path, &error))?;
    for _ in 0..TRIES * 10 {
        match file.try_lock() {
            // A file system without such locks: git's own still holds.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(Turn { file }),
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
    }
    Err(locked(&path, now))
}

impl Turn {
    /// Notes where the branch is about to move.
    pub(super) fn announce(&mut self, repository: &Repository, to: Oid) -> Result<(), StoreError> {
        let written = self.file.set_len(0).and_then(|()| {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(to.to_string().as_bytes())
        });
        written.map_err(|error| {
            StoreError::write(&repository.commondir().join("rollbook-turn"), &error)
        })
    }

    /// Removes the branch's `.lock` where the run that made it announced the same commit and is
    /// gone: while the turn is ours, no other run of rollbook can be at it.
    pub(super) fn clear(&mut self, repository: &Repository, reference: &str) {
        let mut announced = String::new();
        let _ = self.file.seek(SeekFrom::Start(0));
        if self.file.read_to_string(&mut announced).is_err() || announced.len() != 40 {
            return;
        }
        let path = repository.commondir().join(format!("{reference}.lock"));
        // One without content may be a living git's, which fills it within milliseconds.
        for _ in 0..10 {
            match fs::read_to_string(&path) {
                Err(_) => return,
                Ok(held) if held.trim().is_empty() => thread::sleep(PAUSE),
                Ok(held) if announced.starts_with(held.trim()) => break,
                Ok(_) => return,
            }
        }
        let _ = fs::remove_file(path);
    }

    /// Notes that the branch has moved.
    pub(super) fn done(self) {
        let _ = self.file.set_len(0);
    }
}

/// Tries again while git says that something is locked; then names the file.
pub(super) fn patiently<T>(
    repository: &Repository,
    now: Timestamp,
    mut step: impl FnMut() -> Result<T, git2::Error>,
) -> Result<T, Refusal> {
    for _ in 0..TRIES {
        match step() {
            Err(error) if error.code() == git2::ErrorCode::Locked => thread::sleep(PAUSE),
            done => return done.map_err(Refusal::Git),
        }
    }
    match step() {
        Err(error) if error.code() == git2::ErrorCode::Locked => {
            let file = lock_files(repository.commondir()).into_iter().next();
            Err(file.map_or(Refusal::Git(error), |file| Refusal::Locked(locked(&file, now))))
        }
        done => done.map_err(Refusal::Git),
    }
}

/// Why a step was not made.
pub(super) enum Refusal {
    Locked(StoreError),
    Git(git2::Error),
}

fn locked(path: &Path, now: Timestamp) -> StoreError {
    let since = modified(path).unwrap_or(now);
    let since = since.round(Unit::Second).unwrap_or(since);
    let age = now.duration_since(since);
    let age = age.round(Unit::Second).unwrap_or(age);
    let age = if age > SignedDuration::ZERO { format!("{age:#} ago") } else { "just now".into() };
    StoreError::Locked { file: path.display().to_string(), since, age }
}

fn modified(path: &Path) -> Option<Timestamp> {
    Timestamp::try_from(fs::metadata(path).ok()?.modified().ok()?).ok()
}

/// The `.lock` files of a repository, oldest first.
fn lock_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if entry.file_name() != "objects" {
                    waiting.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "lock") {
                found.push(path);
            }
        }
    }
    found.sort_by_key(|path| modified(path));
    found
}

/// Removes what killed runs left: objects and packs that were never finished.
pub(super) fn sweep(repository: &Repository, now: Timestamp) {
    let objects = repository.commondir().join("objects");
    let folders = fs::read_dir(&objects).into_iter().flatten().flatten().map(|entry| entry.path());
    for folder in folders.chain([objects.clone()]) {
        remove_old(&folder, now, |name| name.starts_with("tmp_"));
    }
}

/// Removes what killed first runs left beside the repository.
pub(super) fn sweep_beside(path: &Path, now: Timestamp) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let started = format!(".{name}.rollbook-");
    if let Some(parent) = path.parent() {
        remove_old(parent, now, |name| name.starts_with(&started));
    }
}

fn remove_old(folder: &Path, now: Timestamp, is_it: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let old = || modified(&path).is_some_and(|since| now.duration_since(since) > LEFTOVER);
        if is_it(&entry.file_name().to_string_lossy()) && old() {
            let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        }
    }
}
