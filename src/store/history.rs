//! What happened, newest first: to the directory, or to one person.

use git2::{Oid, Repository};

use crate::directory::{Id, Person};

use super::{
    Commit, Store, StoreError, key, people, snapshot,
    tree::{self, Listing},
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
    next: Option<Oid>,
    who: Option<Id>,
}

impl Store {
    /// The commits of the branch, newest first; with `who`, only those that changed that person.
    ///
    /// Only files that differ between a commit and its first parent are looked into.
    ///
    /// # Errors
    ///
    /// As [`Store::head`]; the iterator gives errors of single commits.
    pub fn log(&self, who: Option<&Id>) -> Result<History, StoreError> {
        let repository = self.repository()?;
        let next = match &repository {
            Some(repository) => self.tip(repository)?.map(|commit| commit.id()),
            None => None,
        };
        Ok(History { store: self.clone(), repository, next, who: who.cloned() })
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
        while let Some(id) = self.next.take() {
            match step(&self.store, repository, id, self.who.as_ref()) {
                Ok((parent, entry)) => {
                    self.next = parent;
                    if let Some(entry) = entry {
                        return Some(Ok(entry));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }
}

type Step = (Option<Oid>, Option<LogEntry>);

fn step(
    store: &Store,
    repository: &Repository,
    id: Oid,
    who: Option<&Id>,
) -> Result<Step, StoreError> {
    let commit = repository.find_commit(id).map_err(|error| store.unreadable(&error))?;
    let parent = commit.parent(0).ok();
    let next = parent.as_ref().map(git2::Commit::id);
    let said = Commit::of(&commit);
    let Some(who) = who else {
        return Ok((next, Some(LogEntry { commit: said, before: None, after: None })));
    };
    let tree = |commit: &git2::Commit<'_>| commit.tree_id();
    let (old, new) = changed(repository, parent.as_ref().map(tree), commit.tree_id())
        .map_err(|error| store.unreadable(&error))?;
    let before = match &parent {
        Some(parent) => find(store, repository, parent, &old, who)?,
        None => None,
    };
    let after = find(store, repository, &commit, &new, who)?;
    let entry = (before != after).then_some(LogEntry { commit: said, before, after });
    Ok((next, entry))
}

/// A people file: its path and id.
type Files = Vec<(String, Oid)>;

/// The people files that only the one tree has, and that only the other has.
fn changed(
    repository: &Repository,
    before: Option<Oid>,
    after: Oid,
) -> Result<(Files, Files), git2::Error> {
    let people = |top: Oid| -> Result<Option<Oid>, git2::Error> {
        Ok(repository.find_tree(top)?.get_name("people").map(|entry| entry.id()))
    };
    let before = before.map(people).transpose()?.flatten();
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let mut waiting = vec![("people".to_owned(), before, people(after)?)];
    while let Some((path, before, after)) = waiting.pop() {
        if before == after {
            continue;
        }
        let [before, after] = [before, after].map(|id| id.map(|id| repository.find_tree(id)));
        let (before, after) = (before.transpose()?, after.transpose()?);
        let is_tree = |entry: &git2::TreeEntry<'_>| entry.kind() == Some(git2::ObjectType::Tree);
        let name =
            |entry: &git2::TreeEntry<'_>| String::from_utf8_lossy(entry.name_bytes()).into_owned();
        let other = |tree: &Option<git2::Tree<'_>>, entry: &git2::TreeEntry<'_>| {
            let same = tree.as_ref().and_then(|tree| {
                std::str::from_utf8(entry.name_bytes()).ok().and_then(|name| tree.get_name(name))
            });
            same.filter(|same| same.kind() == entry.kind()).map(|same| same.id())
        };
        for entry in before.iter().flat_map(|tree| tree.iter()) {
            let there = other(&after, &entry);
            if there == Some(entry.id()) {
                continue;
            }
            let path = format!("{path}/{}", name(&entry));
            if is_tree(&entry) {
                waiting.push((path, Some(entry.id()), there));
            } else {
                old.push((path, entry.id()));
            }
        }
        for entry in after.iter().flat_map(|tree| tree.iter()) {
            let there = other(&before, &entry);
            if there == Some(entry.id()) {
                continue;
            }
            let path = format!("{path}/{}", name(&entry));
            if !is_tree(&entry) {
                new.push((path, entry.id()));
            } else if there.is_none() {
                waiting.push((path, None, Some(entry.id())));
            }
        }
    }
    Ok((old, new))
}

/// Looks for a person in some files of a commit: raw bytes first, as most files are others'.
fn find(
    store: &Store,
    repository: &Repository,
    commit: &git2::Commit<'_>,
    files: &Files,
    who: &Id,
) -> Result<Option<Person>, StoreError> {
    let key = key::of(people::PREFIX, who.as_str());
    let id = commit.id().to_string();
    let mut places = None;
    for (path, blob) in files {
        let Some((folder, _)) = tree::people_file(path) else { continue };
        let raw = repository.find_blob(*blob).map_err(|error| store.unreadable(&error))?;
        if !String::from_utf8_lossy(raw.content()).contains(key.as_str()) {
            continue;
        }
        if places.is_none() {
            let mut listing = Listing::default();
            let tree = commit.tree().map_err(|error| store.unreadable(&error))?;
            if let Some(entry) = tree.get_name("groups.yaml") {
                listing.files.insert("groups.yaml".into(), (tree::FILE, entry.id()));
            }
            places = Some(snapshot::places(store, repository, &listing, &id)?);
        }
        let Some(places) = &places else { continue };
        let file = snapshot::File { commit: &id, path, blob: *blob };
        let people = snapshot::file(store, repository, &file, |text| {
            people::read(text, places.of(folder)?)
        })?;
        if let Some(found) = people.into_iter().find(|person| person.id == *who) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
