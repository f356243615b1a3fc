//! What happened to a directory since a plan was made for it, as far as it touches the plan.

use std::collections::BTreeMap;

use super::{Action, Change, EntryKind, Misfit, Plan, after::unfit, differences};
use crate::directory::{Directory, Extension, Person, Text};

impl Directory {
    /// Everything that keeps a plan's changes of people from being made here, in the order of the
    /// plan. `base` is the directory that it was made for.
    ///
    /// Groups and collections follow from the people, so nothing that happened to them touches it.
    /// Linear in the people, and in the changes.
    pub fn misfits(&self, plan: &Plan, base: &Self) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        let mut given = BTreeMap::new();
        for change in plan.changes.iter().filter(|change| change.entry == EntryKind::Person) {
            let before = misfits.len();
            let at = self.people.binary_search_by(|person| person.id.as_str().cmp(&change.key));
            match (at, change.action) {
                (Ok(_), Action::Add) => misfits.push(Misfit::entry(change, true)),
                (Err(_), Action::Add | Action::Split) => {}
                (Err(_), _) => misfits.push(Misfit::entry(change, false)),
                (Ok(at), action) => {
                    let person = &self.people[at];
                    misfits.extend(unfit(person, change));
                    if matches!(action, Action::Disable | Action::Merge) {
                        misfits.extend(since(base, person, change));
                    }
                }
            }
            if misfits.len() > before {
                continue;
            }
            match self.altered(change, plan) {
                Ok(person) => {
                    given.insert(change.key.clone(), (change, person));
                }
                Err(misfit) => misfits.push(misfit),
            }
        }
        misfits.extend(self.numbers_taken(&given, base));
        let place: BTreeMap<&Text, usize> =
            plan.changes.iter().enumerate().map(|(at, change)| (&change.id, at)).collect();
        misfits.sort_by_key(|misfit| place.get(misfit.change()).copied());
        misfits
    }

    /// Numbers that changes give to somebody and that somebody else has now and had not in `base`.
    /// `given` are the changes that fit, with what becomes of their people.
    fn numbers_taken(&self, given: &Given<'_>, base: &Self) -> Vec<Misfit> {
        let mut wanted: BTreeMap<Number<'_>, Vec<&(&Change, Person)>> = BTreeMap::new();
        for one in given.values().filter(|(_, after)| after.status.is_active()) {
            let before = self.person(&one.1.id).filter(|person| person.status.is_active());
            for number in numbers(&one.1) {
                if !before.is_some_and(|person| numbers(person).any(|had| had == number)) {
                    wanted.entry(number).or_default().push(one);
                }
            }
        }
        let mut taken = Vec::new();
        if wanted.is_empty() {
            return taken;
        }
        for holder in self.people.iter().filter(|person| person.status.is_active()) {
            for number in numbers(holder) {
                let Some(takers) = wanted.get(&number) else { continue };
                let has = |person: &Person| {
                    person.status.is_active() && numbers(person).any(|has| has == number)
                };
                let keeps = given.get(holder.id.as_str()).is_none_or(|(_, after)| has(after));
                if !keeps || base.person(&holder.id).is_some_and(has) {
                    continue;
                }
                for (change, after) in takers.iter().filter(|(_, after)| after.id != holder.id) {
                    taken.push(Misfit::Number {
                        change: change.id.clone(),
                        key: after.id.clone().into(),
                        number: smol_str::format_smolstr!("{}:{}", number.0, number.1),
                        by: holder.id.clone(),
                    });
                }
            }
        }
        taken
    }
}

/// Changes that fit, by the id of their person, with what becomes of them.
type Given<'a> = BTreeMap<Text, (&'a Change, Person)>;

/// A number in its pbx.
type Number<'a> = (&'a Text, &'a Extension);

fn numbers(person: &Person) -> impl Iterator<Item = Number<'_>> {
    let own = person.extension.iter().chain(&person.additional_extensions);
    own.map(|number| (&person.pbx, number))
}

/// What became of somebody whom a change lets go, since the plan was made: whoever changed them
/// knew of them.
fn since(base: &Directory, person: &Person, change: &Change) -> Vec<Misfit> {
    let Some(before) = base.person(&person.id) else { return Vec::new() };
    let planned = |field: &Text| change.fields.iter().any(|planned| planned.field == *field);
    let changed = differences(before, person).into_iter();
    changed
        .filter(|field| !planned(&field.field))
        .map(|field| Misfit::Since {
            change: change.id.clone(),
            key: change.key.clone(),
            field: field.field,
            held: Box::new(field.after),
        })
        .collect()
}

#[cfg(test)]
#[path = "misfits_tests.rs"]
mod tests;
