//! What one commit did to people and to the numbers that they have, and to what calls run through.

use std::{cmp::Ordering, ops::BitOr};

use git2::{Oid, Repository};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::directory::{Directory, Extension, Field, Id, Person, Text, Value};

use super::{
    super::{Store, StoreError, folder, people},
    Touched,
    changed::{self, Pair, Side},
    piece_facts,
};

/// Pairs of files that one thread reads at a time.
const SHARE: usize = 64;

/// A name as the index knows it: long enough that no two are alike.
pub(super) type Hash = [u8; 16];

/// The hash of an id or of a number.
pub(super) fn hash(text: &str) -> Hash {
    let mut hash = [0; 16];
    hash.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
    hash
}

/// What a commit did, in the order of the hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Whether the commit could be read. One that could not says nothing, and the next that can is
    /// compared with the last that could.
    pub(super) readable: bool,
    pub(super) touches: Vec<TouchFact>,
    pub(super) numbers: Vec<NumberFact>,
}

/// That a commit changed somebody, or a piece of equipment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TouchFact {
    pub(super) who: Hash,
    pub(super) mask: Mask,
    /// The folder below `people/` that they are in since then; were in, where they were taken out.
    /// Of equipment the folder below its kind's.
    pub(super) folder: Text,
}

/// That a commit gave somebody a number, or took it from them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NumberFact {
    /// Of the number, whatever its pbx.
    pub(super) hash: Hash,
    pub(super) pbx: Text,
    pub(super) number: Text,
    pub(super) given: bool,
    pub(super) person: Text,
    /// What they are called then.
    pub(super) name: Text,
}

/// Which fields changed: a bit each in the order of [`Field::ALL`], or of a piece of equipment that
/// of [`Property::ALL`](crate::directory::Property::ALL), and three more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mask(pub(super) u32);

impl BitOr for Mask {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Mask {
    pub(super) const STATUS: Self = Self(1 << 31);
    pub(super) const ADDED: Self = Self(1 << 30);
    pub(super) const REMOVED: Self = Self(1 << 29);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// That of the field or property at this place.
    pub(super) fn nth(at: usize) -> Self {
        Self(1 << at)
    }

    /// What was done, on the whole.
    pub(super) fn what(self) -> Touched {
        match self {
            mask if mask.has(Self::ADDED) => Touched::Added,
            mask if mask.has(Self::REMOVED) => Touched::Removed,
            _ => Touched::Changed,
        }
    }

    /// The fields of it, in their order.
    pub(super) fn fields(self) -> Vec<Field> {
        let fields = Field::ALL.into_iter().enumerate();
        fields.filter(|(at, _)| self.has(Self::nth(*at))).map(|(_, field)| field).collect()
    }

    fn of(before: Option<&Person>, after: Option<&Person>) -> Self {
        let mut mask = Self::default();
        match (before, after) {
            (None, None) => {}
            (Some(_), None) => mask.set(Self::REMOVED),
            (None, Some(after)) => {
                mask.set(Self::ADDED);
                for (at, field) in Field::ALL.into_iter().enumerate() {
                    if after.get(field) != Value::None {
                        mask.set(Self::nth(at));
                    }
                }
            }
            (Some(before), Some(after)) => {
                if before.status != after.status {
                    mask.set(Self::STATUS);
                }
                for (at, field) in Field::ALL.into_iter().enumerate() {
                    if before.get(field) != after.get(field) {
                        mask.set(Self::nth(at));
                    }
                }
            }
        }
        mask
    }
}

/// The numbers that somebody has: none while they are disabled.
fn numbers(person: Option<&Person>) -> Vec<(&Text, &Extension)> {
    let Some(person) = person.filter(|person| person.status.is_active()) else {
        return Vec::new();
    };
    let all = person.extension.iter().chain(&person.additional_extensions);
    let mut all: Vec<_> = all.map(|number| (&person.pbx, number)).collect();
    all.sort();
    all.dedup();
    all
}

/// What the store keeps of one person: them, and their folder.
struct Placed<'a> {
    person: &'a Person,
    folder: &'a str,
}

impl<'a> Placed<'a> {
    fn of((person, folder): &'a (Person, Text)) -> Self {
        Self { person, folder }
    }
}

impl Facts {
    /// Adds what happened to one person.
    fn add(&mut self, before: Option<&Placed<'_>>, after: Option<&Placed<'_>>) {
        let Some(about) = after.or(before) else { return };
        let [was, is] = [before, after].map(|placed| placed.map(|placed| placed.person));
        let mask = Mask::of(was, is);
        if mask == Mask::default() {
            return;
        }
        let id = about.person.id.as_str();
        self.touches.push(TouchFact { who: hash(id), mask, folder: about.folder.into() });
        let (had, has) = (numbers(was), numbers(is));
        let mut tell = |(pbx, number): (&Text, &Extension), given, person: &Person| {
            self.numbers.push(NumberFact {
                hash: hash(number.as_str()),
                pbx: pbx.clone(),
                number: number.as_str().into(),
                given,
                person: id.into(),
                name: person.name.clone(),
            });
        };
        for number in had.iter().filter(|number| !has.contains(number)) {
            tell(*number, false, was.unwrap_or(about.person));
        }
        for number in has.iter().filter(|number| !had.contains(number)) {
            tell(*number, true, is.unwrap_or(about.person));
        }
    }

