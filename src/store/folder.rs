//! Names of folders and files that every file system takes, and how many files a group has.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::directory::GroupPath;

/// Longest readable part of a folder's name, in characters.
const READABLE: usize = 40;

/// People a file, on average, above which a group's files are split in two each.
const SPLIT_ABOVE: usize = 48;

/// People a file, on average, below which a group's files are joined two by two.
const JOIN_BELOW: usize = 12;

/// The folder of each group and of each group above it, below `people/`; nested as the groups are.
///
/// `/London/Sales` is `london-5d7a3f/sales-0c12d9`. The hash is of the whole path, so that names
/// that differ in case, names without a letter, `.git` and device names of Windows are all safe.
pub(super) fn of<'a>(groups: impl Iterator<Item = &'a GroupPath>) -> BTreeMap<GroupPath, String> {
    let mut paths = BTreeSet::new();
    for group in groups {
        let mut path = Some(group.clone());
        while let Some(next) = path.filter(|path| !paths.contains(path)) {
            path = next.parent();
            paths.insert(next);
        }
    }
    let mut folders = BTreeMap::new();
    let mut taken = BTreeSet::new();
    // By path, so that a parent comes before what stands in it.
    for path in paths {
        let above: Option<&String> = path.parent().and_then(|parent| folders.get(&parent));
        let hash = hex(path.as_str());
        let name = [6, 16, 64].into_iter().map(|digits| {
            let name = format!("{}-{}", slug(path.name()), &hash[..digits]);
            above.map_or_else(|| name.clone(), |above| format!("{above}/{name}"))
        });
        let folder = name.reduce(|short, long| if taken.contains(&short) { long } else { short });
        let folder = folder.unwrap_or_default();
        taken.insert(folder.clone());
        folders.insert(path, folder);
    }
    folders
}

/// The name of a collection's file, without its ending, or of a source's folder.
///
/// A name as the manifest takes it stays; another, or one that Windows keeps for a device, is made
/// safe as a group's is.
pub(super) fn of_name(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let device = matches!(stem, "con" | "prn" | "aux" | "nul" | "com" | "lpt");
    if !name.is_empty() && name.len() <= READABLE && name.bytes().all(plain) && !device {
        return name.into();
    }
    format!("{}-{}", slug(name), &hex(name)[..16])
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Letters and digits of a name in lower case, what is between them as one `-`.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() == READABLE {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "group".into() } else { slug.into() }
}

/// How many files a group's people take, given how many it has now (0: none yet).
///
/// 1, 2, 4, 8 …; it changes only when the average leaves 12 to 48 people a file, so that a group
/// near a bound doesn't go to and fro.
pub(super) fn files(people: usize, now: usize) -> usize {
    shared(people, now, SPLIT_ABOVE, JOIN_BELOW)
}

/// How many files the equipment of a source takes, given how many it has now.
pub(super) fn equipment_files(entries: usize, now: usize) -> usize {
    shared(entries, now, SPLIT_ABOVE, JOIN_BELOW)
}

/// How many files a part of the ledger takes, given how many it has now; an entry is shorter than a
/// person, and few people read them.
pub(super) fn ledger_files(entries: usize, now: usize) -> usize {
    shared(entries, now, 10 * SPLIT_ABOVE, 10 * JOIN_BELOW)
}

fn shared(entries: usize, now: usize, split_above: usize, join_below: usize) -> usize {
    let mut files = now.max(1).next_power_of_two();
    while entries > files * split_above {
        files *= 2;
    }
    while files > 1 && entries < files * join_below {
        files /= 2;
    }
    files
}

/// In which of so many files the entry of that id is; the same for ever.
pub(super) fn file_of(id: &str, files: usize) -> usize {
    crc32fast::hash(id.as_bytes()) as usize % files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(paths: &[&str]) -> Vec<String> {
        let paths: Vec<_> = paths.iter().map(|path| GroupPath::parse(path).unwrap()).collect();
        let folders = of(paths.iter());
        paths.iter().map(|path| folders[path].clone()).collect()
    }

    #[test]
    fn a_group_is_in_the_folder_of_its_parent() {
        let [sales, london] = &folders(&["/London/Sales & Marketing", "/London"])[..] else {
            panic!("two folders");
        };
        assert!(london.starts_with("london-") && london.len() == "london-".len() + 6);
        assert!(sales.starts_with(&format!("{london}/sales-marketing-")), "{sales}");
    }

    #[test]
    fn hostile_names_give_safe_folders_that_differ() {
        let long = format!("/{}", "ä".repeat(300));
        let long_too = format!("/{}", "x".repeat(300));
        let paths = [
            "/.git", "/CON", "/con", "/🙂", "/😀", "/GIT~1", "/a.", "/-", "/ab", "/AB", &long,
            &long_too,
        ];
        let folders = folders(&paths);
        let distinct: BTreeSet<String> = folders.iter().map(|f| f.to_lowercase()).collect();
        assert_eq!(distinct.len(), paths.len(), "{folders:?}");
        for folder in &folders {
            assert!(
                folder.len() <= 47 && folder.contains('-') && !folder.starts_with('-'),
                "{folder}"
            );
            assert!(folder.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{folder}");
        }
    }

    #[test]
    fn folders_that_would_clash_get_a_longer_hash() {
        // 3,000 groups whose readable part is the same: six digits are not enough for some.
        let paths: Vec<String> =
            (0..9000u32).map(|n| format!("/{}", char::from_u32(0x4E00 + n).unwrap())).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let distinct: BTreeSet<String> = folders(&paths).into_iter().collect();
        assert_eq!(distinct.len(), paths.len());
    }

    #[test]
    fn a_group_near_a_bound_keeps_its_files() {
        assert_eq!(files(0, 0), 1);
        assert_eq!(files(48, 0), 1);
        assert_eq!(files(49, 1), 2);
        assert_eq!(files(40, 2), 2);
        assert_eq!(files(24, 2), 2);
        assert_eq!(files(23, 2), 1);
        assert_eq!(files(48, 1), 1);
        assert_eq!(files(1000, 0), 32);
        assert_eq!(files(1000, 3), 32);
        assert_eq!(files(10, 64), 1);
        for people in 0..5000 {
            let fresh = files(people, 0);
            assert_eq!(files(people, fresh), fresh);
        }
    }

    #[test]
    fn a_collection_and_a_source_have_their_name_where_that_is_safe() {
        assert_eq!(of_name("all-sales"), "all-sales");
        assert!(of_name("con").starts_with("con-"));
        assert!(of_name("com1").starts_with("com1-"));
        assert!(of_name("../../x").starts_with("x-"));
    }
}
