//! What commits did to devices, system devices and channels, as facts of the index.

use git2::Repository;
use rayon::prelude::*;

use crate::directory::{Channel, Device, Id, Inventory, Property, SystemDevice, Value};

use super::{
    super::{Store, StoreError, equipment::Kept, folder},
    changed::{self, Side},
    facts::{self, Hash, Mask, TouchFact, hash},
};

/// By what the index knows one: a person of that id is somebody else.
pub(super) fn known_as<T: Kept>(id: &Id) -> Hash {
    hash(&format!("{}\0{id}", T::WORD))
}

fn touch<T: Kept>(before: Option<&T>, after: Option<&T>, folder: &str) -> Option<TouchFact> {
    let about = after.or(before)?;
    let mut mask = Mask::default();
    match (before, after) {
        (_, None) => mask.set(Mask::REMOVED),
        (None, Some(_)) => mask.set(Mask::ADDED),
        (Some(before), Some(after)) if before.status() != after.status() => mask.set(Mask::STATUS),
        (Some(_), Some(_)) => {}
    }
    if let Some(after) = after.filter(|_| before != after) {
        for (at, property) in Property::ALL.into_iter().enumerate() {
            if before.map_or(Value::None, |before| before.get(property)) != after.get(property) {
                mask.set(Mask::nth(at));
            }
        }
    }
    let fact = TouchFact { who: known_as::<T>(about.id()), mask, folder: folder.into() };
    (mask != Mask::default()).then_some(fact)
}

/// What the first commit did: it added all of it.
pub(super) fn of_first(inventory: &Inventory) -> Vec<TouchFact> {
    fn of<T: Kept>(inventory: &Inventory, touches: &mut Vec<TouchFact>) {
        let all = T::all(inventory)
            .par_iter()
            .filter_map(|one| touch(None, Some(one), &folder::of_name(one.id().source())));
        touches.par_extend(all);
    }
    let mut touches = Vec::new();
    of::<Device>(inventory, &mut touches);
    of::<SystemDevice>(inventory, &mut touches);
    of::<Channel>(inventory, &mut touches);
    touches
}

/// What lies between two commits, in any order.
pub(super) fn between(
    store: &Store,
    repository: &Repository,
    sides: (Option<&Side>, &Side),
) -> Result<Vec<TouchFact>, StoreError> {
    let mut touches = Vec::new();
    between_of::<Device>(store, repository, sides, &mut touches)?;
    between_of::<SystemDevice>(store, repository, sides, &mut touches)?;
    between_of::<Channel>(store, repository, sides, &mut touches)?;
    Ok(touches)
}

fn between_of<T: Kept>(
    store: &Store,
    repository: &Repository,
    sides: (Option<&Side>, &Side),
    touches: &mut Vec<TouchFact>,
) -> Result<(), StoreError> {
    let pairs = changed::equipment_pairs::<T>(repository, sides.0, sides.1)
        .map_err(|error| store.unreadable(&error))?;
    let [mut old, mut new] =
        facts::read(store, repository, &pairs, T::PREFIX, sides, Side::equipment::<T>)?;
    for all in [&mut old, &mut new] {
        all.par_sort_unstable_by(|one, other| one.0.id().cmp(other.0.id()));
    }
    facts::side_by_side(&old, &new, T::id, |was, is| {
        let folder = is.or(was).map_or("", |(_, folder)| folder.as_str());
        touches.extend(touch(was.map(|(one, _)| one), is.map(|(one, _)| one), folder));
    });
    Ok(())
}
