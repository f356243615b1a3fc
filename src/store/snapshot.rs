//! A whole directory out of one commit, read by all processors.

use std::{collections::BTreeMap, path::Path};

use git2::{Oid, Repository};
use rayon::prelude::*;

use crate::directory::{
    Channel, Collection, Device, Directory, Disagreement, Dispute, Group, GroupPath, Id, Inventory,
    Since, Skipped, SystemDevice, Text, Unknown,
};

use super::{
    Store, StoreError,
    block::{Flaw, Place},
    equipment::{self, Kept},
    error::short,
    ledger, people, records, tree,
};

/// Files that one thread reads at a time. What is read stays in few large lists, which the system
/// gets back whole.
const SHARE: usize = 256;

/// Which group's people are in which folder, and the groups.
pub(super) struct Places {
    pub(super) groups: Vec<Group>,
    folders: BTreeMap<Text, GroupPath>,
}

impl Places {
    /// The folders below `people/`, each with the group whose it is.
    pub(super) fn folders(&self) -> impl Iterator<Item = (&Text, &GroupPath)> {
        self.folders.iter()
    }

    /// The group whose people are in a folder below `people/`.
    pub(super) fn of(&self, folder: &str) -> Result<&GroupPath, Flaw> {
        self.folders.get(folder).ok_or_else(|| {
            let message = format!("`groups.yaml` has no group with the folder `{folder}`");
            Flaw::new(Place { line: 1, column: 1 }, message)
        })
    }
}

/// Reads everything in a commit.
pub(super) fn read(
    store: &Store,
    repository: &Repository,
    commit: &git2::Commit<'_>,
) -> Result<Directory, StoreError> {
    let listing = tree::list(repository, commit.tree_id()).map_err(|e| store.unreadable(&e))?;
    let id = commit.id().to_string();
    let broken = |file: &str, flaw: Flaw| flawed(&id, file, flaw);

    let places = places(store, repository, &listing, &id)?;
    let mut files = Vec::new();
    for (path, (_, blob)) in &listing.files {
        if let Some((folder, _)) = tree::people_file(path) {
            let place = places.of(folder).map_err(|flaw| broken(path, flaw))?;
            files.push((path.as_str(), place, *blob));
        }
    }
    let folder = repository.path();
    let read = files.par_chunks(SHARE).map(|files| {
        let repository = Repository::open(folder).map_err(|error| store.unreadable(&error))?;
        let mut people = Vec::new();
        for (path, place, blob) in files {
            let blob = File { commit: &id, path, blob: *blob };
            let read = file(store, &repository, &blob, |text| people::read(text, place))?;
            people.extend(read.into_iter().map(Some));
        }
        Ok(people)
    });
    let people = read.collect::<Result<_, StoreError>>()?;
    let mut directory = Directory { groups: places.groups, ..Directory::default() };
    directory.people = sorted(people, |person| &person.id);
    if let Some([one, other]) = directory.people.windows(2).find(|two| two[0].id == two[1].id) {
        let because = format!("`{}` is in `{}` and in `{}`", one.id, one.path, other.path);
        return Err(broken("people", Flaw::new(Place { line: 1, column: 1 }, because)));
    }

    directory.collections = collections(store, repository, &listing, &id)?;
    let at = At { store, folder, listing: &listing, commit: &id };
    directory.inventory = at.inventory()?;
    directory.skipped = at.ledger()?;
    directory.skipped.sort_by(|one: &Skipped, other| one.id.cmp(&other.id));
    directory.disputes = at.ledger()?;
    directory.disputes.sort_by(|one: &Since<Dispute>, other| one.what.cmp(&other.what));
    directory.unknown = at.ledger()?;
    directory.unknown.sort_by(|one: &Since<Unknown>, other| one.what.cmp(&other.what));
    directory.disagreements = at.ledger()?;
    directory.disagreements.sort_by(|one: &Since<Disagreement>, other| one.what.cmp(&other.what));
    Ok(directory)
}

/// Reads the groups and collections of a commit, and what calls run through: whose devices they are
/// stands with the devices.
pub(super) fn around(
    store: &Store,
    repository: &Repository,
    commit: &git2::Commit<'_>,
) -> Result<Directory, StoreError> {
    let folders = ["collections", Device::FOLDER, SystemDevice::FOLDER, Channel::FOLDER];
    let listing = tree::list_top(repository, commit.tree_id(), &folders);
    let listing = listing.map_err(|error| store.unreadable(&error))?;
    let id = commit.id().to_string();
    let groups = places(store, repository, &listing, &id)?.groups;
    let collections = collections(store, repository, &listing, &id)?;
    let at = At { store, folder: repository.path(), listing: &listing, commit: &id };
    let inventory = at.inventory()?;
    Ok(Directory { groups, collections, inventory, ..Directory::default() })
}

fn collections(
    store: &Store,
    repository: &Repository,
    listing: &tree::Listing,
    id: &str,
) -> Result<Vec<Collection>, StoreError> {
    let mut collections = Vec::new();
    for (path, (_, blob)) in &listing.files {
        if path.starts_with("collections/") && tree::is_ours(path) {
            let blob = File { commit: id, path, blob: *blob };
            collections.extend(file(store, repository, &blob, records::read_collections)?);
        }
    }
    collections.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(collections)
}

/// A commit that is read.
struct At<'a> {
    store: &'a Store,
    folder: &'a Path,
    listing: &'a tree::Listing,
    commit: &'a str,
}

