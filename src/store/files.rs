//! The files of a directory: what each holds, and which of them a commit doesn't have yet.

use std::collections::BTreeMap;

use git2::{ObjectType, Oid};
use rayon::prelude::*;

use crate::directory::{Directory, Group, GroupPath, Person, Status};

use super::{
    folder, ledger, lines, people, records,
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
    let mut folders = folder::of(directory.groups.iter().map(|group| &group.path));
    if !directory.people.par_iter().all(|person| folders.contains_key(&person.path)) {
        // A group that the directory forgot is written all the same, or its people were lost.
        let people = directory.people.iter().map(|person| &person.path);
        folders = folder::of(directory.groups.iter().map(|group| &group.path).chain(people));
    }
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
    let known: BTreeMap<_, _> = directory.groups.iter().map(|group| (&group.path, group)).collect();
    for (path, folder) in &folders {
        match known.get(path) {
            Some(group) => records::write_group(&mut groups, group, folder),
            None => {
                let group = Group { path: path.clone(), status: Status::Active };
                records::write_group(&mut groups, &group, folder);
            }
        }
    }
    small("groups.yaml", or_nobody(&groups));
    for collection in &directory.collections {
        let path = format!("collections/{}.yaml", folder::of_collection(&collection.name));
        small(&path, &records::write_collection(collection));
    }
    let parts = [
        ledger::files(&directory.skipped, parent),
        ledger::files(&directory.disputes, parent),
        ledger::files(&directory.unknown, parent),
        ledger::files(&directory.disagreements, parent),
    ];
    parts.iter().flatten().for_each(|(path, text)| small(path, text));
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
    let places: Vec<(&GroupPath, &String)> = folders.iter().collect();
    let place = |person: &Person| places.binary_search_by(|(path, _)| (*path).cmp(&person.path));
    let found: Vec<_> = people.par_iter().map(place).collect();
    let mut groups = vec![Vec::new(); places.len()];
    for (person, place) in people.iter().zip(found) {
        if let Ok(place) = place {
            groups[place].push(person);
        }
    }
    let mut now: BTreeMap<&str, usize> = BTreeMap::new();
    for (folder, _) in parent.files.keys().filter_map(|path| tree::people_file(path)) {
        *now.entry(folder).or_default() += 1;
    }
    let mut shards = Vec::new();
    for ((_, folder), people) in places.iter().zip(groups) {
        if people.is_empty() {
            continue;
        }
        let count = folder::files(people.len(), now.get(folder.as_str()).copied().unwrap_or(0));
        let mut parts = vec![Vec::new(); count];
        for person in people {
            parts[folder::file_of(person.id.as_str(), count)].push(person);
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
