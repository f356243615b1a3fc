//! What happened, newest first: to the directory, or to one person.

use git2::{Oid, Repository};

use crate::directory::{Id, Person};

use super::{
    Commit, Store, StoreError,
    chronicle::{self, Place},
};

/// A commit, and what it did to the person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// The commit.
    pub commit: Commit,
    /// The person before it; nothing where it added them, or where no person was asked for.
    pub before: Option<Person>,
    /// The person after it; nothing where it took them out, or where no person was asked for.
    pub after: Option<Person>,
}

/// The commits of a branch, newest first, each with its first parent.
pub struct History {
    store: Store,
    repository: Option<Repository>,
    left: Left,
}

/// What is still to come.
enum Left {
    /// This commit and all before it.
    All(Option<Oid>),
    /// These, the next one last; with the person as they were after it, where that is known.
    Of { who: Id, places: Vec<Place>, after: Option<Box<Option<Person>>> },
}

impl Store {
    /// The commits of the branch, newest first; with `who`, only those that changed that person.
    ///
    /// A person's commits are in the index of the history; only they are read.
    ///
    /// # Errors
    ///
    /// As [`Store::head`]; the iterator gives errors of single commits.
    pub fn log(&self, who: Option<&Id>) -> Result<History, StoreError> {
        let repository = self.repository()?;
        let tip = match &repository {
            Some(repository) => self.tip(repository)?.map(|commit| commit.id()),
            None => None,
        };
        let left = match (&repository, tip, who) {
            (Some(repository), Some(tip), Some(who)) => {
                let places = chronicle::places(self, repository, tip, who)?;
                Left::Of { who: who.clone(), places, after: None }
            }
            _ => Left::All(tip.filter(|_| who.is_none())),
        };
        Ok(History { store: self.clone(), repository, left })
    }

    /// The commit by which a plan was applied, if it was.
    ///
    /// # Errors
    ///
    /// As [`Store::log`].
    pub fn find_plan(&self, digest: &str) -> Result<Option<Commit>, StoreError> {
        for entry in self.log(None)? {
            let commit = entry?.commit;
            if commit.trailer("Plan") == Some(digest) {
                return Ok(Some(commit));
            }
        }
        Ok(None)
    }
}

impl Iterator for History {
    type Item = Result<LogEntry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let repository = self.repository.as_ref()?;
        match &mut self.left {
            Left::All(next) => {
                let id = next.take()?;
                let commit = match repository.find_commit(id) {
                    Ok(commit) => commit,
                    Err(error) => return Some(Err(self.store.unreadable(&error))),
                };
                *next = commit.parent(0).ok().map(|parent| parent.id());
                Some(Ok(LogEntry { commit: Commit::of(&commit), before: None, after: None }))
            }
            Left::Of { who, places, after } => {
                let place = places.pop()?;
                let known = after.take().map(|known| *known);
                let step = step(&self.store, repository, who, &place, places.last(), known);
                match step {
                    Ok(entry) => {
                        // What was before this one is what is after the one before it.
                        *after = Some(Box::new(entry.before.clone()));
                        Some(Ok(entry))
                    }
                    Err(error) => {
                        places.clear();
                        Some(Err(error))
                    }
                }
            }
        }
    }
}

fn step(
    store: &Store,
    repository: &Repository,
    who: &Id,
    place: &Place,
    earlier: Option<&Place>,
    after: Option<Option<Person>>,
) -> Result<LogEntry, StoreError> {
    let at = |place: &Place| store.person_at(repository, place.commit, place, who);
    let after = match after {
        Some(after) => after,
        None => at(place)?,
    };
    let before = earlier.map(at).transpose()?.flatten();
    let commit = repository.find_commit(place.commit).map_err(|error| store.unreadable(&error))?;
    Ok(LogEntry { commit: Commit::of(&commit), before, after })
}
