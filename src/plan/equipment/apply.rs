//! Changes of equipment, made to a directory.

use super::{Planned, differences};
use crate::{
    directory::{
        Channel, Device, Directory, Equipment, Id, Inventory, Property, Status, SystemDevice, Value,
    },
    plan::{Action, Change, EntryKind, Misfit},
};

/// Makes a change of equipment to a directory; an addition is kept in `new` until all are there.
pub(in crate::plan) fn apply(
    inventory: &mut Inventory,
    new: &mut Inventory,
    change: &Change,
    status: Status,
) -> Result<(), Misfit> {
    match change.entry {
        EntryKind::Device => apply_to::<Device>(inventory, new, change, status),
        EntryKind::SystemDevice => apply_to::<SystemDevice>(inventory, new, change, status),
        EntryKind::Channel => apply_to::<Channel>(inventory, new, change, status),
        EntryKind::Person | EntryKind::Group | EntryKind::Collection => Ok(()),
    }
}

fn apply_to<T: Planned>(
    inventory: &mut Inventory,
    new: &mut Inventory,
    change: &Change,
    status: Status,
) -> Result<(), Misfit> {
    if change.action == Action::Add {
        T::all_mut(new).push(made(change)?);
        return Ok(());
    }
    let all = T::all_mut(inventory);
    let at = place(all, change).ok_or_else(|| Misfit::entry(change, false))?;
    let one = &mut all[at];
    if let Some(misfit) = of_one(one, change).into_iter().next() {
        return Err(misfit);
    }
    set_all(one, change)?;
    one.set_status(status);
    Ok(())
}

fn place<T: Equipment>(all: &[T], change: &Change) -> Option<usize> {
    all.binary_search_by(|one| one.id().as_str().cmp(&change.key)).ok()
}

fn made<T: Planned>(change: &Change) -> Result<T, Misfit> {
    let id = Id::parse(&change.key).map_err(|bad| Misfit::senseless(change, bad))?;
    let mut one = T::new(id, change.name.clone());
    set_all(&mut one, change)?;
    Ok(one)
}

fn set_all<T: Planned>(one: &mut T, change: &Change) -> Result<(), Misfit> {
    for field in &change.fields {
        let known = Property::parse(&field.field)
            .ok_or_else(|| Misfit::senseless(change, format!("no property `{}`", field.field)))?;
        one.set(known, field.after.clone()).map_err(|wrong| Misfit::senseless(change, wrong))?;
    }
    Ok(())
}

/// All that keeps a change from being made to this one.
fn of_one<T: Planned>(one: &T, change: &Change) -> Vec<Misfit> {
    let fits = match change.action {
        Action::Enable => !one.status().is_active(),
        Action::Update | Action::Disable => one.status().is_active(),
        Action::Add | Action::Move | Action::Merge | Action::Split => {
            let message = format!("equipment can't {}", change.action.as_str());
            return vec![Misfit::senseless(change, message)];
        }
    };
    let now = if one.status().is_active() { "active" } else { "disabled" };
    let status =
        (!fits).then(|| Misfit::senseless(change, format!("`{}` is already {now}", change.key)));
    let fields = change.fields.iter().filter_map(|field| {
        let held = Property::parse(&field.field).map_or(Value::None, |known| one.get(known));
        (held != field.before).then(|| Misfit::Field {
            change: change.id.clone(),
            key: change.key.clone(),
            field: field.field.clone(),
            planned: Box::new(field.before.clone()),
            held: Box::new(held),
        })
    });
    status.into_iter().chain(fields).collect()
}

/// All that keeps a change of equipment from being made to a directory; `base` is the one that it
/// was made for. Whoever changed since then what is let go knew of it.
pub(in crate::plan) fn unfit(head: &Directory, base: &Directory, change: &Change) -> Vec<Misfit> {
    fn of<T: Planned>(head: &Inventory, base: &Inventory, change: &Change) -> Vec<Misfit> {
        let (head, base) = (T::all(head), T::all(base));
        let Some(at) = place(head, change) else {
            return match change.action {
                Action::Add => made::<T>(change).err().into_iter().collect(),
                _ => vec![Misfit::entry(change, false)],
            };
        };
        if change.action == Action::Add {
            return vec![Misfit::entry(change, true)];
        }
        let mut misfits = of_one(&head[at], change);
        if let (Action::Disable, Some(before)) = (change.action, place(base, change)) {
            let planned = |word: &str| change.fields.iter().any(|field| field.field == word);
            let since = differences(&base[before], &head[at]).into_iter();
            misfits.extend(since.filter(|field| !planned(&field.field)).map(|field| {
                Misfit::Since {
                    change: change.id.clone(),
                    key: change.key.clone(),
                    field: field.field,
                    held: Box::new(field.after),
                }
            }));
        }
        if misfits.is_empty() {
            misfits.extend(set_all(&mut head[at].clone(), change).err());
        }
        misfits
    }
    let (head, base) = (&head.inventory, &base.inventory);
    match change.entry {
        EntryKind::Device => of::<Device>(head, base, change),
        EntryKind::SystemDevice => of::<SystemDevice>(head, base, change),
        EntryKind::Channel => of::<Channel>(head, base, change),
        EntryKind::Person | EntryKind::Group | EntryKind::Collection => Vec::new(),
    }
}

/// Puts what is new to the rest.
///
/// # Errors
///
/// The kind and the id of what is there already.
pub(in crate::plan) fn join(
    inventory: &mut Inventory,
    mut new: Inventory,
) -> Result<(), (EntryKind, Id)> {
    fn join<T: Planned>(to: &mut Inventory, new: &mut Inventory) -> Result<(), (EntryKind, Id)> {
        let all = T::all_mut(to);
        all.append(T::all_mut(new));
        all.sort_by(|a, b| a.id().cmp(b.id()));
        match all.windows(2).find(|two| two[0].id() == two[1].id()) {
            Some(two) => Err((T::ENTRY, two[0].id().clone())),
            None => Ok(()),
        }
    }
    join::<Device>(inventory, &mut new)?;
    join::<SystemDevice>(inventory, &mut new)?;
    join::<Channel>(inventory, &mut new)
}
