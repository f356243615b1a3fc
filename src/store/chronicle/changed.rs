//! The files that differ between two commits, and the entries in them that may.

use std::collections::{BTreeMap, BTreeSet};

use git2::{Oid, Repository};

use crate::directory::{Channel, Device, Person, SystemDevice, Text};

use super::super::{
    Store, StoreError,
    equipment::{self, Kept},
    people,
    snapshot::{self, File, Places},
    tree::{self, Listing},
};

/// One of the two commits.
pub(super) struct Side {
    id: String,
    /// The tree below `people/`.
    people: Option<Oid>,
    /// The trees below the folders of equipment, by their names.
    equipment: BTreeMap<&'static str, Oid>,
    places: Places,
}

/// A file that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) path: String,
    pub(super) before: Option<Oid>,
    pub(super) after: Option<Oid>,
    /// Whether the same lines mean the same in both: the folder is the same group's.
    pub(super) alike: bool,
}

impl Side {
    pub(super) fn of(
        store: &Store,
        repository: &Repository,
        commit: Oid,
    ) -> Result<Self, StoreError> {
        let unreadable = |error: git2::Error| store.unreadable(&error);
        let tree = repository.find_commit(commit).and_then(|commit| commit.tree());
        let tree = tree.map_err(unreadable)?;
        let mut listing = Listing::default();
        if let Some(entry) = tree.get_name("groups.yaml") {
            listing.files.insert("groups.yaml".into(), (tree::FILE, entry.id()));
        }
        let id = commit.to_string();
        let places = snapshot::places(store, repository, &listing, &id)?;
        let below = |name: &str| tree.get_name(name).map(|entry| entry.id());
        let equipment = [Device::FOLDER, SystemDevice::FOLDER, Channel::FOLDER].into_iter();
        let equipment = equipment.filter_map(|name| Some((name, below(name)?))).collect();
        Ok(Self { id, people: below("people"), equipment, places })
    }

    /// A file's text.
    pub(super) fn text(
        &self,
        store: &Store,
        repository: &Repository,
        path: &str,
        blob: Oid,
    ) -> Result<String, StoreError> {
        let file = File { commit: &self.id, path, blob };
        snapshot::file(store, repository, &file, |text| Ok(text.to_owned()))
    }

    /// The people in a text, with their folder.
    pub(super) fn people(&self, path: &str, text: &str) -> Result<Vec<(Person, Text)>, StoreError> {
        let Some((folder, _)) = tree::people_file(path).filter(|_| !text.is_empty()) else {
            return Ok(Vec::new());
        };
        let read = self.places.of(folder).and_then(|place| people::read(text, place));
        let read = read.map_err(|flaw| snapshot::flawed(&self.id, path, flaw))?;
        let folder = Text::from(folder);
        Ok(read.into_iter().map(|person| (person, folder.clone())).collect())
    }

    /// The equipment in a text, with its folder.
    pub(super) fn equipment<T: Kept>(
        &self,
        path: &str,
        text: &str,
    ) -> Result<Vec<(T, Text)>, StoreError> {
        let Some((folder, _)) = tree::equipment_file::<T>(path).filter(|_| !text.is_empty()) else {
            return Ok(Vec::new());
        };
        let read = equipment::read::<T>(text);
        let read = read.map_err(|flaw| snapshot::flawed(&self.id, path, flaw))?;
        let folder = Text::from(folder);
        Ok(read.into_iter().map(|one| (one, folder.clone())).collect())
    }
}

/// The files of people that differ, by path.
pub(super) fn pairs(
    repository: &Repository,
    before: Option<&Side>,
    after: &Side,
) -> Result<Vec<Pair>, git2::Error> {
    let trees = [before.and_then(|side| side.people), after.people];
    let mut found = by_path(differing(repository, "people", trees)?);
    // A folder may have become another group's, where somebody edited `groups.yaml`.
    let renamed: BTreeSet<&Text> = before
        .into_iter()
        .flat_map(|before| before.places.folders())
        .filter(|(folder, path)| after.places.of(folder).is_ok_and(|now| now != *path))
        .map(|(folder, _)| folder)
        .collect();
    let is_renamed = |path: &str| {
        !renamed.is_empty()
            && tree::people_file(path)
                .is_some_and(|(folder, _)| renamed.contains(&Text::from(folder)))
    };
    if !renamed.is_empty() {
        for (at, side) in [before, Some(after)].into_iter().enumerate() {
            let Some(tree) = side.and_then(|side| side.people) else { continue };
            let [_, files] = differing(repository, "people", [None, Some(tree)])?;
            for (path, blob) in files.into_iter().filter(|(path, _)| is_renamed(path)) {
                found.entry(path).or_default()[at] = Some(blob);
            }
        }
    }
    let pair = |(path, [before, after]): (String, [Option<Oid>; 2])| Pair {
        alike: !is_renamed(&path),
        path,
        before,
        after,
    };
    Ok(found.into_iter().map(pair).collect())
}

