//! Where in a commit a person stands: one file is read, and not everybody's.

use git2::{ObjectType, Oid, Repository};

use crate::directory::{Directory, Id, Person, Text};

use super::{
    super::{Commit, Store, StoreError, folder, key, people, snapshot, tree},
    changed::Side,
    facts::{Mask, hash},
    index,
};

/// What a commit did to a person, and where they are since then.
#[derive(Debug, Clone)]
pub(in super::super) struct Place {
    pub(in super::super) commit: Oid,
    pub(super) mask: Mask,
    /// The folder below `people/`.
    pub(super) folder: Text,
}

/// The commits that changed a person, the oldest first, up to and including `at`.
pub(in super::super) fn places(
    store: &Store,
    repository: &Repository,
    at: Oid,
    who: &Id,
) -> Result<Vec<Place>, StoreError> {
    let who = hash(who.as_str());
    index::ask(store, repository, at, |block, places| {
        let touch = block.touch(&who);
        let commit = block.head.commit;
        places.extend(touch.map(|(mask, folder)| Place { commit, mask, folder }));
    })
}

impl Store {
    /// A person as they were at a commit, without reading everybody.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub fn person(&self, at: &Commit, who: &Id) -> Result<Option<Person>, StoreError> {
        let repository = self.must()?;
        let at = self.oid(&at.id)?;
        match places(self, &repository, at, who)?.last() {
            None => Ok(None),
            Some(place) => self.person_at(&repository, at, place, who),
        }
    }

    /// What of a commit is about one person: them, all groups, collections and equipment, and
    /// nothing of the ledger; nothing where they are not in it.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub fn read_one(&self, at: &Commit, who: &Id) -> Result<Option<Directory>, StoreError> {
        let Some(person) = self.person(at, who)? else { return Ok(None) };
        let repository = self.must()?;
        let commit = self.find(&repository, &at.id)?;
        let around = snapshot::around(self, &repository, &commit)?;
        Ok(Some(Directory { people: vec![person], ..around }))
    }

    /// The same, where their last change up to `at` is known.
    pub(in super::super) fn person_at(
        &self,
        repository: &Repository,
        at: Oid,
        place: &Place,
        who: &Id,
    ) -> Result<Option<Person>, StoreError> {
        if place.mask.has(Mask::REMOVED) {
            return Ok(None);
        }
        let unreadable = |error: git2::Error| self.unreadable(&error);
        let side = Side::of(self, repository, at)?;
        let tree =
            repository.find_commit(at).and_then(|commit| commit.tree()).map_err(unreadable)?;
        let folder = format!("people/{}", place.folder);
        let mut files = Vec::new();
        if let Ok(entry) = tree.get_path(folder.as_ref()) {
            for entry in repository.find_tree(entry.id()).map_err(unreadable)?.iter() {
                let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                let path = format!("{folder}/{name}");
                if entry.kind() == Some(ObjectType::Blob) && tree::people_file(&path).is_some() {
                    files.push((path, entry.id()));
                }
            }
        }
        // Theirs first; in another one they are only where somebody put them by hand.
        let own = format!("{folder}/{}.yaml", folder::file_of(who.as_str(), files.len().max(1)));
        files.sort_by_key(|(path, _)| *path != own);
        let key = key::of(people::PREFIX, who.as_str());
        for (path, blob) in files {
            let text = side.text(self, repository, &path, blob)?;
            if !text.contains(key.as_str()) {
                continue;
            }
            let people = side.people(&path, &text)?;
            if let Some((person, _)) = people.into_iter().find(|(person, _)| person.id == *who) {
                return Ok(Some(person));
            }
        }
        // Their key may be written otherwise, or the index be wrong: everybody is read.
        let commit = repository.find_commit(at).map_err(unreadable)?;
        let directory = snapshot::read(self, repository, &commit)?;
        Ok(directory.person(who).cloned())
    }
}