    fn sort(&mut self) {
        self.touches.par_sort_unstable();
        // What is taken comes before what is given, so that a number passes on within a commit.
        self.numbers.par_sort_unstable();
    }

    fn joined(parts: Vec<Self>) -> Self {
        let mut whole = Self { readable: true, ..Self::default() };
        whole.touches.reserve_exact(parts.iter().map(|part| part.touches.len()).sum());
        for mut part in parts {
            whole.touches.append(&mut part.touches);
            whole.numbers.append(&mut part.numbers);
        }
        whole.sort();
        whole
    }
}

/// What the first commit did: it added everybody.
pub(super) fn of_first(directory: &Directory) -> Facts {
    let people = directory.people.iter().map(|person| &person.path);
    let folders = folder::of(directory.groups.iter().map(|group| &group.path).chain(people));
    let parts = directory.people.par_chunks(4096).map(|people| {
        let mut facts = Facts::default();
        for person in people {
            let folder = folders.get(&person.path).map_or("", String::as_str);
            facts.add(None, Some(&Placed { person, folder }));
        }
        facts
    });
    let mut parts: Vec<Facts> = parts.collect();
    parts.push(Facts { touches: piece_facts::of_first(&directory.inventory), ..Facts::default() });
    Facts::joined(parts)
}

/// What lies between two commits; the first may be nothing.
///
/// # Errors
///
/// [`StoreError::Broken`] where one of them makes no sense.
pub(super) fn between(
    store: &Store,
    repository: &Repository,
    before: Option<Oid>,
    after: Oid,
) -> Result<Facts, StoreError> {
    let before = before.map(|id| Side::of(store, repository, id)).transpose()?;
    let after = Side::of(store, repository, after)?;
    let pairs = changed::pairs(repository, before.as_ref(), &after)
        .map_err(|error| store.unreadable(&error))?;
    let sides = (before.as_ref(), &after);
    let [old, new] = read(store, repository, &pairs, people::PREFIX, sides, Side::people)?;
    let mut facts = compared(old, new);
    facts.touches.extend(piece_facts::between(store, repository, sides)?);
    facts.sort();
    Ok(facts)
}

/// Entries with their folders, in any order.
pub(super) type Entries<T> = Vec<(T, Text)>;

/// The entries in these files that may differ, before and after; read by all processors.
pub(super) fn read<T: Send>(
    store: &Store,
    repository: &Repository,
    pairs: &[Pair],
    prefix: &str,
    (before, after): (Option<&Side>, &Side),
    entries: impl Fn(&Side, &str, &str) -> Result<Entries<T>, StoreError> + Sync,
) -> Result<[Entries<T>; 2], StoreError> {
    let at = repository.path();
    let read = pairs.par_chunks(SHARE).map(|pairs| {
        let repository = Repository::open(at).map_err(|error| store.unreadable(&error))?;
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for pair in pairs {
            let text = |side: Option<&Side>, blob: Option<Oid>| match (side, blob) {
                (Some(side), Some(blob)) => side.text(store, &repository, &pair.path, blob),
                _ => Ok(String::new()),
            };
            let mut was = text(before, pair.before)?;
            let mut is = text(Some(after), pair.after)?;
            if pair.alike {
                changed::drop_same(prefix, &mut was, &mut is);
            }
            if let Some(before) = before {
                old.extend(entries(before, &pair.path, &was)?);
            }
            new.extend(entries(after, &pair.path, &is)?);
        }
        Ok([old, new])
    });
    let [mut old, mut new] = [Vec::new(), Vec::new()];
    for [mut was, mut is] in read.collect::<Result<Vec<_>, StoreError>>()? {
        old.append(&mut was);
        new.append(&mut is);
    }
    Ok([old, new])
}

/// Entries as they were and as they are, side by side; both are sorted by id.
pub(super) fn side_by_side<'e, T>(
    old: &'e [(T, Text)],
    new: &'e [(T, Text)],
    id: impl Fn(&T) -> &Id,
    mut each: impl FnMut(Option<&'e (T, Text)>, Option<&'e (T, Text)>),
) {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => id(&old.0).cmp(id(&new.0)),
        };
        let was = if order.is_le() { old.next() } else { None };
        let is = if order.is_ge() { new.next() } else { None };
        each(was, is);
    }
}

fn compared(mut old: Entries<Person>, mut new: Entries<Person>) -> Facts {
    for people in [&mut old, &mut new] {
        people.par_sort_unstable_by(|one, other| one.0.id.cmp(&other.0.id));
    }
    let mut facts = Facts { readable: true, ..Facts::default() };
    side_by_side(
        &old,
        &new,
        |person| &person.id,
        |was, is| {
            facts.add(was.map(Placed::of).as_ref(), is.map(Placed::of).as_ref());
        },
    );
    facts
}
