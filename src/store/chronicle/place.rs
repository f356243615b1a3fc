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

    /// What of a commit is about one person: them, all groups and collections, all equipment, and
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
        let side = Side::of(self, repository, at)?;
        let at_place = InFolder {
            folder: format!("people/{}", place.folder),
            is_file: &|path| tree::people_file(path).is_some(),
            key: key::of(people::PREFIX, who.as_str()),
        };
        let found = at_place.find(self, repository, at, who, |path, text| {
            let people = side.people(path, text)?.into_iter();
            Ok(people.map(|(person, _)| person).find(|person| person.id == *who))
        })?;
        if found.is_some() {
            return Ok(found);
        }
        // Their key may be written otherwise, or the index be wrong: everybody is read.
        let commit = repository.find_commit(at).map_err(|error| self.unreadable(&error))?;
        let directory = snapshot::read(self, repository, &commit)?;
        Ok(directory.person(who).cloned())
    }
}

/// The folder in which an entry is looked for.
pub(super) struct InFolder<'a> {
    /// From the top.
    pub(super) folder: String,
    /// Whether a path is that of one of its files.
    pub(super) is_file: &'a dyn Fn(&str) -> bool,
    pub(super) key: key::Key,
}

impl InFolder<'_> {
    /// What `read` finds first, in the texts in which the key stands.
    pub(super) fn find<T>(
        &self,
        store: &Store,
        repository: &Repository,
        at: Oid,
        id: &Id,
        read: impl Fn(&str, &str) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let unreadable = |error: git2::Error| store.unreadable(&error);
        let Self { folder, is_file, key } = self;
        let tree =
            repository.find_commit(at).and_then(|commit| commit.tree()).map_err(unreadable)?;
        let mut files = Vec::new();
        if let Ok(entry) = tree.get_path(folder.as_ref()) {
            for entry in repository.find_tree(entry.id()).map_err(unreadable)?.iter() {
                let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                let path = format!("{folder}/{name}");
                if entry.kind() == Some(ObjectType::Blob) && is_file(&path) {
                    files.push((path, entry.id()));
                }
            }
        }
        // Its own first; in another one it is only where somebody put it by hand.
        let own = format!("{folder}/{}.yaml", folder::file_of(id.as_str(), files.len().max(1)));
        files.sort_by_key(|(path, _)| *path != own);
        let commit = at.to_string();
        for (path, blob) in files {
            let file = snapshot::File { commit: &commit, path: &path, blob };
            let text = snapshot::file(store, repository, &file, |text| Ok(text.to_owned()))?;
            if !text.contains(key.as_str()) {
                continue;
            }
            if let Some(found) = read(&path, &text)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