impl At<'_> {
    /// All equipment.
    fn inventory(&self) -> Result<Inventory, StoreError> {
        Ok(Inventory {
            devices: self.equipment()?,
            system_devices: self.equipment()?,
            channels: self.equipment()?,
        })
    }

    /// All equipment of a kind, by id.
    fn equipment<T: Kept>(&self) -> Result<Vec<T>, StoreError> {
        let is_of_kind = |path: &str| tree::equipment_file::<T>(path).is_some();
        let read = self.files(is_of_kind, |text| {
            Ok(equipment::read::<T>(text)?.into_iter().map(Some).collect())
        })?;
        let all = sorted(read, T::id);
        match all.windows(2).find(|two| two[0].id() == two[1].id()) {
            None => Ok(all),
            Some(two) => {
                let because = format!("`{}` is there twice", two[0].id());
                let flaw = Flaw::new(Place { line: 1, column: 1 }, because);
                Err(flawed(self.commit, T::FOLDER, flaw))
            }
        }
    }

    /// A part of the ledger, in the order of its files.
    fn ledger<E: ledger::Entry>(&self) -> Result<Vec<E>, StoreError> {
        let is_of_part = |path: &str| ledger::part(path).is_some_and(|(part, _)| part == E::PART);
        Ok(self.files(is_of_part, ledger::read)?.into_iter().flatten().collect())
    }

    /// What `read` makes of each file whose path is wanted, in their order and in a few lists.
    fn files<E: Send>(
        &self,
        wanted: impl Fn(&str) -> bool,
        read: impl Fn(&str) -> Result<Vec<E>, Flaw> + Sync,
    ) -> Result<Vec<Vec<E>>, StoreError> {
        let files = self.listing.files.iter().filter(|(path, _)| wanted(path));
        let files: Vec<(&str, Oid)> = files.map(|(path, (_, blob))| (&**path, *blob)).collect();
        let lists = files.par_chunks(SHARE).map(|files| {
            let repository =
                Repository::open(self.folder).map_err(|error| self.store.unreadable(&error))?;
            let mut entries = Vec::new();
            for (path, blob) in files {
                let blob = File { commit: self.commit, path, blob: *blob };
                entries.extend(file(self.store, &repository, &blob, &read)?);
            }
            Ok(entries)
        });
        lists.collect()
    }
}

/// What was read, as one list sorted by id. Entries are large: the ids are sorted, and then each
/// entry is taken once.
fn sorted<T: Send + Sync>(
    mut shares: Vec<Vec<Option<T>>>,
    id: impl Fn(&T) -> &Id + Sync,
) -> Vec<T> {
    let mut order: Vec<(Id, usize, usize)> = shares
        .par_iter()
        .enumerate()
        .flat_map_iter(|(share, entries)| {
            let ids = entries.iter().flatten().map(|entry| id(entry).clone()).enumerate();
            ids.map(move |(at, id)| (id, share, at))
        })
        .collect();
    order.par_sort_unstable();
    order.into_iter().filter_map(|(_, share, at)| shares[share][at].take()).collect()
}

/// Reads `groups.yaml`.
pub(super) fn places(
    store: &Store,
    repository: &Repository,
    listing: &tree::Listing,
    id: &str,
) -> Result<Places, StoreError> {
    let read = match listing.files.get("groups.yaml") {
        None => Vec::new(),
        Some((_, blob)) => {
            let blob = File { commit: id, path: "groups.yaml", blob: *blob };
            file(store, repository, &blob, records::read_groups)?
        }
    };
    let twice = |what: String| {
        let message = format!("{what} is there twice");
        Err(flawed(id, "groups.yaml", Flaw::new(Place { line: 1, column: 1 }, message)))
    };
    let mut places = Places { groups: Vec::with_capacity(read.len()), folders: BTreeMap::new() };
    for (group, folder) in read {
        if places.folders.insert(folder.clone(), group.path.clone()).is_some() {
            return twice(format!("the folder `{folder}`"));
        }
        places.groups.push(group);
    }
    places.groups.sort_by(|one, other| one.path.cmp(&other.path));
    match places.groups.windows(2).find(|two| two[0].path == two[1].path) {
        Some(two) => twice(format!("the group `{}`", two[0].path)),
        None => Ok(places),
    }
}

/// A flaw with the commit and the file that it is in.
pub(super) fn flawed(commit: &str, file: &str, flaw: Flaw) -> StoreError {
    StoreError::Broken {
        commit: short(commit).into(),
        file: file.into(),
        line: flaw.at.line,
        column: flaw.at.column,
        because: flaw.message,
    }
}

/// One file of a commit, and how errors name it.
pub(super) struct File<'a> {
    pub(super) commit: &'a str,
    pub(super) path: &'a str,
    pub(super) blob: Oid,
}

/// Hands a file's text to `read`.
pub(super) fn file<T>(
    store: &Store,
    repository: &Repository,
    file: &File<'_>,
    read: impl FnOnce(&str) -> Result<T, Flaw>,
) -> Result<T, StoreError> {
    let blob = repository.find_blob(file.blob).map_err(|error| store.unreadable(&error))?;
    let bytes = blob.content();
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let at = Place { line: u32::try_from(line).unwrap_or(u32::MAX), column: 1 };
        Flaw::new(at, "the line is not in UTF-8")
    });
    text.and_then(read).map_err(|flaw| flawed(file.commit, file.path, flaw))
}
