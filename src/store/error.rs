//! What can go wrong with the state, and what the reader can do about it.

use std::{io, path::Path};

use jiff::Timestamp;

/// The state could not be read or written. Nothing is half-written: the directory is the old one.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something is there, and git can't open it.
    #[error("`{shown}` is not a git repository: {because}")]
    NotARepository {
        /// As the manifest has it.
        shown: String,
        /// Why.
        because: String,
    },
    /// SHA-256 object names or the reftable format, which libgit2 can't read.
    #[error("`{shown}` is a git repository of a kind that rollbook can't open: {because}")]
    Unsupported {
        /// As the manifest has it.
        shown: String,
        /// Which kind.
        because: String,
    },
    /// git trusts a repository only when it belongs to the one who runs it.
    #[error("`{shown}` belongs to another user of this machine")]
    NotOwned {
        /// As the manifest has it.
        shown: String,
        /// From the root, as git's trust takes it.
        path: String,
    },
    /// The branch has commits, and they are not rollbook's.
    #[error(
        "`{branch}` in `{shown}` has commits, but no `rollbook.yaml`: it is not a directory of rollbook"
    )]
    NotOurs {
        /// As the manifest has it.
        shown: String,
        /// The branch.
        branch: String,
    },
    /// Written by a later version.
    #[error(
        "commit `{commit}` was made by a newer rollbook: its format is `{format}`, and this one knows `{known}`"
    )]
    Newer {
        /// The commit, short.
        commit: String,
        /// What `rollbook.yaml` says there.
        format: String,
        /// What this version reads.
        known: &'static str,
    },
    /// A file of the state makes no sense; most likely it was edited by hand.
    #[error("{file}:{line}:{column} in commit `{commit}`: {because}")]
    Broken {
        /// The commit, short.
        commit: String,
        /// The file in it.
        file: String,
        /// From 1.
        line: u32,
        /// From 1.
        column: u32,
        /// What is wrong.
        because: String,
    },
    /// Moving a branch that is checked out would show the commit undone in the work tree.
    #[error(
        "`{branch}` is checked out in `{folder}`, where a new commit would look like changes undone"
    )]
    CheckedOut {
        /// The branch.
        branch: String,
        /// The work tree.
        folder: String,
    },
    /// Another commit came first.
    #[error("the directory has moved on since it was read: from {} to {}", or_none(.base), or_none(.head))]
    Stale {
        /// What the commit was to follow.
        base: Option<String>,
        /// What is there now, where it is known.
        head: Option<String>,
    },
    /// A lock file that git leaves while it writes.
    #[error("`{file}` says that another program is writing, since {since} ({age})")]
    Locked {
        /// The lock file.
        file: String,
        /// When it was made.
        since: Timestamp,
        /// How long ago that was, in words.
        age: String,
    },
    /// The disk is full, read-only, or not ours to write on.
    #[error("`{shown}` can't be written: {because}")]
    Write {
        /// As the manifest has it, or the file.
        shown: String,
        /// The system's words.
        because: String,
    },
    /// git can't read what it should have.
    #[error("`{shown}` can't be read: {because}")]
    Read {
        /// As the manifest has it.
        shown: String,
        /// libgit2's words.
        because: String,
    },
    /// No commit is meant by this.
    #[error("`{rev}` is no commit of `{shown}`: {because}")]
    NoSuchCommit {
        /// What was asked for.
        rev: String,
        /// As the manifest has it.
        shown: String,
        /// Why.
        because: String,
    },
    /// Here and there both have commits that the other lacks.
    #[error("`{branch}` here ({local}) and on `{remote}` ({there}) have gone different ways")]
    Diverged {
        /// The branch.
        branch: String,
        /// Its commit here, short.
        local: String,
        /// The remote, without credentials.
        remote: String,
        /// Its commit there, short.
        there: String,
    },
    /// A program that does a part for us failed or isn't there.
    #[error("`{command}` failed: {because}")]
    Program {
        /// The command, without credentials.
        command: String,
        /// What it said, without credentials.
        because: String,
    },
    /// `state.author` or `state.branch` isn't what git takes.
    #[error("`{key}: {value}` is not {wanted}")]
    BadSetting {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
}

fn or_none(commit: &Option<String>) -> String {
    commit.as_deref().map_or_else(|| "nothing".into(), |id| format!("`{}`", short(id)))
}

/// A commit's id as people write it.
pub(super) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

impl StoreError {
    /// What the reader can do about it: a sentence that starts with a verb.
    pub fn help(&self) -> String {
        match self {
            Self::NotARepository { .. } => {
                "set `state.git:` to a folder that isn't there yet; the first apply makes it".into()
            }
            Self::Unsupported { .. } => {
                "make one with `git init --bare --object-format=sha1 --ref-format=files`".into()
            }
            Self::NotOwned { path, .. } => {
                format!("run as its owner, or trust it: `git config --global --add safe.directory {path}`")
            }
            Self::NotOurs { .. } => {
                "set `state.git:` to a repository of its own, or `state.branch:` to a new branch".into()
            }
            Self::Newer { .. } => "install the newer rollbook".into(),
            Self::Broken { commit, file, .. } => format!(
                "take the edit back with `git revert {commit}`, or correct `{file}` in a commit of your own"
            ),
            Self::CheckedOut { .. } => {
                "use a bare repository (`git clone --bare`), or check out another branch there".into()
            }
            Self::Stale { .. } => "make a new plan and apply that".into(),
            Self::Locked { file, .. } => {
                format!("wait for it; if no git or rollbook runs, remove `{file}`")
            }
            Self::Write { because, .. } if because.contains("space") || because.contains("uota") => {
                "make room on that disk and apply again; the directory is as it was".into()
            }
            Self::Write { .. } => {
                "check who may write there, and apply again; the directory is as it was".into()
            }
            Self::Read { because, .. } if because.contains("ermission denied") => {
                "check who may read it and what is in it".into()
            }
            Self::Read { .. } => "check it with `git fsck --full`, or restore it from a clone".into(),
            Self::NoSuchCommit { .. } => {
                "give a date (`2026-11-20`), a time (`2026-11-20T09:00:00Z`) or a commit; `rollbook log` lists them".into()
            }
            Self::Diverged { branch, .. } => format!(
                "decide which is right: `git push --force` from here, or `git update-ref refs/heads/{branch} refs/rollbook/remote`"
            ),
            Self::Program { .. } => "run the command by hand to see what it needs".into(),
            Self::BadSetting { key, .. } => format!("correct `{key}:` in the manifest"),
        }
    }

    /// Whether it is a refusal (exit code 3) rather than a failure: the plan is of another head.
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Stale { .. })
    }

    pub(super) fn write(path: &Path, error: &io::Error) -> Self {
        Self::Write { shown: path.display().to_string(), because: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_fits_what_the_system_said() {
        let shown = || "./directory.git".to_owned();
        let read = |because: &str| StoreError::Read { shown: shown(), because: because.into() };
        assert!(read("Permission denied (os error 13)").help().contains("who may read"));
        assert!(read("object not found").help().contains("git fsck"));
        let foreign = StoreError::NotOwned { shown: shown(), path: "/srv/directory.git".into() };
        assert!(foreign.help().ends_with("safe.directory /srv/directory.git`"));
    }
}
