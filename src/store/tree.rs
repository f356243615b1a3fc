//! The files of a commit: as a flat list of paths, and as git's tree objects.

use std::collections::BTreeMap;

use git2::{ObjectType, Oid, Repository};
use sha1::{Digest, Sha1};

use crate::directory::{Channel, Device, SystemDevice};

use super::{equipment::Kept, ledger};

/// git's modes of a file and of a folder.
pub(super) const FILE: i32 = 0o100_644;
const FOLDER: i32 = 0o040_000;

/// The folders that hold our files; others are carried along unread.
const OURS: [&str; 6] =
    ["people", Device::FOLDER, SystemDevice::FOLDER, Channel::FOLDER, "collections", "ledger"];

/// What a commit holds.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Each file's path, mode and id; a folder that isn't ours is one entry.
    pub(super) files: BTreeMap<String, (i32, Oid)>,
    /// The id of each of our folders, the top being the empty path.
    pub(super) folders: BTreeMap<String, Oid>,
}

/// An object to be written.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) kind: ObjectType,
    pub(super) id: Oid,
    pub(super) data: Vec<u8>,
}

impl Object {
    pub(super) fn new(kind: ObjectType, data: Vec<u8>) -> Self {
        Self { kind, id: id_of(kind, &data), data }
    }
}

/// The id that git gives to an object.
pub(super) fn id_of(kind: ObjectType, data: &[u8]) -> Oid {
    let mut hash = Sha1::new();
    hash.update(kind.str());
    hash.update(format!(" {}\0", data.len()));
    hash.update(data);
    Oid::from_bytes(&hash.finalize()).unwrap_or(Oid::ZERO_SHA1)
}

/// Lists what a tree holds.
pub(super) fn list(repository: &Repository, tree: Oid) -> Result<Listing, git2::Error> {
    list_top(repository, tree, &OURS)
}

/// Lists what a tree holds; what is in other folders than these is one entry each.
pub(super) fn list_top(
    repository: &Repository,
    tree: Oid,
    folders: &[&str],
) -> Result<Listing, git2::Error> {
    let mut listing = Listing::default();
    let mut waiting = vec![(String::new(), tree)];
    while let Some((prefix, id)) = waiting.pop() {
        for entry in repository.find_tree(id)?.iter() {
            // It would come back under another name.
            let name = std::str::from_utf8(entry.name_bytes()).map_err(|_| {
                git2::Error::from_str("it has a file whose name is not UTF-8; rename that")
            })?;
            let name = name.to_owned();
            let top = prefix.is_empty();
            let path = if top { name } else { format!("{prefix}/{name}") };
            if entry.kind() == Some(ObjectType::Tree) && (!top || folders.contains(&path.as_str()))
            {
                waiting.push((path, entry.id()));
            } else {
                listing.files.insert(path, (entry.filemode(), entry.id()));
            }
        }
        listing.folders.insert(prefix, id);
    }
    Ok(listing)
}

/// The folder and number of one of the files that hold people.
pub(super) fn people_file(path: &str) -> Option<(&str, usize)> {
    numbered("people", path)
}

/// The source's folder and the number of one of the files that hold this kind of equipment.
pub(super) fn equipment_file<T: Kept>(path: &str) -> Option<(&str, usize)> {
    numbered(T::FOLDER, path).filter(|(folder, _)| !folder.contains('/'))
}

fn numbered<'a>(top: &str, path: &'a str) -> Option<(&'a str, usize)> {
    let (folder, file) = path.strip_prefix(top)?.strip_prefix('/')?.rsplit_once('/')?;
    Some((folder, file.strip_suffix(".yaml")?.parse().ok()?))
}

/// Whether a file is one that we write; others in the repository are left as they are.
pub(super) fn is_ours(path: &str) -> bool {
    let collection = |rest: &str| !rest.contains('/') && rest.ends_with(".yaml");
    matches!(path, "rollbook.yaml" | "groups.yaml")
        || people_file(path).is_some()
        || equipment_file::<Device>(path).is_some()
        || equipment_file::<SystemDevice>(path).is_some()
        || equipment_file::<Channel>(path).is_some()
        || ledger::part(path).is_some()
        || path.strip_prefix("collections/").is_some_and(collection)
}

/// Builds the trees of these files: the top's id, and the trees that `parent` doesn't have.
pub(super) fn build(files: &BTreeMap<String, (i32, Oid)>, parent: &Listing) -> (Oid, Vec<Object>) {
    let files: Vec<_> = files.iter().map(|(path, entry)| (path.as_str(), *entry)).collect();
    let mut objects = Vec::new();
    let top = folder("", &files, parent, &mut objects);
    (top, objects)
}

/// One folder, of the files whose paths start with `prefix`.
fn folder(
    prefix: &str,
    files: &[(&str, (i32, Oid))],
    parent: &Listing,
    objects: &mut Vec<Object>,
) -> Oid {
    let mut entries: Vec<(String, i32, Oid)> = Vec::new();
    let mut rest = files;
    while let Some((path, (mode, id))) = rest.first() {
        let below = &path[prefix.len()..];
        let Some((name, _)) = below.split_once('/') else {
            entries.push((below.into(), *mode, *id));
            rest = &rest[1..];
            continue;
        };
        let inside = format!("{prefix}{name}/");
        let end = rest.partition_point(|(path, _)| path.starts_with(&inside));
        let (these, others) = rest.split_at(end);
        entries.push((name.into(), FOLDER, folder(&inside, these, parent, objects)));
        rest = others;
    }
    // git sorts a folder as if its name ended in a slash.
    entries.sort_by_cached_key(
        |(name, mode, _)| {
            if *mode == FOLDER { format!("{name}/") } else { name.clone() }
        },
    );
    let mut data = Vec::new();
    for (name, mode, id) in entries {
        data.extend_from_slice(format!("{mode:o} {name}\0").as_bytes());
        data.extend_from_slice(id.as_bytes());
    }
    let object = Object::new(ObjectType::Tree, data);
    let id = object.id;
    if parent.folders.get(prefix.trim_end_matches('/')) != Some(&id) {
        objects.push(object);
    }
    id
}
