//! The files of a directory: what each holds, and which of them a commit doesn't have yet.

use std::collections::BTreeMap;

use git2::{ObjectType, Oid};
use rayon::prelude::*;

use crate::directory::{
    Channel, Device, Directory, Group, GroupPath, Inventory, Person, Status, SystemDevice,
};

use super::{
    equipment::{self, Kept},
    folder, ledger, lines, people, records, repository,
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
    let Directory { inventory, .. } = directory;
    let written = [
        equipment_blobs::<Device>(inventory, parent),
        equipment_blobs::<SystemDevice>(inventory, parent),
        equipment_blobs::<Channel>(inventory, parent),
    ];
    written.into_iter().flatten().for_each(|(path, blob)| add(path, blob));

    let mut small = |path: &str, text: &str| add(path.into(), blob(text, path, parent));
    small("rollbook.yaml", &head(repository::format_of(directory), manifest));
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
        let path = format!("collections/{}.yaml", folder::of_name(&collection.name));
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
fn head(format: &str, manifest: &str) -> String {
    let mut text = String::from("format: ");
    super::text::quote(&mut text, format);
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
    let now = counts(parent, tree::people_file);
    let mut shards = Vec::new();
    for ((_, folder), people) in places.iter().zip(groups) {
        if people.is_empty() {
            continue;
        }
        let count = folder::files(people.len(), now.get(folder.as_str()).copied().unwrap_or(0));
        let parts = spread(people, count, |person| person.id.as_str());
        let name = |n| format!("people/{folder}/{n}.yaml");
        shards.extend(parts.into_iter().enumerate().map(|(n, people)| (name(n), people)));
    }
    shards
}

/// How many files each folder has in the parent.
fn counts(parent: &Listing, file: impl Fn(&str) -> Option<(&str, usize)>) -> BTreeMap<&str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (folder, _) in parent.files.keys().filter_map(|path| file(path)) {
        *counts.entry(folder).or_default() += 1;
    }
    counts
}

/// Entries by the file that each is in, in their order.
fn spread<'a, T>(
    entries: impl IntoIterator<Item = &'a T>,
    files: usize,
    id: impl Fn(&T) -> &str,
) -> Vec<Vec<&'a T>> {
    let mut parts = vec![Vec::new(); files];
    for entry in entries {
        parts[folder::file_of(id(entry), files)].push(entry);
    }
    parts
}

/// The files of one kind of equipment, each source in a folder of its own.
fn equipment_blobs<T: Kept>(
    inventory: &Inventory,
    parent: &Listing,
) -> Vec<(String, (Oid, Option<Object>))> {
    let now = counts(parent, tree::equipment_file::<T>);
    let mut shards = Vec::new();
    let of_sources =
        T::all(inventory).chunk_by(|one, other| one.id().source() == other.id().source());
    for entries in of_sources {
        let source = entries.first().map_or("", |first| first.id().source());
        let folder = folder::of_name(source);
        let count =
            folder::equipment_files(entries.len(), now.get(folder.as_str()).copied().unwrap_or(0));
        let parts = spread(entries, count, |one| one.id().as_str());
        let name = |n| format!("{}/{folder}/{n}.yaml", T::FOLDER);
        shards.extend(parts.into_iter().enumerate().map(|(n, entries)| (name(n), entries)));
    }
    let written = shards.into_par_iter().map(|(path, entries)| {
        let mut text = String::with_capacity(entries.len() * 300);
        entries.iter().for_each(|one| equipment::write(&mut text, *one));
        let blob = blob(or_nobody(&text), &path, parent);
        (path, blob)
    });
    written.collect()
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
