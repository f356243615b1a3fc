//! The git repository that holds the directory: one commit a run that changed something.
//!
//! The tree of files is the tree of the directory, in YAML that a person can read and that
//! `git show` shows well. Nothing is checked out: commits are made and read as objects, and the
//! branch moves last. So a crash at any point leaves the old directory or the new one.

mod block;
mod by_hand;
mod chronicle;
mod commit;
mod edited;
mod equipment;
mod error;
mod files;
mod folder;
mod history;
mod key;
mod ledger;
mod lines;
mod lock;
mod message;
mod pack;
mod people;
mod records;
mod remote;
mod repository;
mod revision;
mod signing;
mod snapshot;
mod text;
mod tree;

use std::{path::PathBuf, sync::Once};

use git2::Repository;

use crate::{
    directory::Directory,
    settings::{Signing, StateSettings},
};

pub use chronicle::{
    Holding, LastChanges, Owned, PieceEntry, PieceHistory, PieceTouch, Touch, Touched,
};
pub use commit::Outcome;
pub use error::StoreError;
pub use history::{History, LogEntry};
pub use message::{Commit, Message};

/// The repository of a manifest's `state:`, there or not yet.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
    shown: String,
    branch: String,
    remote: Option<String>,
    author: Option<(String, String)>,
    sign: Option<Signing>,
}

impl Store {
    /// Looks at the repository. Never makes or changes anything: one that isn't there is a store
    /// without a head, which the first [`Store::commit`] makes.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where something else is there, where git can't open it, or where the branch
    /// holds commits that aren't rollbook's.
    pub fn open(settings: &StateSettings) -> Result<Self, StoreError> {
        static ONCE: Once = Once::new();
        // Objects are checked by `git fsck`; checking each at every read costs half the time.
        ONCE.call_once(|| git2::opts::strict_hash_verification(false));
        let author = settings.author.as_deref().map(message::author).transpose()?;
        if !git2::Reference::is_valid_name(&format!("refs/heads/{}", settings.branch)) {
            return Err(StoreError::BadSetting {
                key: "branch",
                value: settings.branch.to_string(),
                wanted: "a name that git takes for a branch",
            });
        }
        let store = Self {
            path: settings.git.clone(),
            shown: settings.shown.to_string(),
            branch: settings.branch.to_string(),
            remote: settings.remote.as_ref().map(ToString::to_string),
            author,
            sign: settings.sign.clone(),
        };
        store.head()?;
        Ok(store)
    }

    /// The last commit of the branch; nothing before the first.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn head(&self) -> Result<Option<Commit>, StoreError> {
        let Some(repository) = self.repository()? else { return Ok(None) };
        let Some(commit) = self.tip(&repository)? else { return Ok(None) };
        repository::is_ours(&repository, &commit, &self.shown, &self.branch)?;
        Ok(Some(Commit::of(&commit)))
    }

    /// The directory as it was at that commit.
    ///
    /// Files that a person edited are read through the YAML library.
    ///
    /// # Errors
    ///
    /// [`StoreError::Broken`] names file, line and column of what makes no sense;
    /// [`StoreError::Newer`] and [`StoreError::NotOurs`] where the commit isn't of this format.
    pub fn read(&self, at: &Commit) -> Result<Directory, StoreError> {
        let repository = self.must()?;
        let commit = self.find(&repository, &at.id)?;
        repository::is_ours(&repository, &commit, &self.shown, &self.branch)?;
        snapshot::read(self, &repository, &commit)
    }

    fn repository(&self) -> Result<Option<Repository>, StoreError> {
        repository::open(&self.path, &self.shown)
    }

    /// The repository where there has to be one.
    fn must(&self) -> Result<Repository, StoreError> {
        self.repository()?.ok_or_else(|| StoreError::Read {
            shown: self.shown.clone(),
            because: "there is no repository yet; the first apply makes it".into(),
        })
    }

    fn reference(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    fn tip<'r>(&self, repository: &'r Repository) -> Result<Option<git2::Commit<'r>>, StoreError> {
        match repository.find_reference(&self.reference()) {
            Ok(reference) => {
                let commit = reference.peel_to_commit().map_err(|error| self.unreadable(&error))?;
                Ok(Some(commit))
            }
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn find<'r>(&self, in_: &'r Repository, id: &str) -> Result<git2::Commit<'r>, StoreError> {
        git2::Oid::from_str(id)
            .and_then(|id| in_.find_commit(id))
            .map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &git2::Error) -> StoreError {
        StoreError::Read { shown: self.shown.clone(), because: error.message().to_owned() }
    }
}
