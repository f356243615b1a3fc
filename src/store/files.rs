//! The files of a directory: what each holds, and which of them a commit doesn't have yet.

use std::collections::BTreeMap;

use git2::{ObjectType, Oid};
use rayon::prelude::*;

use crate::directory::{Directory, GroupPath, Person};

use super::{
    folder, lines, people, records,
    repository::FORMAT,
    tree::{self, FILE, Listing, Object},
};

/// All files of a commit to be, and the objects that the parent lacks.
pub(super) struct Files {
    pub(super) files: BTreeMap<String, (i32, Oid)>,
    pub(super) new: Vec<Object>,
}

/// Writes out the whole directory beside what the parent holds; files not ours stay as they are.
///
/// Serialised and hashed by all processors; text that the parent has already is dropped at once.
pub(super) fn of(directory: &Directory, manifest: &str, parent: &Listing) -> Files {
    let folders = folder::of(
        directory
            .groups
            .iter()
            .map(|group| &group.path)
            .chain(directory.people.iter().map(|person| &person.path)),
    );
    let mut files: BTreeMap<String, (i32, Oid)> = parent
        .files
        .iter()
        .filter(|(path, _)| !tree::is_ours(path))
        .map(|(path, entry)| (path.clone(), *entry))
        .collect();
    let mut new = Vec::new();
    let mut add = |path: String, (id, object): (Oid, Option<Object>)| {
        new.extend(object);
        files.insert(path, (FILE, id));
    };

    let shards = shards(&directory.people, &folders, parent);
    let written: Vec<_> = shards
        .par_iter()
        .map(|(path, people)| (path.clone(), blob(&file(people), path, parent)))
        .collect();
    written.into_iter().for_each(|(path, blob)| add(path, blob));

    let mut small = |path: &str, text: &str| add(path.into(), blob(text, path, parent));
    small("rollbook.yaml", &head(manifest));
    let mut groups = String::new();
    for group in &directory.groups {
        if let Some(folder) = folders.get(&group.path) {
            records::write_group(&mut groups, group, folder);
        }
    }
    small("groups.yaml", or_nobody(&groups));
    for collection in &directory.collections {
        let path = format!("collections/{}.yaml", folder::of_collection(&collection.name));
        small(&path, &records::write_collection(collection));
    }
    let mut skipped = String::new();
    directory.skipped.iter().for_each(|one| records::write_skipped(&mut skipped, one));
    if !skipped.is_empty() {
        small("ledger/skipped.yaml", &skipped);
    }
    Files { files, new }
}

/// What `rollbook.yaml` says.
fn head(manifest: &str) -> String {
    let mut text = String::from("format: ");
    super::text::quote(&mut text, FORMAT);
    text.push_str("\nmanifest: ");
    super::text::quote(&mut text, manifest);
    text.push('\n');
    text
}

fn or_nobody(text: &str) -> &str {
    if text.is_empty() { lines::NOBODY } else { text }
}

/// The people of each file, in id order; all files of a group are there, also one without people.
fn shards<'a>(
    people: &'a [Person],
    folders: &BTreeMap<GroupPath, String>,
    parent: &Listing,
) -> Vec<(String, Vec<&'a Person>)> {
    let mut groups: BTreeMap<&GroupPath, Vec<&Person>> = BTreeMap::new();
    for person in people {
        groups.entry(&person.path).or_default().push(person);
    }
    let mut now: BTreeMap<&str, usize> = BTreeMap::new();
    for (folder, _) in parent.files.keys().filter_map(|path| tree::people_file(path)) {
        *now.entry(folder).or_default() += 1;
    }
    let mut shards = Vec::new();
    for (path, people) in groups {
        let Some(folder) = folders.get(path) else { continue };
        let count = folder::files(people.len(), now.get(&**folder).copied().unwrap_or_default());
        let mut parts = vec![Vec::new(); count];
        for person in people {
            parts[folder::file_of(&person.id, count)].push(person);
        }
        let name = |n| format!("people/{folder}/{n}.yaml");
        shards.extend(parts.into_iter().enumerate().map(|(n, people)| (name(n), people)));
    }
    shards
}

fn file(people: &[&Person]) -> String {
    let mut text = String::with_capacity(people.len() * 400);
    people.iter().for_each(|person| people::write(&mut text, person));
    if people.is_empty() {
        text.push_str(lines::NOBODY);
    }
    text
}

/// The id of a file, and the object where the parent has another at that path.
fn blob(text: &str, path: &str, parent: &Listing) -> (Oid, Option<Object>) {
    let id = tree::id_of(ObjectType::Blob, text.as_bytes());
    if parent.files.get(path).is_some_and(|(_, held)| *held == id) {
        return (id, None);
    }
    (id, Some(Object { kind: ObjectType::Blob, id, data: text.as_bytes().to_vec() }))
}
