//! The files of people that differ between two commits, and the people in them who may.

use std::collections::{BTreeMap, BTreeSet};

use git2::{Oid, Repository};

use crate::directory::{Person, Text};

use super::super::{
    Store, StoreError, people,
    snapshot::{self, File, Places},
    tree::{self, Listing},
};

/// One of the two commits.
pub(super) struct Side {
    id: String,
    /// The tree below `people/`.
    people: Option<Oid>,
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
        let people = tree.get_name("people").map(|entry| entry.id());
        Ok(Self { id, people, places })
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
}

/// The files of people that differ, by path.
pub(super) fn pairs(
    repository: &Repository,
    before: Option<&Side>,
    after: &Side,
) -> Result<Vec<Pair>, git2::Error> {
    let mut found: BTreeMap<String, [Option<Oid>; 2]> = BTreeMap::new();
    let [old, new] = differing(repository, before.and_then(|side| side.people), after.people)?;
    for (at, files) in [old, new].into_iter().enumerate() {
        files.into_iter().for_each(|(path, blob)| found.entry(path).or_default()[at] = Some(blob));
    }
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
            let [_, files] = differing(repository, None, Some(tree))?;
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

type Files = Vec<(String, Oid)>;

/// The files that only the one tree has, and that only the other has; both are below `people/`.
fn differing(
    repository: &Repository,
    before: Option<Oid>,
    after: Option<Oid>,
) -> Result<[Files; 2], git2::Error> {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let mut waiting = vec![("people".to_owned(), before, after)];
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

/// Drops the people who are the same in both texts, where both are as we write them: most of a
/// file's people are, and needn't be read.
pub(super) fn drop_same(before: &mut String, after: &mut String) {
    let (Some(mut old), Some(mut new)) = (blocks(before), blocks(after)) else { return };
    old.sort_unstable();
    new.sort_unstable();
    let gone: String =
        old.iter().filter(|block| new.binary_search(block).is_err()).copied().collect();
    let come: String =
        new.iter().filter(|block| old.binary_search(block).is_err()).copied().collect();
    (*before, *after) = (gone, come);
}

/// The people of a text, each with their lines; nothing where a line is not as we write it.
fn blocks(text: &str) -> Option<Vec<&str>> {
    let mut blocks = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let told = line.strip_suffix('\n')?;
        if let Some(field) = told.strip_prefix("  ") {
            // Quoted texts and flags; an alias or an anchor would lead out of the block.
            let (_, value) = field.split_once(':')?;
            let ours = matches!(value, "" | " true")
                || value.starts_with(" \"")
                || value.starts_with(" [\"");
            if at == 0 || !ours {
                return None;
            }
        } else if told.starts_with("u-") && told.ends_with(':') {
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
        drop_same(&mut before, &mut after);
        assert_eq!((before.as_str(), after.as_str()), (bob, bert));
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
            "{}\n",
        ] {
            let (mut before, mut after) = (ours.clone(), edited.to_owned());
            drop_same(&mut before, &mut after);
            assert_eq!((before.as_str(), after.as_str()), (ours.as_str(), edited));
        }
    }
}