/// The files of a kind of equipment that differ, by path.
pub(super) fn equipment_pairs<T: Kept>(
    repository: &Repository,
    before: Option<&Side>,
    after: &Side,
) -> Result<Vec<Pair>, git2::Error> {
    let tree = |side: &Side| side.equipment.get(T::FOLDER).copied();
    let trees = [before.and_then(tree), tree(after)];
    let found = by_path(differing(repository, T::FOLDER, trees)?).into_iter();
    let found = found.filter(|(path, _)| tree::equipment_file::<T>(path).is_some());
    Ok(found.map(|(path, [before, after])| Pair { alike: true, path, before, after }).collect())
}

type Files = Vec<(String, Oid)>;

/// Each file once, with what it is on both sides.
fn by_path(sides: [Files; 2]) -> BTreeMap<String, [Option<Oid>; 2]> {
    let mut found: BTreeMap<String, [Option<Oid>; 2]> = BTreeMap::new();
    for (at, files) in sides.into_iter().enumerate() {
        files.into_iter().for_each(|(path, blob)| found.entry(path).or_default()[at] = Some(blob));
    }
    found
}

/// The files that only the one tree has, and that only the other has; both are below `top`.
fn differing(
    repository: &Repository,
    top: &str,
    [before, after]: [Option<Oid>; 2],
) -> Result<[Files; 2], git2::Error> {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let mut waiting = vec![(top.to_owned(), before, after)];
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
    Ok([old, new])
}

/// Drops the entries that are the same in both texts, where both are as we write them: most of a
/// file's entries are, and needn't be read. Their keys start with `prefix`.
pub(super) fn drop_same(prefix: &str, before: &mut String, after: &mut String) {
    let (Some(mut old), Some(mut new)) = (blocks(prefix, before), blocks(prefix, after)) else {
        return;
    };
    old.sort_unstable();
    new.sort_unstable();
    let gone: String =
        old.iter().filter(|block| new.binary_search(block).is_err()).copied().collect();
    let come: String =
        new.iter().filter(|block| old.binary_search(block).is_err()).copied().collect();
    (*before, *after) = (gone, come);
}

/// The entries of a text, each with its lines; nothing where a line is not as we write it.
fn blocks<'t>(prefix: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut blocks = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let told = line.strip_suffix('\n')?;
        if let Some(field) = told.strip_prefix("  ") {
            // Quoted texts and flags; an alias or an anchor would lead out of the block.
            let is_ours = |value: &str| {
                matches!(value, "" | " true")
                    || value.starts_with(" \"")
                    || value.starts_with(" [\"")
            };
            let ours = match field.strip_prefix("  - ") {
                Some(item) => item.starts_with('"'),
                None => is_ours(field.split_once(':')?.1),
            };
            if at == 0 || !ours {
                return None;
            }
        } else if told.starts_with(prefix) && told.ends_with(':') {
            if at > start {
                blocks.push(&text[start..at]);
            }
            start = at;
        } else {
            return None;
        }
        at += line.len();
    }
    if at > start {
        blocks.push(&text[start..at]);
    }
    Some(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_people_who_may_differ_are_left() {
        let ada = "u-staff/1:\n  name: \"Ada\"\n  do_not_log: true\n";
        let bob = "u-staff/2:\n  name: \"Bob\"\n";
        let bert = "u-staff/2:\n  name: \"Bert\"\n";
        let (mut before, mut after) = (format!("{ada}{bob}"), format!("{bert}{ada}"));
        drop_same("u-", &mut before, &mut after);
        assert_eq!((before.as_str(), after.as_str()), (bob, bert));
        let desk = "d-p/1:\n  kind: \"phone\"\n  lines:\n    - \"1: 4021 in A\"\n";
        let other = "d-p/1:\n  kind: \"phone\"\n  lines:\n    - \"1: 4022 in A\"\n";
        let hall = "d-p/2:\n  kind: \"phone\"\n";
        let (mut before, mut after) = (format!("{desk}{hall}"), format!("{other}{hall}"));
        drop_same("d-", &mut before, &mut after);
        assert_eq!((before.as_str(), after.as_str()), (desk, other));
    }

    #[test]
    fn a_text_that_somebody_edited_is_left_whole() {
        let ours = "u-staff/1:\n  name: \"Ada\"\n".to_owned();
        for edited in [
            "u-staff/1:\n  name: &x \"Ada\"\n",
            "u-staff/1:\n  name: \"Ada\"",
            "# why\nu-staff/1:\n  name: \"Ada\"\n",
            "\"u-staff/1\":\n  name: \"Ada\"\n",
            "  name: \"Ada\"\n",
            "u-staff/1:\n  intercoms:\n    - &x \"1\"\n",
            "{}\n",
        ] {
            let (mut before, mut after) = (ours.clone(), edited.to_owned());
            drop_same("u-", &mut before, &mut after);
            assert_eq!((before.as_str(), after.as_str()), (ours.as_str(), edited));
        }
    }
}
