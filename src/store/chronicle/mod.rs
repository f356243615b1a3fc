//! Who was changed by which commit, and who had which number from when to when.
//!
//! All of it is in the commits, and derived from them; an index beside the repository keeps what was
//! derived, so that an answer at 1,000 commits takes no longer than at ten. It is extended as
//! commits come, made anew where it is missing or in doubt, and done without where nothing may be
//! written.

mod block;
mod changed;
mod facts;
mod file;
mod index;
mod numbers;
mod past;
mod piece_facts;
mod pieces;
mod place;

use std::collections::BTreeMap;

use git2::Oid;

use crate::directory::{Field, Id};

use super::{Commit, Store, StoreError};

pub(super) use index::keep_up;
pub use numbers::Holding;
pub use pieces::{Owned, PieceEntry, PieceHistory, PieceTouch};
pub(super) use place::{Place, places};

/// A commit that changed a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The commit.
    pub commit: Commit,
    /// What it did to them.
    pub what: Touched,
    /// The fields that it changed, in their order; all that have a value where it added them.
    pub fields: Vec<Field>,
    /// Whether it changed their status: disabled them, enabled them, or gave another reason.
    pub status: bool,
}

/// What a commit did to a person, or to a device, a system device or a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// They were not in the directory before.
    Added,
    /// Their fields or their status became others.
    Changed,
    /// They are not in the directory any more: somebody took them out by hand.
    Removed,
}

/// Which commit gave a person each of their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastChanges {
    /// The commit that last changed each field, where one ever did.
    pub fields: BTreeMap<Field, Commit>,
    /// The commit that last changed their status; the one that added them where none did.
    pub status: Option<Commit>,
}

impl Store {
    /// The commits that changed a person, newest first, up to and including `at`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Read`] where git can't read what it should have.
    pub fn touched(&self, who: &Id, at: &Commit) -> Result<Vec<Touch>, StoreError> {
        let repository = self.must()?;
        let places = places(self, &repository, self.oid(&at.id)?, who)?;
        let touch = |Place { commit, mask, .. }: Place| {
            let commit = repository.find_commit(commit).map_err(|error| self.unreadable(&error))?;
            let what = mask.what();
            let status = mask.has(facts::Mask::STATUS);
            Ok(Touch { commit: Commit::of(&commit), what, fields: mask.fields(), status })
        };
        places.into_iter().rev().map(touch).collect()
    }

    /// Which commit last changed each field of a person, up to and including `at`.
    ///
    /// # Errors
    ///
    /// As [`Store::touched`].
    pub fn last_changes(&self, who: &Id, at: &Commit) -> Result<LastChanges, StoreError> {
        let mut last = LastChanges { fields: BTreeMap::new(), status: None };
        for touch in self.touched(who, at)? {
            for field in touch.fields {
                last.fields.entry(field).or_insert_with(|| touch.commit.clone());
            }
            if last.status.is_none() && (touch.status || touch.what != Touched::Changed) {
                last.status = Some(touch.commit.clone());
            }
            if touch.what != Touched::Changed {
                // What was before they were taken out is another life.
                break;
            }
        }
        Ok(last)
    }

    /// Whether what happened up to a commit can be told at once: all of it but a little is in the
    /// index. Else the first who asks waits until the index is made.
    ///
    /// # Errors
    ///
    /// As [`Store::touched`].
    pub fn has_history(&self, at: &Commit) -> Result<bool, StoreError> {
        index::is_near(self, &self.must()?, self.oid(&at.id)?)
    }

    pub(super) fn oid(&self, id: &str) -> Result<Oid, StoreError> {
        Oid::from_str(id).map_err(|error| self.unreadable(&error))
    }
}
